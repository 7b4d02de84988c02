/**
 * A crowd of simulated viewers in a process of its own (`node crowd.ts '<json>'`): it reads everything, plays nothing, and
 * prints one line of JSON when its time is over. The benchmark process only starts it and waits.
 *
 *   hls   one keep-alive connection per player: playlist, newest segment, wait, playlist …
 *   mse   one WebSocket per viewer, read as fast as it comes
 */
import { setMaxListeners } from 'node:events';
import { Agent, get } from 'node:http';
import { WebSocket } from 'ws';
import { Child } from '../../e2e/support/child.ts';
import { Tally, type TallySummary } from './tally.ts';

export interface CrowdPlan {
  readonly kind: 'hls' | 'mse';
  readonly viewers: number;
  /** Media playlists (hls) or WebSocket addresses (mse); viewers are spread over them. */
  readonly urls: readonly string[];
  readonly seconds: number;
  /** Ms over which the viewers arrive. */
  readonly arriveMs: number;
}

export interface CrowdResult {
  readonly requests: number;
  readonly bytes: number;
  /** Refused, broken off, or answered with something other than 200. */
  readonly errors: number;
  /** The first few, in words. */
  readonly complaints: readonly string[];
  /** hls: time to the last byte of a playlist. mse: unused. */
  readonly playlists: TallySummary;
  /** hls: time to the last byte of a segment. mse: time between two fragments. */
  readonly media: TallySummary;
  /** Viewers that received media in the last third of the time. */
  readonly alive: number;
}

/** Runs the crowd in a child process to its end. */
export async function runCrowd(plan: CrowdPlan): Promise<CrowdResult> {
  await using child = new Child(process.execPath, { args: [import.meta.filename, JSON.stringify(plan)] });
  const exit = await child.exited;
  if (exit.code !== 0) throw new Error(`the crowd ended with ${exit.code ?? exit.signal}: ${child.stderr}`);
  return JSON.parse(child.stdout) as CrowdResult; // written by `main` below
}

const REQUEST_TIMEOUT_MS = 15_000;

class Crowd {
  readonly #plan: CrowdPlan;
  readonly #playlists = new Tally();
  readonly #media = new Tally();
  readonly #stop = new AbortController();
  readonly #alive = new Set<number>();
  readonly #complaints: string[] = [];
  #requests = 0;
  #bytes = 0;
  #errors = 0;
  #aliveAfterMs = 0;

  constructor(plan: CrowdPlan) {
    this.#plan = plan;
    setMaxListeners(0, this.#stop.signal);
  }

  async run(): Promise<CrowdResult> {
    const { kind, viewers, urls, seconds, arriveMs } = this.#plan;
    this.#aliveAfterMs = performance.now() + seconds * 667;
    setTimeout(() => this.#stop.abort(), seconds * 1_000);
    await Promise.all(
      Array.from({ length: viewers }, async (_, index) => {
        await this.#wait((index / viewers) * arriveMs);
        const url = urls[index % urls.length] ?? '';
        await (kind === 'hls' ? this.#playHls(index, url) : this.#watchMse(index, url));
      }),
    );
    return {
      requests: this.#requests,
      bytes: this.#bytes,
      errors: this.#errors,
      complaints: this.#complaints,
      playlists: this.#playlists.summarise(),
      media: this.#media.summarise(),
      alive: this.#alive.size,
    };
  }

  async #playHls(index: number, url: string): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let last: string | undefined;
    while (!this.#stop.signal.aborted) {
      const playlist = await this.#fetch(url, agent, this.#playlists);
      const lines = playlist?.toString('latin1').split('\n') ?? [];
      const target = Number(
        lines.find((line) => line.startsWith('#EXT-X-TARGETDURATION:'))?.split(':')[1] ?? 2,
      );
      const segments = lines.filter((line) => line !== '' && !line.startsWith('#'));
      const fresh = segments.slice(last === undefined ? -2 : segments.indexOf(last) + 1);
      for (const segment of fresh) {
        if (this.#stop.signal.aborted) break;
        const bytes = await this.#fetch(new URL(segment, url).href, agent, this.#media);
        if (bytes !== undefined) this.#noteMedia(index);
        last = segment;
      }
      // RFC 8216 6.3.4: after a change wait a target duration, else half of one.
      await this.#wait(target * (fresh.length > 0 ? 1_000 : 500));
    }
    agent.destroy();
  }

  #watchMse(index: number, url: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      let lastMs: number | undefined;
      socket.on('message', (data, isBinary) => {
        if (!isBinary || !Buffer.isBuffer(data)) return;
        this.#requests++;
        this.#bytes += data.length;
        const nowMs = performance.now();
        if (lastMs !== undefined) this.#media.add(nowMs - lastMs);
        lastMs = nowMs;
        this.#noteMedia(index);
      });
      socket.on('error', (error) => this.#complain(error.message));
      socket.on('close', (code) => {
        if (!this.#stop.signal.aborted) this.#complain(`closed with ${code}`);
        resolve();
      });
      this.#stop.signal.addEventListener('abort', () => socket.terminate(), { once: true });
    });
  }

  #fetch(url: string, agent: Agent, tally: Tally): Promise<Buffer | undefined> {
    const startedMs = performance.now();
    this.#requests++;
    return new Promise((resolve) => {
      const fail = (why: string) => {
        if (!this.#stop.signal.aborted) this.#complain(`${why} ${new URL(url).pathname.split('/').at(-1)}`);
        resolve(undefined);
      };
      const request = get(
        url,
        { agent, timeout: REQUEST_TIMEOUT_MS, signal: this.#stop.signal },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => {
            this.#bytes += chunk.length;
            chunks.push(chunk);
          });
          response.on('error', (error) => fail(error.message));
          response.on('end', () => {
            if (response.statusCode !== 200) {
              fail(`status ${response.statusCode}`);
              return;
            }
            tally.add(performance.now() - startedMs);
            resolve(Buffer.concat(chunks));
          });
        },
      );
      request.on('timeout', () => request.destroy(new Error('timeout')));
      request.on('error', (error) => fail(error.message));
    });
  }

  #noteMedia(index: number): void {
    if (performance.now() > this.#aliveAfterMs) this.#alive.add(index);
  }

  #complain(text: string): void {
    this.#errors++;
    if (this.#complaints.length < 5) this.#complaints.push(text);
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, delayMs);
      const { signal } = this.#stop;
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      if (signal.aborted) done();
      else signal.addEventListener('abort', done, { once: true });
    });
  }
}

if (import.meta.main) {
  const plan = JSON.parse(process.argv[2] ?? '{}') as CrowdPlan; // written by `runCrowd` above
  console.log(JSON.stringify(await new Crowd(plan).run()));
}
