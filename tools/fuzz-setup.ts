/** Runs before each unit test file: `npm run fuzz` raises the number of random inputs of every property test. */
import fc from 'fast-check';

const runs = Number(process.env['FUZZ_RUNS'] ?? 0);
if (runs > 0) fc.configureGlobal({ numRuns: runs });
