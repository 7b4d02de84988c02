/**
 * `npm run dev [-- --demo]`: the server restarts when its sources change (port 3000), the web app reloads in place (port 5173, which
 * passes /api, /hls and /mse on to the server). With `--demo` the demo's cameras and database are used.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runPrograms } from './children.ts';
import { DEMO_ENVIRONMENT, openDemoTown } from './demo-town.ts';
import { ROOT } from './steps.ts';

const { values } = parseArgs({ options: { demo: { type: 'boolean', default: false } } });
await using resources = new AsyncDisposableStack();
if (values.demo) resources.use(await openDemoTown());
process.exitCode = await runPrograms([
  {
    args: ['--watch-preserve-output', '--watch', 'server/src/main.ts'],
    env: { PANTAU_STOP_DELAY_MS: '0', ...(values.demo ? DEMO_ENVIRONMENT : {}) },
  },
  { args: [join(ROOT, 'node_modules/vite/bin/vite.js'), '--clearScreen', 'false'], cwd: join(ROOT, 'web') },
]);
