/** MediaMTX as a peer of ingest: one process that pulls every camera and muxes all of them to low-latency HLS. Where its program is on the machine. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Child } from '../../e2e/support/child.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { findFreePort } from '../../e2e/support/free-port.ts';
import { peerProgram } from '../../e2e/support/requirements.ts';

export function isMediamtxThere(): boolean {
  return spawnSync(peerProgram('mediamtx'), ['--version'], { stdio: 'ignore' }).status === 0;
}

export class Mediamtx implements AsyncDisposable {
  readonly #child: Child;
  readonly #folder: string;

  private constructor(child: Child, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  /** Resolves once every camera is muxed. */
  static async open(urls: readonly string[]): Promise<Mediamtx> {
    const folder = await mkdtemp('/dev/shm/pantau-bench-mediamtx-');
    const config = [
      'logLevel: info',
      ...['rtsp', 'rtmp', 'webrtc', 'srt', 'moq'].map((name) => `${name}: no`),
      'hls: yes',
      `hlsAddress: 127.0.0.1:${await findFreePort()}`,
      'hlsAlwaysRemux: yes',
      'hlsVariant: lowLatency',
      'hlsSegmentCount: 7',
      'hlsSegmentDuration: 2s',
      'hlsPartDuration: 500ms',
      'paths:',
      ...urls.flatMap((url, index) => [`  cam${index}:`, `    source: ${url}`, '    rtspTransport: tcp']),
    ];
    const file = join(folder, 'mediamtx.yml');
    await writeFile(file, `${config.join('\n')}\n`);
    const child = new Child(peerProgram('mediamtx'), { args: [file], cwd: folder });
    const peer = new Mediamtx(child, folder);
    try {
      await eventually(
        'MediaMTX to mux every camera',
        () => {
          if (child.exit) throw new Error(`it ended: ${child.stdout.slice(-2_000)}${child.stderr}`);
          return [...child.stdout.matchAll(/\[HLS\] \[muxer cam\d+\].*is converting/g)].length >= urls.length;
        },
        { timeoutMs: 60_000, everyMs: 250 },
      );
    } catch (error) {
      await peer[Symbol.asyncDispose]();
      throw error;
    }
    return peer;
  }

  get pid(): number {
    return this.#child.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop(3_000);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
