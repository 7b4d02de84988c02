/** From the start of the process to an answer on its port, with a database that exists: the median of several starts. */
import { Child } from '../e2e/support/child.ts';
import { eventually, median } from '../e2e/support/eventually.ts';
import { PantauServer, serverEnv } from '../e2e/support/pantau-server.ts';
import { findFreePort } from '../e2e/support/free-port.ts';
import { measureCpu } from './support/process-usage.ts';
import type { BenchProgram } from './support/bench-program.ts';

const SERVER = new URL('../server/src/main.ts', import.meta.url).pathname;

export const startup: BenchProgram = {
  name: 'startup',
  about: 'process start to listening, and to a bare Node process that listens',

  async run({ isQuick }) {
    await using first = await PantauServer.open(); // makes the database
    await first.stop();
    const rounds = isQuick ? 3 : 7;
    const ours: number[] = [];
    const bare: number[] = [];
    let rssMiB = 0;
    for (let round = 0; round < rounds; round++) {
      const port = await findFreePort();
      const env = { ...serverEnv(first.dataDir, { PORT: String(port), LOG_LEVEL: 'info' }) };
      const started = await timeStart([SERVER], env, port);
      ours.push(started.tookMs);
      rssMiB = started.rssMiB;
      const barePort = await findFreePort();
      const script = `require('node:http').createServer((q, r) => r.end('ok')).listen(${barePort}, '127.0.0.1')`;
      bare.push((await timeStart(['-e', script], {}, barePort)).tookMs);
    }
    return {
      name: 'startup',
      figures: [
        {
          what: `process start to the first answer, median of ${rounds}`,
          figure: median(ours),
          unit: 'ms',
          floor: { atMost: 1_000 },
          peer: 'a Node process that only listens',
          peerFigure: median(bare),
          ratio: median(ours) / median(bare),
        },
        { what: 'resident memory after the start', figure: rssMiB, unit: 'MiB' },
      ],
      skipped: [],
    };
  },
};

async function timeStart(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  port: number,
): Promise<{ tookMs: number; rssMiB: number }> {
  const startedMs = performance.now();
  await using child = new Child(process.execPath, { args, env });
  await eventually(
    'an answer',
    async () => {
      if (child.exit) throw new Error(`it ended: ${child.stdout}${child.stderr}`);
      await (await fetch(`http://127.0.0.1:${port}/health`)).arrayBuffer();
      return true;
    },
    { timeoutMs: 20_000, everyMs: 5 },
  );
  const tookMs = performance.now() - startedMs;
  const { usage } = await measureCpu(200, child.pid);
  return { tookMs, rssMiB: usage.rssBytes / 2 ** 20 };
}
