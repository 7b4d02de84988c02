/** Stand-ins for the browser's media elements: just enough behaviour for the player's rules, driven by the test. */
import type { MediaSourceLike, MediaSourceMaker, SourceBufferLike, TimeRangesLike } from '../media-source.ts';
import type { SocketLike } from '../mse-session.ts';

export function ranges(...pairs: readonly (readonly [number, number])[]): TimeRangesLike {
  const at = (index: number) => {
    const pair = pairs[index];
    if (pair === undefined) throw new RangeError(`no range ${index}`);
    return pair;
  };
  return { length: pairs.length, start: (index) => at(index)[0], end: (index) => at(index)[1] };
}

export class FakeSourceBuffer extends EventTarget implements SourceBufferLike {
  updating = false;
  buffered = ranges();
  /** What was done, in order: `append 3`, `remove 0-10`, `type video/…`. */
  readonly log: string[] = [];
  /** Thrown by the next `appendBuffer`. */
  nextError: Error | undefined;

  appendBuffer(data: BufferSource): void {
    this.#mustBeIdle();
    const error = this.nextError;
    this.nextError = undefined;
    if (error !== undefined) throw error;
    this.updating = true;
    this.log.push(`append ${data.byteLength}`);
  }

  remove(startS: number, endS: number): void {
    this.#mustBeIdle();
    this.updating = true;
    this.log.push(`remove ${startS}-${endS}`);
    this.buffered = ranges([endS, this.buffered.end(this.buffered.length - 1)]);
  }

  changeType(mime: string): void {
    this.#mustBeIdle();
    this.log.push(`type ${mime}`);
  }

  /** Ends the running operation. */
  finish(buffered: TimeRangesLike = this.buffered): void {
    this.buffered = buffered;
    this.updating = false;
    this.dispatchEvent(new Event('updateend'));
  }

  #mustBeIdle(): void {
    if (this.updating) throw new DOMException('still updating', 'InvalidStateError');
  }
}

export class FakeMediaSource extends EventTarget implements MediaSourceLike {
  readyState = 'closed';
  readonly buffer = new FakeSourceBuffer();
  mime: string | undefined;

  addSourceBuffer(mime: string): FakeSourceBuffer {
    this.mime = mime;
    return this.buffer;
  }

  open(): void {
    this.readyState = 'open';
    this.dispatchEvent(new Event('sourceopen'));
  }
}

export class FakeMedia implements MediaSourceMaker {
  readonly sources: FakeMediaSource[] = [];
  attached = 0;
  supports = (_mime: string) => true;

  isTypeSupported(mime: string): boolean {
    return this.supports(mime);
  }

  create(): FakeMediaSource {
    const source = new FakeMediaSource();
    this.sources.push(source);
    return source;
  }

  attach(): () => void {
    this.attached++;
    return () => void this.attached--;
  }
}

export class FakeSocket implements SocketLike {
  binaryType = 'blob';
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  isClosed = false;

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.onopen?.(new Event('open'));
  }

  say(message: object): void {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(message) }));
  }

  /** What the session said. */
  readonly sent: string[] = [];

  send(text: string): void {
    this.sent.push(text);
  }

  deliver(bytes: number): void {
    this.onmessage?.(new MessageEvent('message', { data: new ArrayBuffer(bytes) }));
  }

  drop(code: number): void {
    this.onclose?.(new CloseEvent('close', { code }));
  }
}

/** The parts of a `<video>` that the player touches. */
export class FakeVideo extends EventTarget {
  currentTime = 0;
  playbackRate = 1;
  muted = true;
  srcObject: unknown = null;
  paused = true;
  ended = false;
  readyState = 4;
  videoWidth = 0;
  videoHeight = 0;
  frames = 0;
  buffered = ranges();
  seekable = ranges();
  error: { code: number } | null = null;
  plays = 0;
  loads = 0;
  /** Rejects `play()` as a browser that wants a gesture first. */
  refusesPlay: (muted: boolean) => boolean = () => false;

  play(): Promise<void> {
    this.plays++;
    if (this.refusesPlay(this.muted)) {
      return Promise.reject(new DOMException('a gesture is needed', 'NotAllowedError'));
    }
    this.paused = false;
    return Promise.resolve();
  }

  load(): void {
    this.loads++;
  }

  removeAttribute(): void {}

  getVideoPlaybackQuality(): { totalVideoFrames: number } {
    return { totalVideoFrames: this.frames };
  }

  /** Plays `seconds` of 25 pictures each. */
  advance(seconds: number): void {
    this.currentTime += seconds;
    this.frames += Math.round(seconds * 25);
  }

  /** Typed as the element it stands in for: only what is above is ever used. */
  get element(): HTMLVideoElement {
    return this as unknown as HTMLVideoElement;
  }
}
