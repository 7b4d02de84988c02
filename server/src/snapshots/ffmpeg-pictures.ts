/**
 * Pictures by the system's ffmpeg, for where the optional packages are not: a process for each picture, at most one at a time.
 * Slower by far (0.2 s of a core each), and JPEG only.
 *
 *   key frame as Annex B or JPEG ──stdin──► ffmpeg ──stdout──► 960 px JPEG ──► the same again for 320 px
 */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import type { Keyframe } from '@pantau/media';
import { formatAnnexB } from './annex-b.ts';
import {
  checkKeyframe,
  fitPicture,
  PICTURE_SIZES,
  type EncodedPicture,
  type PictureMaker,
  type PictureOutcome,
  type PictureProblem,
  type PictureSize,
} from './picture.ts';

export interface FfmpegPicturesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: found by `PATH`. */
  readonly command?: string;
}

const PICTURE_MS = 5_000;
const MAX_WAITING = 16;
/** Bytes of one JPEG of 960 px. */
const MAX_OUTPUT = 4 * 1024 * 1024;
const DEMUXERS = { h264: 'h264', h265: 'hevc', jpeg: 'mjpeg' } as const;

export class FfmpegPictures implements PictureMaker {
  readonly #options: FfmpegPicturesOptions;
  readonly #stopper = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isMissing = false;

  constructor(options: FfmpegPicturesOptions) {
    this.#options = options;
  }

  /** About 250 ms each. */
  get perSecond(): number {
    return this.#isMissing ? 0 : 1;
  }

  async make(keyframe: Keyframe): Promise<PictureOutcome> {
    const problem = this.#isMissing ? 'no-decoder' : checkKeyframe(keyframe);
    if (problem !== undefined) return { ok: false, problem };
    if (this.#waiting >= MAX_WAITING) return { ok: false, problem: 'busy' };
    this.#waiting++;
    const mine = this.#last.then(() => this.#make(keyframe));
    this.#last = mine;
    try {
      return await mine;
    } finally {
      this.#waiting--;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopper.abort();
    await this.#last;
  }

  async #make({ config, data }: Keyframe): Promise<PictureOutcome> {
    const pictures: EncodedPicture[] = [];
    let input = config.codec === 'jpeg' ? data : formatAnnexB(config, data);
    if (input === undefined) return { ok: false, problem: 'undecodable' };
    let demuxer: string = DEMUXERS[config.codec];
    for (const size of PICTURE_SIZES.toReversed()) {
      const { width, height } = fitPicture(config.width, config.height, config.sampleAspectRatio, size);
      const bytes = await this.#run(demuxer, input, width, height);
      if (typeof bytes === 'string') return { ok: false, problem: bytes };
      pictures.push({ size, format: 'jpeg', width, height, bytes } satisfies {
        size: PictureSize;
      } & EncodedPicture);
      // The smaller one is made of the larger: that spares a second look at hostile bytes.
      input = bytes;
      demuxer = 'mjpeg';
    }
    return { ok: true, pictures };
  }

  #run(demuxer: string, input: Buffer, width: number, height: number): Promise<Buffer | PictureProblem> {
    if (this.#stopper.signal.aborted) return Promise.resolve('busy');
    const { promise, resolve } = Promise.withResolvers<Buffer | PictureProblem>();
    const limits = ['-v', 'quiet', '-nostdin', '-threads', '1', '-max_alloc', String(512 * 1024 * 1024)];
    const child = spawn(
      this.#options.command ?? 'ffmpeg',
      [
        ...limits,
        '-protocol_whitelist',
        'pipe',
        '-f',
        demuxer,
        '-i',
        'pipe:0',
        '-frames:v',
        '1',
        '-vf',
        `scale=${width}:${height}:flags=area,format=yuvj420p`,
        '-q:v',
        '4',
        '-f',
        'mjpeg',
        'pipe:1',
      ],
      { env: { PATH: process.env['PATH'] }, stdio: ['pipe', 'pipe', 'ignore'] },
    );
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (result: Buffer | PictureProblem) => {
      resolve(result);
      child.kill('SIGKILL');
    };
    const timer = this.#options.clock.setTimer(PICTURE_MS, () => end('timeout'), { unref: true });
    const onStop = () => end('busy');
    this.#stopper.signal.addEventListener('abort', onStop, { once: true });
    child.once('error', (error) => {
      if ('code' in error && error.code === 'ENOENT') this.#noteMissing();
      end(this.#isMissing ? 'no-decoder' : 'crashed');
    });
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_OUTPUT) end('too-large');
      else chunks.push(chunk);
    });
    child.once('close', (_code, signal) => {
      if (signal !== null) resolve('crashed');
      else resolve(length === 0 ? 'undecodable' : Buffer.concat(chunks));
    });
    // It may have seen enough before it has read all.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    if (child.pid !== undefined) lowerPriority(child.pid);
    return promise.finally(() => {
      timer.cancel();
      this.#stopper.signal.removeEventListener('abort', onStop);
    });
  }

  #noteMissing(): void {
    this.#isMissing = true;
    this.#options.logger.warn(
      {},
      'Cameras have no still pictures here: neither the optional packages nor ffmpeg are there',
    );
  }
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Gone already, or not allowed.
  }
}
