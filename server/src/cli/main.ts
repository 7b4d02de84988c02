#!/usr/bin/env node
/** The command line: `npm run pantau -- camera list`. See docs/reference/cli.md. */
import { findNodeProblem } from '../node-version.ts';

const problem = findNodeProblem(process.versions.node);
if (problem === undefined) {
  const { runCli } = await import('./run-cli.ts');
  process.exitCode = await runCli(process.argv.slice(2));
} else {
  process.stderr.write(`${problem} [NODE_TOO_OLD]\n`);
  process.exitCode = 78;
}
