import { describe, expect, it } from 'vitest';
import type { SessionFailure } from './player-trouble.ts';
import { whepFailure } from './whep-failure.ts';

describe('whepFailure', () => {
  it.each<[number, string | undefined, string | null, SessionFailure]>([
    [406, 'CODEC_UNSUPPORTED', null, { kind: 'unavailable', detail: 'camera' }],
    [404, 'STREAM_NOT_FOUND', null, { kind: 'unavailable', detail: 'missing' }],
    [404, undefined, null, { kind: 'unavailable', detail: 'missing' }],
    [501, 'WHEP_UNAVAILABLE', null, { kind: 'unavailable', detail: 'missing' }],
    [400, 'REQUEST_INVALID', null, { kind: 'unavailable', detail: 'missing' }],
    [503, 'OVERLOADED', '10', { kind: 'unavailable', detail: 'full' }],
    [503, 'SOURCE_UNREACHABLE', '8', { kind: 'camera', detail: 'SOURCE_UNREACHABLE' }],
    [503, 'SOURCE_TIMEOUT', null, { kind: 'camera', detail: 'SOURCE_TIMEOUT' }],
    [503, 'STOPPING', '5', { kind: 'server', retryAfterMs: 5_000 }],
    [503, undefined, null, { kind: 'server' }],
    [502, undefined, 'soon', { kind: 'server' }],
    [429, 'RATE_LIMITED', '20', { kind: 'server', retryAfterMs: 20_000 }],
    [408, 'REQUEST_TIMEOUT', null, { kind: 'network' }],
  ])('%d %s', (status, code, retryAfter, failure) => {
    expect(whepFailure(status, code, retryAfter)).toEqual(failure);
  });
});
