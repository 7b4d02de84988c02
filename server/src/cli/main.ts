#!/usr/bin/env node
/** The command line: `npm run pantau -- camera list`. See docs/reference/cli.md. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { findNodeProblem } from '../node-version.ts';

const problem = findNodeProblem(process.versions.node);
if (problem === undefined) {
  // A third less to do at each start: types are stripped and modules compiled once. Fails silently, by design.
  enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/pantau', import.meta.url)));
  const { runCli } = await import('./run-cli.ts');
  const code = await runCli(process.argv.slice(2));
  // Output that could not be written has left its own code.
  if (code !== 0) process.exitCode = code;
} else {
  process.stderr.write(`${problem} [NODE_TOO_OLD]\n`);
  process.exitCode = 78;
}
