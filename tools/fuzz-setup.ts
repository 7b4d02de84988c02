/**
 * Runs before each unit test file. Under `npm run fuzz` every property test gets as many random inputs as FUZZ_RUNS says, also one
 * that names a smaller number for itself, and stops early when its share of time is over.
 */
import fc from 'fast-check';
import { vi } from 'vitest';

const runs = Number(process.env['FUZZ_RUNS'] ?? 0);
const limitMs = Number(process.env['FUZZ_MS_PER_PROPERTY'] ?? 0);

if (runs > 0) {
  const assert = <T>(property: fc.IRawProperty<T>, parameters: fc.Parameters<T> = {}): void | Promise<void> =>
    fc.assert(property, {
      ...parameters,
      numRuns: Math.max(runs, parameters.numRuns ?? 0),
      ...(limitMs > 0 ? { interruptAfterTimeLimit: limitMs } : {}),
    });
  vi.doMock('fast-check', () => ({ ...fc, assert, default: { ...fc, assert } }));
}
