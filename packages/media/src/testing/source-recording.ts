/** What the engine makes of a camera, kept whole: for tests that hand it to an independent decoder. */
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { encodeFragment } from '../fmp4/fragment.ts';
import { encodeInitSegment } from '../fmp4/init-segment.ts';
import { openRtspSource } from '../rtsp-source.ts';
import type { MediaEvent, Sample, StreamConfig } from '../sample.ts';
import type { MediaSource } from '../source.ts';

export class SourceRecording implements AsyncDisposable {
  readonly #events: MediaEvent[] = [];
  #source: MediaSource | undefined;

  private constructor() {}

  /** Opens an RTSP camera. @throws MediaError */
  static async open(url: string): Promise<SourceRecording> {
    const recording = new SourceRecording();
    recording.#source = await openRtspSource({
      source: { url, username: undefined, password: undefined },
      onEvent: (event) => recording.#events.push(event),
      clock: systemClock,
      logger: silentLogger,
      signal: new AbortController().signal,
    });
    return recording;
  }

  get samples(): readonly Sample[] {
    return this.#events.flatMap((event) => (event.type === 'sample' ? [event.sample] : []));
  }

  /** Key frames of the picture so far. */
  get keyframes(): number {
    return this.samples.filter(({ kind, keyframe }) => kind === 'video' && keyframe).length;
  }

  /** The first configuration; undefined before it came. */
  get config(): StreamConfig | undefined {
    return this.#events.find((event) => event.type === 'config')?.config;
  }

  /** Everything up to now as one MP4, a fragment per sample. @throws Error before the configuration came. */
  encodeMp4(): Buffer {
    const { config, samples } = this;
    if (config === undefined) throw new Error('no configuration came yet');
    const fragments = samples.map((sample, index) => encodeFragment(index + 1, config, [sample]));
    const bytes = fragments.flatMap(({ header, payload }) => [header, ...payload]);
    return Buffer.concat([encodeInitSegment(config), ...bytes]);
  }

  requestKeyframe(): void {
    this.#source?.requestKeyframe?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source?.close();
  }
}
