/**
 * The one verdict on a camera: live pictures, recorder, snapshots and health all go by it, and none of them knocks at a
 * camera to find out for itself.
 *
 * How to use it: `ok` and `idle` may be asked for media. With any other kind, wait until `nextAttemptMs` or for a change
 * (`MediaEngine.onStateChange`); a person who waits is a viewer, and viewers shorten waits by asking for the stream.
 */
import type { MediaErrorCode } from '../media-error.ts';
import type { StreamReason, StreamState } from './stream-status.ts';

export const VERDICT_KINDS = [
  /** Pictures come. */
  'ok',
  /** Nobody asks for pictures, and nothing is known to be wrong. */
  'idle',
  /** Being opened, with no trouble so far. */
  'connecting',
  /** Nothing answers at its address. */
  'unreachable',
  /** Something answers, but no picture comes. */
  'silent',
  /** The login is refused, and is not tried again for a while. */
  'wrong-login',
  /** It refuses to send: no session free, or another error status. */
  'busy',
  /** It does not know the path. */
  'not-found',
  /** It sends a format that cannot be carried. */
  'unsupported',
  /** It hangs up, again and again or once just now. */
  'dropped',
  /** What it sends cannot be read. */
  'garbled',
  /** The address cannot be used, or is not allowed. */
  'misconfigured',
  /** Half an hour of any trouble but a wrong login: tried a few times an hour. `code` tells which. */
  'parked',
] as const;
export type VerdictKind = (typeof VERDICT_KINDS)[number];

export interface CameraVerdict {
  readonly kind: VerdictKind;
  /** Since when it is of this kind, UTC ms. */
  readonly sinceMs: number;
  /** The trouble behind it; undefined for `ok`, `idle` and `connecting`. */
  readonly code: MediaErrorCode | undefined;
  /** When the next attempt is due unless somebody asks earlier, UTC ms; undefined while none is waited for. */
  readonly nextAttemptMs: number | undefined;
  readonly attemptsLastHour: number;
  /** Last time pictures came, UTC ms. */
  readonly lastLiveMs: number | undefined;
}

export interface VerdictFacts {
  readonly state: StreamState;
  readonly reason: StreamReason | undefined;
  readonly isParked: boolean;
  readonly nextAttemptMs: number | undefined;
  readonly attemptsLastHour: number;
  readonly lastLiveMs: number | undefined;
}

const KIND_OF: Readonly<Record<MediaErrorCode, VerdictKind>> = {
  SOURCE_URL_INVALID: 'misconfigured',
  SOURCE_ADDRESS_REFUSED: 'misconfigured',
  SOURCE_UNREACHABLE: 'unreachable',
  SOURCE_TIMEOUT: 'silent',
  NO_KEYFRAME: 'silent',
  SOURCE_UNAUTHORIZED: 'wrong-login',
  SOURCE_NOT_FOUND: 'not-found',
  SOURCE_REFUSED: 'busy',
  SOURCE_CLOSED: 'dropped',
  CODEC_UNSUPPORTED: 'unsupported',
  RTSP_MALFORMED: 'garbled',
  SDP_MALFORMED: 'garbled',
  RTP_MALFORMED: 'garbled',
  VIDEO_MALFORMED: 'garbled',
  AUDIO_MALFORMED: 'garbled',
  STREAM_NOT_FOUND: 'idle',
  ENGINE_STOPPING: 'idle',
};

/** @param before the verdict until now: what stays of the same kind keeps its beginning. */
export function judgeCamera(
  facts: VerdictFacts,
  before: CameraVerdict | undefined,
  nowMs: number,
): CameraVerdict {
  const kind = kindOf(facts);
  const isTrouble = kind !== 'ok' && kind !== 'idle' && kind !== 'connecting';
  return {
    kind,
    sinceMs: before?.kind === kind ? before.sinceMs : nowMs,
    code: isTrouble ? facts.reason?.code : undefined,
    nextAttemptMs: facts.nextAttemptMs,
    attemptsLastHour: facts.attemptsLastHour,
    lastLiveMs: facts.lastLiveMs,
  };
}

/** A camera that failed stays what it is while it is tried again, and while nobody asks for it. */
function kindOf({ state, reason, isParked }: VerdictFacts): VerdictKind {
  if (state === 'live') return 'ok';
  if (state === 'stopped') return 'idle';
  if (reason === undefined) return state === 'idle' ? 'idle' : 'connecting';
  const kind = KIND_OF[reason.code];
  return isParked && kind !== 'wrong-login' ? 'parked' : kind;
}
