/**
 * Must be checked before anything native loads: better-sqlite3 crashes the process on Node 20 instead of failing.
 * Imports nothing.
 */

/** The oldest Node.js whose features we use: `AsyncDisposableStack` and running TypeScript directly. */
export const REQUIRED_NODE_MAJOR = 24;

/** A sentence for the operator when `version` (as in `process.versions.node`) is too old, else undefined. */
export function findNodeProblem(version: string): string | undefined {
  const major = Number.parseInt(version, 10);
  if (major >= REQUIRED_NODE_MAJOR) return undefined;
  return `Pantau needs Node.js ${REQUIRED_NODE_MAJOR} or newer; this is ${version}. \`npm start\` uses the one that \`npm install\` brought.`;
}
