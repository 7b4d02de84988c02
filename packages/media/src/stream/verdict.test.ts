import { describe, expect, it } from 'vitest';
import { MEDIA_ERROR_KINDS, type MediaErrorCode } from '../media-error.ts';
import type { StreamState } from './stream-status.ts';
import { judgeCamera, VERDICT_KINDS, type VerdictFacts, type VerdictKind } from './verdict.ts';

function facts(state: StreamState, code?: MediaErrorCode, isParked = false): VerdictFacts {
  return {
    state,
    reason: code === undefined ? undefined : { code, message: 'words' },
    isParked,
    nextAttemptMs: 5,
    attemptsLastHour: 7,
    lastLiveMs: 3,
  };
}

describe('the verdict', () => {
  it.each<[StreamState, MediaErrorCode | undefined, boolean, VerdictKind]>([
    ['live', undefined, false, 'ok'],
    ['idle', undefined, false, 'idle'],
    ['stopped', undefined, false, 'idle'],
    ['connecting', undefined, false, 'connecting'],
    // A camera that failed is not "connecting" each time it is tried again, nor well while nobody asks.
    ['connecting', 'SOURCE_UNREACHABLE', false, 'unreachable'],
    ['retrying', 'SOURCE_UNREACHABLE', false, 'unreachable'],
    ['idle', 'SOURCE_UNREACHABLE', false, 'unreachable'],
    ['retrying', 'SOURCE_TIMEOUT', false, 'silent'],
    ['retrying', 'NO_KEYFRAME', false, 'silent'],
    ['retrying', 'SOURCE_REFUSED', false, 'busy'],
    ['retrying', 'SOURCE_NOT_FOUND', false, 'not-found'],
    ['retrying', 'SOURCE_CLOSED', false, 'dropped'],
    ['retrying', 'RTSP_MALFORMED', false, 'garbled'],
    ['retrying', 'CODEC_UNSUPPORTED', false, 'unsupported'],
    ['retrying', 'SOURCE_ADDRESS_REFUSED', false, 'misconfigured'],
    ['retrying', 'SOURCE_UNREACHABLE', true, 'parked'],
    ['connecting', 'SOURCE_TIMEOUT', true, 'parked'],
    // What the operator must mend is said for as long as it is so.
    ['retrying', 'SOURCE_UNAUTHORIZED', false, 'wrong-login'],
    ['retrying', 'SOURCE_UNAUTHORIZED', true, 'wrong-login'],
    ['live', undefined, true, 'ok'],
  ])('%s, %s, parked %s: %s', (state, code, isParked, kind) => {
    const isTrouble = !['ok', 'idle', 'connecting'].includes(kind);
    expect(judgeCamera(facts(state, code, isParked), undefined, 100)).toEqual({
      kind,
      sinceMs: 100,
      code: isTrouble ? code : undefined,
      nextAttemptMs: 5,
      attemptsLastHour: 7,
      lastLiveMs: 3,
    });
  });

  it('holds since it began, whatever the supervisor does meanwhile', () => {
    const first = judgeCamera(facts('retrying', 'SOURCE_UNREACHABLE'), undefined, 100);
    const second = judgeCamera(facts('connecting', 'SOURCE_UNREACHABLE'), first, 200);
    expect(second.sinceMs).toBe(100);
    expect(judgeCamera(facts('live'), second, 300).sinceMs).toBe(300);
  });

  it('has a kind for every code', () => {
    for (const code of Object.keys(MEDIA_ERROR_KINDS))
      // The keys of that object are the codes.
      expect(VERDICT_KINDS).toContain(
        judgeCamera(facts('retrying', code as MediaErrorCode), undefined, 0).kind,
      );
  });
});
