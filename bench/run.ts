/**
 * `npm run bench -- [--quick] [name …]`: runs the benchmark programs, prints each figure beside its floor and its peer, and
 * keeps them in `bench/results`. Ends with 1 when a floor is missed. See docs/design/bench.md.
 */
import { parseArgs } from 'node:util';
import { delivery } from './delivery.ts';
import { fanOut } from './fan-out.ts';
import { ingest } from './ingest.ts';
import { latency } from './latency.ts';
import { lists } from './lists.ts';
import { login } from './login.ts';
import { renditions } from './renditions.ts';
import { snapshots } from './snapshots.ts';
import { soak } from './soak.ts';
import { startup } from './startup.ts';
import { formatReport, isReached, saveReport } from './support/report.ts';
import { workers } from './workers.ts';

const PROGRAMS = [
  startup,
  lists,
  delivery,
  fanOut,
  login,
  latency,
  renditions,
  ingest,
  snapshots,
  workers,
  soak,
];

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !PROGRAMS.some((program) => program.name === name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are:`);
  for (const { name, about } of PROGRAMS) console.error(`  ${name.padEnd(10)} ${about}`);
  process.exitCode = 64;
} else {
  const chosen = PROGRAMS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const missed: string[] = [];
  for (const program of chosen) {
    const startedMs = performance.now();
    const report = await program.run({ isQuick: values.quick });
    console.log(`${formatReport(report)}\n   (${((performance.now() - startedMs) / 1_000).toFixed(0)} s)\n`);
    missed.push(...report.figures.filter((figure) => !isReached(figure)).map((figure) => figure.what));
    if (report.figures.length > 0)
      await saveReport(report, `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim());
  }
  console.log(
    missed.length === 0
      ? 'All floors reached.'
      : `Floors missed:\n${missed.map((what) => `  ${what}`).join('\n')}`,
  );
  if (missed.length > 0) process.exitCode = 1;
}
