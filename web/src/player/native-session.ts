/** HLS played by the browser itself: iPhones without ManagedMediaSource, and old Safari. The element does the fetching; this session only watches. */
import type { DeliverySession, EmitSessionEvent } from './delivery-session.ts';
import type { SessionFailure } from './player-trouble.ts';

const TARGET_S = 6;
const MAX_S = 18;

export interface NativeSessionOptions {
  readonly url: string;
  readonly video: HTMLVideoElement;
  readonly emit: EmitSessionEvent;
}

export class NativeSession implements DeliverySession {
  readonly #options: NativeSessionOptions;
  readonly #onError = () => this.#fail();
  readonly #onMetadata = () => this.#options.emit({ type: 'audio', hasAudio: true });
  #isOver = false;

  constructor(options: NativeSessionOptions) {
    this.#options = options;
    options.video.addEventListener('error', this.#onError);
    options.video.addEventListener('loadedmetadata', this.#onMetadata);
    options.video.src = options.url;
    options.video.load();
  }

  findLatencyS(): number | undefined {
    const { seekable, currentTime } = this.#options.video;
    return seekable.length === 0 ? undefined : seekable.end(seekable.length - 1) - currentTime;
  }

  targetLatencyS(): number {
    return TARGET_S;
  }

  maxLatencyS(): number {
    return MAX_S;
  }

  jumpToEdge(): void {
    const { video } = this.#options;
    if (video.seekable.length > 0) {
      video.currentTime = Math.max(0, video.seekable.end(video.seekable.length - 1) - TARGET_S);
    }
  }

  noteStall(): void {
    // The browser buffers as it sees fit.
  }

  isHeld(): boolean {
    return false;
  }

  chooseRendition(): void {
    // The browser chooses by the playlist.
  }

  close(): void {
    this.#isOver = true;
    this.#options.video.removeEventListener('error', this.#onError);
    this.#options.video.removeEventListener('loadedmetadata', this.#onMetadata);
  }

  #fail(): void {
    if (this.#isOver) return;
    const failure = nativeFailure(this.#options.video.error?.code);
    this.close();
    this.#options.emit({ type: 'failed', failure });
  }
}

/** What a `MediaError.code` of an element that plays HLS by itself means. */
export function nativeFailure(code: number | undefined): SessionFailure {
  if (code === 2) return { kind: 'network' };
  if (code === 3) return { kind: 'decode' };
  // 4, "source not supported", is also what Safari says when the playlist could not be had: not proof of a missing codec.
  return { kind: 'camera' };
}
