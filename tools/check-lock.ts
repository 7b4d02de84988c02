/**
 * Proves that `npm ci` works on other machines than the one that wrote the lockfile.
 *
 * npm leaves a platform's binary out of the lock when the registry lacks it at that moment; `npm ci` then fails on that
 * platform, or installs a tool without its engine. So: every optional dependency that a locked package names must be in
 * the lock itself, for the platforms we promise.
 */
import { readFileSync } from 'node:fs';

/** Platforms on which Pantau must install: Linux, macOS and Windows on x64 and arm64. */
const PROMISED = /(linux|darwin|win32)[-.](x64|arm64)/;

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

/** Problems of a parsed `package-lock.json`, one sentence each; throws when the lock holds no packages. */
export function findLockProblems(lock: {
  readonly packages?: Readonly<Record<string, LockedPackage>>;
}): string[] {
  const packages = lock.packages ?? {};
  const names = Object.keys(packages);
  if (names.length < 50) throw new Error(`the lock names ${names.length} packages: nothing was checked`);
  const problems: string[] = [];
  for (const [path, entry] of Object.entries(packages)) {
    if (path !== '' && /^https?:\/\/(?!registry\.npmjs\.org\/)/.test(entry.resolved ?? '')) {
      problems.push(`${path} is locked to a host other than the public registry`);
    }
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!PROMISED.test(name)) continue;
      const isLocked = names.some(
        (other) => other === `node_modules/${name}` || other.endsWith(`/node_modules/${name}`),
      );
      if (!isLocked) problems.push(`${path || 'the root'} wants ${name}, which the lock does not have`);
    }
  }
  return problems;
}

if (import.meta.main) {
  const lock: unknown = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  // The file is npm's own; its shape is checked by the function's lower bound on packages.
  const problems = findLockProblems(lock as Parameters<typeof findLockProblems>[0]);
  for (const problem of problems) console.error(`package-lock.json: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  else console.log('package-lock.json: complete for Linux, macOS and Windows on x64 and arm64');
}
