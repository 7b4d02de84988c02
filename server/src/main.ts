#!/usr/bin/env node
/**
 * Starts the server. The version of Node.js is checked before anything else is loaded: native modules crash on an old one.
 */
import { findNodeProblem } from './node-version.ts';

const problem = findNodeProblem(process.versions.node);
if (problem === undefined) {
  const { run } = await import('./run.ts');
  await run();
} else {
  process.stderr.write(`${problem} [NODE_TOO_OLD]\n`);
  process.exitCode = 78;
}
