/**
 * `npm test`: everything. Installs the peers, checks the code, runs the unit tests and then the whole system against
 * independent cameras, players and a browser. Ends with one line of counts; a run that tested nothing fails.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { STATIC_CHECKS } from './check.ts';
import { POSTGRES, provision } from './provision.ts';
import { bin, ROOT, runSteps, script } from './steps.ts';

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const REPORTS = join(ROOT, '.cache', 'reports');

/** Its tests run only on a real server: that one of them passed says that the stores had it. */
const POSTGRES_TESTS = 'server/src/db/postgres-server.test.ts';

/**
 * Runs one vitest project and returns its figures; a project that did not report counts as one failure.
 * @param withPostgres start a PostgreSQL server for it.
 */
function runProject(project: string, withPostgres = false): VitestReport {
  const file = join(REPORTS, `${project}.json`);
  rmSync(file, { force: true });
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', file];
  const command = bin('vitest', 'run', '--project', project, ...reporters);
  runSteps([
    {
      name: `${project} tests`,
      command: withPostgres ? script('tools/with-postgres.ts', ...command) : command,
    },
  ]);
  if (!existsSync(file))
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, success: false, testResults: [] };
  // vitest's own JSON report (Jest's shape).
  return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
}

/** Whether a test of `file` ran and passed. */
function hasPassed(report: VitestReport, file: string): boolean {
  return report.testResults.some(
    ({ name, assertionResults }) =>
      name.endsWith(file) && assertionResults.some(({ status }) => status === 'passed'),
  );
}

mkdirSync(REPORTS, { recursive: true });
const missing = provision();
if (missing.length > 0 && process.env['CI'] !== undefined) console.error('On CI nothing may be left out.');
const failedChecks = runSteps(STATIC_CHECKS);
const hasPostgres = !missing.includes(POSTGRES);
const unit = runProject('unit', hasPostgres);
const reports = [unit, runProject('e2e')];
const passed = reports.reduce((sum, report) => sum + report.numPassedTests, 0);
const failed = reports.reduce((sum, report) => sum + report.numFailedTests, 0);
const skipped = reports.reduce((sum, report) => sum + report.numPendingTests, 0);

if (hasPostgres && !hasPassed(unit, POSTGRES_TESTS)) failedChecks.push('the stores on a PostgreSQL server');

if (failedChecks.length > 0) console.error(`Failed checks: ${failedChecks.join(', ')}`);
if (missing.length > 0) console.error(`Left out for want of: ${missing.join(', ')}`);
const isGood =
  failedChecks.length === 0 &&
  reports.every((report) => report.success && report.numPassedTests > 0) &&
  (missing.length === 0 || process.env['CI'] === undefined);
if (!isGood) process.exitCode = 1;
console.log(`${passed} passed, ${failed + failedChecks.length} failed, ${skipped} skipped`);
