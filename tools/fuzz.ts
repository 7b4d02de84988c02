/**
 * `npm run fuzz [-- --minutes 10]`: the property tests of every parser again and again with fresh seeds and many more inputs,
 * until the time is over or one fails (fast-check prints the seed and the smallest input that breaks it). In a round a property
 * has `--seconds` at most, so that slow ones do not keep the others waiting.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bin, ROOT } from './steps.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    runs: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '3' },
  },
});
const until = performance.now() + Number(values.minutes) * 60_000;
const files = globSync('{packages,server,tools}/**/*.test.ts', {
  cwd: ROOT,
  exclude: (name) => name === 'node_modules',
}).filter((file) => readFileSync(`${ROOT}/${file}`, 'utf8').includes("from 'fast-check'"));
if (files.length === 0) throw new Error('no property tests found: nothing was fuzzed');
console.log(
  `${files.length} files with property tests, ${values.runs} inputs or ${values.seconds} s each, ${values.minutes} minutes`,
);

let rounds = 0;
while (performance.now() < until && process.exitCode === undefined) {
  const [program, ...args] = bin('vitest', 'run', '--project', 'unit', '--testTimeout', '600000', ...files);
  const result = spawnSync(program, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      FUZZ_RUNS: values.runs,
      FUZZ_MS_PER_PROPERTY: String(Number(values.seconds) * 1000),
    },
  });
  if (result.status !== 0) process.exitCode = 1;
  rounds++;
}
console.log(
  `${rounds} rounds, ${process.exitCode === undefined ? 'nothing broke' : 'something broke: see above'}`,
);
