#!/usr/bin/env node
/**
 * Starts the server. The version of Node.js is checked before anything else is loaded: native modules crash on an old one.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { findNodeProblem } from './node-version.ts';

const problem = findNodeProblem(process.versions.node);
if (problem === undefined) {
  // A third less to do at each start: types are stripped and modules compiled once. Fails silently, by design.
  enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/pantau', import.meta.url)));
  const { run } = await import('./run.ts');
  await run();
} else {
  process.stderr.write(`${problem} [NODE_TOO_OLD]\n`);
  process.exitCode = 78;
}
