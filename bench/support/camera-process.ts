/**
 * Simulated cameras in a process of their own, so that what they cost is not counted as ours
 * (`node camera-process.ts '<json>'`). Prints one line of JSON with the URLs when it listens; ends on SIGTERM.
 */
import { openFakeCamera } from '@pantau/media/testing/fake-camera';
import { readClip } from '@pantau/media/testing/clip';
import { Child } from '../../e2e/support/child.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import type { BenchClip } from './bench-clip.ts';
import { playChaos } from './chaos.ts';

interface CameraPlan {
  readonly cameras: number;
  readonly clip: BenchClip;
}

export class BenchCameras implements AsyncDisposable {
  readonly urls: readonly string[];
  readonly #child: Child;

  private constructor(child: Child, urls: readonly string[]) {
    this.#child = child;
    this.urls = urls;
  }

  static async open(cameras: number, clip: BenchClip): Promise<BenchCameras> {
    const plan: CameraPlan = { cameras, clip };
    const child = new Child(process.execPath, { args: [import.meta.filename, JSON.stringify(plan)] });
    const line = await eventually('the cameras to listen', () => {
      if (child.exit) throw new Error(child.stderr);
      return child.stdout.includes('\n') ? child.stdout : undefined;
    });
    return new BenchCameras(child, JSON.parse(line) as string[]); // written below
  }

  /** Begins to play random faults on all cameras. */
  beginChaos(): void {
    this.#child.writeLine('chaos');
  }

  /** Takes all faults back. */
  endChaos(): void {
    this.#child.writeLine('calm');
  }

  get pid(): number {
    return this.#child.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop();
  }
}

if (import.meta.main) {
  const plan = JSON.parse(process.argv[2] ?? '{}') as CameraPlan; // written by `open` above
  const clip = await readClip(plan.clip.path, plan.clip.fps);
  const mounts = Array.from({ length: plan.cameras }, (_, index) => ({ path: `/camera-${index}`, clip }));
  const camera = await openFakeCamera({ mounts });
  console.log(JSON.stringify(mounts.map(({ path }) => camera.url(path))));
  let chaos: AbortController | undefined;
  process.stdin.setEncoding('utf8').on('data', (text: string) => {
    for (const word of text.split('\n')) {
      if (word === 'calm') chaos?.abort();
      if (word !== 'chaos') continue;
      chaos = new AbortController();
      const paths = mounts.map(({ path }) => path);
      void playChaos(camera, paths, chaos.signal);
    }
  });
  process.once('SIGTERM', () => {
    chaos?.abort();
    process.stdin.destroy();
    void camera.close();
  });
}
