/**
 * Fan-out of a camera that sends single JPEG pictures, which no browser plays as video: the newest picture goes to every viewer, at
 * most 15 in a second. What is older than the newest is of no use to anybody and is not kept.
 */
import type { Clock, Timer } from '@pantau/base/clock';
import type { MjpegViewer } from '../hls/mjpeg-viewer.ts';
import type { VideoConfig } from '../sample.ts';

/** Ms between two pictures that are handed on. */
const MIN_INTERVAL_MS = 1000 / 15;

export interface PictureViewer {
  /** The newest picture; a viewer that is not done with the one before leaves out what came in between. Must not throw. */
  showPicture(picture: Buffer, config: VideoConfig): void;
}

export class PictureRelay {
  readonly #clock: Clock;
  readonly #sockets: ReadonlySet<PictureViewer>;
  readonly #replies = new Set<MjpegViewer>();
  #config: VideoConfig | undefined;
  #newest: Buffer | undefined;
  #isDue = false;
  #sentMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  /** @param sockets viewers that somebody else looks after. */
  constructor(clock: Clock, sockets: ReadonlySet<PictureViewer>) {
    this.#clock = clock;
    this.#sockets = sockets;
  }

  /** Endless replies that are open. */
  get replies(): number {
    return this.#replies.size;
  }

  /** There is a picture to show. */
  get hasPicture(): boolean {
    return this.#newest !== undefined;
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#newest?.length ?? 0;
  }

  addReply(viewer: MjpegViewer): void {
    this.#replies.add(viewer);
    this.showNewest(viewer);
  }

  removeReply(viewer: MjpegViewer): void {
    this.#replies.delete(viewer);
  }

  /** @returns whether there is a picture to show. */
  showNewest(viewer: PictureViewer): boolean {
    if (this.#newest === undefined || this.#config === undefined) return false;
    viewer.showPicture(this.#newest, this.#config);
    return true;
  }

  /** Looks after the replies. @param isStale no sign of the camera for long: nothing in a reply could say that its picture is old. */
  tick(nowMs: number, isStale: boolean): void {
    for (const viewer of this.#replies) viewer.tick(nowMs);
    if (isStale) this.endReplies();
  }

  endReplies(): void {
    for (const viewer of this.#replies) viewer.leave();
  }

  /** Cuts off who has not taken the end. */
  dropReplies(): void {
    for (const viewer of this.#replies) viewer.terminate();
    this.#replies.clear();
  }

  setConfig(config: VideoConfig): void {
    this.#config = config;
    this.#newest = undefined;
  }

  push(picture: Buffer): void {
    this.#newest = picture;
    if (this.#isDue) return;
    const waitMs = this.#sentMs + MIN_INTERVAL_MS - this.#clock.monotonic();
    if (waitMs <= 0) {
      this.#send();
      return;
    }
    this.#isDue = true;
    this.#timer = this.#clock.setTimer(waitMs, () => this.#send(), { unref: true });
  }

  /** The camera is gone: what was its newest picture is old. */
  clear(): void {
    this.#timer?.cancel();
    this.#isDue = false;
    this.#newest = undefined;
  }

  #send(): void {
    this.#isDue = false;
    this.#sentMs = this.#clock.monotonic();
    for (const viewer of this.#sockets) this.showNewest(viewer);
    for (const viewer of this.#replies) this.showNewest(viewer);
  }
}
