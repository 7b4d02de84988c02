/** `npm run check`: all that can be said about the code without starting the system, in under a minute. */
import { bin, runSteps, script, type Step } from './steps.ts';

export const STATIC_CHECKS: readonly Step[] = [
  { name: 'format', command: bin('oxfmt', '--check', '.'), mustSay: /on \d{3,} files/ },
  { name: 'types', command: bin('tsc', '-p', 'tsconfig.json') },
  { name: 'types of the web app', command: bin('tsc', '-p', 'web/tsconfig.json') },
  {
    name: 'lint',
    command: bin('oxlint', '--type-aware', '--deny-warnings', '.'),
    mustSay: /on \d{3,} files/,
  },
  { name: 'the checkers themselves', command: script('tools/check-checkers.ts') },
  { name: 'layers', command: script('tools/check-layers.ts') },
  { name: 'lockfile', command: script('tools/check-lock.ts') },
  { name: 'documents', command: script('tools/check-docs.ts') },
  { name: 'dead code', command: bin('knip', '--no-progress') },
];

export const UNIT_TESTS: Step = { name: 'unit tests', command: bin('vitest', 'run', '--project', 'unit') };

if (import.meta.main) {
  const failed = runSteps([...STATIC_CHECKS, UNIT_TESTS]);
  console.log(failed.length === 0 ? 'check: all good' : `check: failed: ${failed.join(', ')}`);
  if (failed.length > 0) process.exitCode = 1;
}
