import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  SEQUENCE_DUPLICATE,
  SEQUENCE_LATE,
  SEQUENCE_RESTARTED,
  SEQUENCE_SUSPECT,
  SequenceTracker,
} from './sequence-tracker.ts';

test.each([
  { name: 'in order', given: [7, 8, 9], verdicts: [0, 0, 0], lost: 0 },
  { name: 'wrap', given: [65_534, 65_535, 0, 1], verdicts: [0, 0, 0, 0], lost: 0 },
  { name: 'gap', given: [7, 11, 12], verdicts: [0, 3, 0], lost: 3 },
  { name: 'gap over the wrap', given: [65_535, 2], verdicts: [0, 2], lost: 2 },
  { name: 'largest gap', given: [0, 3000], verdicts: [0, 2999], lost: 2999 },
  { name: 'duplicate', given: [7, 7, 8], verdicts: [0, SEQUENCE_DUPLICATE, 0], lost: 0 },
  { name: 'late', given: [7, 9, 8, 10], verdicts: [0, 1, SEQUENCE_LATE, 0], lost: 1 },
  { name: 'late over the wrap', given: [1, 65_535, 2], verdicts: [0, SEQUENCE_LATE, 0], lost: 0 },
  {
    name: 'restart',
    given: [7, 30_000, 30_001, 30_002],
    verdicts: [0, SEQUENCE_SUSPECT, SEQUENCE_RESTARTED, 0],
    lost: 1,
  },
  {
    name: 'restart over the wrap',
    given: [9000, 65_535, 0, 1],
    verdicts: [0, SEQUENCE_SUSPECT, SEQUENCE_RESTARTED, 0],
    lost: 1,
  },
  { name: 'one stray packet', given: [7, 30_000, 8, 9], verdicts: [0, SEQUENCE_SUSPECT, 0, 0], lost: 0 },
  {
    name: 'two strays that do not follow each other, then back',
    given: [7, 30_000, 40_000, 8, 40_001, 9],
    verdicts: [0, SEQUENCE_SUSPECT, SEQUENCE_SUSPECT, 0, SEQUENCE_SUSPECT, 0],
    lost: 0,
  },
])('$name', ({ given, verdicts, lost }) => {
  const tracker = new SequenceTracker();
  expect(given.map((sequenceNumber) => tracker.next(sequenceNumber))).toEqual(verdicts);
  expect(tracker.lost).toBe(lost);
});

test('the extended highest number counts the wraps', () => {
  const tracker = new SequenceTracker();
  for (const sequenceNumber of [65_535, 0, 1, 2000, 4500]) tracker.next(sequenceNumber);
  expect(tracker.extendedHighest).toBe(0x1_0000 + 4500);
});

test('whatever is lost in whichever runs, accepted and lost add up to what was sent', () => {
  const run = fc.record({
    sent: fc.integer({ min: 1, max: 60 }),
    dropped: fc.integer({ min: 0, max: 2999 }),
  });
  fc.assert(
    fc.property(fc.nat(65_535), fc.array(run, { minLength: 1, maxLength: 40 }), (first, runs) => {
      const tracker = new SequenceTracker();
      let sequenceNumber = first;
      let dropped = 0;
      let sent = 0;
      for (const { sent: count, dropped: gap } of runs) {
        for (let index = 0; index < count; index++) {
          const verdict = tracker.next(sequenceNumber & 0xffff);
          expect(verdict).toBeGreaterThanOrEqual(0);
          sequenceNumber++;
          sent++;
        }
        expect(tracker.lost).toBe(dropped);
        expect(tracker.accepted).toBe(sent);
        sequenceNumber += gap;
        dropped += gap;
      }
    }),
  );
});
