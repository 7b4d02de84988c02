import { describe, expect, it } from 'vitest';
import { isBeyondPlaylist, isInPlaylist } from './reload-position.ts';

/** Segment 9 has 4 parts and is finished; segment 10 is open with 2 parts. */
const STREAM = {
  window: {
    listed: [{ parts: [0, 1, 2, 3] }],
    open: { sequence: 10, parts: [0, 1] },
  },
  muxer: { nextSequence: 11, partTargetS: 0.5 },
  // The position looks at nothing but counts of these.
} as unknown as Parameters<typeof isInPlaylist>[0];

/** Between two segments: 10 is finished, 11 not begun. */
const BETWEEN = {
  window: { listed: [{ parts: [0, 1, 2, 3] }], open: undefined },
  muxer: { nextSequence: 11, partTargetS: 0.5 },
} as unknown as Parameters<typeof isInPlaylist>[0]; // as above

describe('reload position', () => {
  it.each<[string, typeof STREAM, number, number | undefined, 'there' | 'wait' | 'beyond']>([
    ['an old segment', STREAM, 3, undefined, 'there'],
    ['the last finished segment', STREAM, 9, undefined, 'there'],
    ['its last part', STREAM, 9, 3, 'there'],
    ['a part past its end is part 0 of the next', STREAM, 9, 4, 'there'],
    ['the open segment as a whole', STREAM, 10, undefined, 'wait'],
    ['a part that is there', STREAM, 10, 1, 'there'],
    ['the next part', STREAM, 10, 2, 'wait'],
    ['a part just inside the advance limit', STREAM, 10, 8, 'wait'],
    ['a part too far ahead', STREAM, 10, 9, 'beyond'],
    ['the next segment', STREAM, 11, 0, 'wait'],
    ['two segments ahead', STREAM, 12, undefined, 'wait'],
    ['three segments ahead', STREAM, 13, undefined, 'beyond'],
    ['an absurd segment', STREAM, 999_999_999_999, 0, 'beyond'],
    ['an absurd part', STREAM, 11, 999_999_999, 'beyond'],
    ['between segments: the finished one', BETWEEN, 10, undefined, 'there'],
    ['between segments: past its end', BETWEEN, 10, 4, 'wait'],
    ['between segments: the next', BETWEEN, 11, 0, 'wait'],
    ['between segments: too far', BETWEEN, 13, 0, 'beyond'],
  ])('%s', (_, stream, sequence, part, expected) => {
    const actual = isInPlaylist(stream, sequence, part)
      ? 'there'
      : isBeyondPlaylist(stream, sequence, part)
        ? 'beyond'
        : 'wait';
    expect(actual).toBe(expected);
  });
});
