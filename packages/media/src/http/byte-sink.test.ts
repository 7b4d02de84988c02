import fc from 'fast-check';
import { it } from 'vitest';
import { ByteSink } from './byte-sink.ts';

it('gives back what was added, piece by piece', () => {
  const piece = fc.uint8Array({ maxLength: 40_000 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const sink = new ByteSink();
      for (const each of pieces) sink.add(each);
      const whole = Buffer.concat(pieces);
      return sink.byteLength === whole.length && sink.copy().equals(whole);
    }),
    { numRuns: 50 },
  );
});
