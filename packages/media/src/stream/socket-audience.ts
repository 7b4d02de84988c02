/**
 * The WebSocket viewers of one stream: who watches, who is to come over from another rendition with the next key frame, and
 * what somebody who joins is missing.
 */
import type { ByeReason, MseMessage } from '../mse/mse-protocol.ts';
import type { MseViewer } from '../mse/mse-viewer.ts';
import type { CurrentInit, LiveMuxer } from './live-muxer.ts';
import type { MediaFile } from './media-file.ts';
import type { MediaPart, MediaWindow } from './media-window.ts';

/** What a viewer is sent at once to catch up with a long group of pictures: 20 s of 6 Mbit/s. */
const MAX_JOIN_BYTES = 16 * 1024 * 1024;
/** Ms that a viewer of another rendition waits for this one's key frame. */
const SWITCH_TIMEOUT_MS = 20_000;

/** A viewer that sees another rendition and goes on here with the next key frame. */
interface Expected {
  readonly take: () => void;
  readonly fail: () => void;
  readonly sinceMs: number;
}

export class SocketAudience {
  readonly #viewers = new Set<MseViewer>();
  readonly #expected = new Map<MseViewer, Expected>();
  /** Parts since the last key frame as viewers get them, made when the first one joined. */
  readonly #joining = new Map<string, Buffer>();

  /** Viewers of this stream. */
  get viewers(): ReadonlySet<MseViewer> {
    return this.#viewers;
  }

  /** Viewers of this stream, and those who are to come. */
  get interested(): number {
    return this.#viewers.size + this.#expected.size;
  }

  add(viewer: MseViewer): void {
    this.#viewers.add(viewer);
  }

  /** @returns whether it was one of them. */
  remove(viewer: MseViewer): boolean {
    return this.#viewers.delete(viewer);
  }

  /**
   * A viewer of another rendition is to go on here.
   * @param take called at the key frame with which it goes on, before that is sent.
   * @param fail called when there is none in time.
   */
  expect(viewer: MseViewer, take: () => void, fail: () => void, nowMs: number): void {
    this.#expected.set(viewer, { take, fail, sinceMs: nowMs });
  }

  /** It stays where it is. */
  forgetExpected(viewer: MseViewer): void {
    this.#expected.delete(viewer);
  }

  /** Nobody can come over now. */
  failExpected(): void {
    this.#failWhere(() => true);
  }

  tick(nowMs: number): void {
    for (const viewer of this.#viewers) viewer.tick(nowMs);
    this.#failWhere((expected) => nowMs - expected.sinceMs >= SWITCH_TIMEOUT_MS);
  }

  send(message: MseMessage): void {
    for (const viewer of this.#viewers) viewer.sendMessage(message);
  }

  /** What comes next is of another configuration. */
  expectKeyframe(): void {
    for (const viewer of this.#viewers) viewer.expectKeyframe();
  }

  /** @param bitrate bits per second, as far as it is known. */
  sendFrame(fragment: Buffer, keyframe: boolean, init: CurrentInit, bitrate: number | undefined): void {
    if (keyframe) this.#takeExpected();
    for (const viewer of this.#viewers) viewer.sendFragment(fragment, keyframe, init, bitrate);
  }

  /**
   * Fragments from the last key frame on: closed parts, then the frames of the open part. Nothing when that is more than
   * a player should have to swallow at once: it begins with the next key frame then.
   */
  collectGroup(muxer: LiveMuxer, window: MediaWindow): readonly Buffer[] {
    const open = muxer.encodeOpenPart();
    if (open?.startsWithKeyframe) return [open.body];
    const segments = [...window.listed, ...(window.open ? [window.open] : [])];
    const parts: MediaPart[] = [];
    let byteLength = 0;
    for (const { initName, parts: own } of segments.toReversed()) {
      if (initName !== muxer.init?.name) return [];
      const start = own.findLastIndex((part) => part.startsWithKeyframe);
      const wanted = own.slice(Math.max(0, start));
      parts.unshift(...wanted);
      byteLength += wanted.reduce((sum, part) => sum + part.file.byteLength, 0);
      if (byteLength > MAX_JOIN_BYTES) return [];
      if (start < 0) continue;
      const fragments = parts.map(({ file }) => this.#copyOnce(file));
      return open ? [...fragments, open.body] : fragments;
    }
    return [];
  }

  /** A new group of pictures begins, or the media is gone: copies of the last one are not needed any more. */
  forgetGroup(): void {
    this.#joining.clear();
  }

  /** The stream ends: viewers are told why. */
  leave(reason: ByeReason, nowMs: number): void {
    this.failExpected();
    for (const viewer of this.#viewers) viewer.leave(reason, nowMs);
  }

  /** Cuts off viewers that did not answer the goodbye. */
  terminate(): void {
    for (const viewer of this.#viewers) viewer.terminate();
    this.#viewers.clear();
  }

  #takeExpected(): void {
    for (const [viewer, { take }] of this.#expected) {
      take();
      viewer.expectKeyframe();
      this.#viewers.add(viewer);
    }
    this.#expected.clear();
  }

  #failWhere(isDue: (expected: Expected) => boolean): void {
    for (const [viewer, expected] of this.#expected) {
      if (!isDue(expected)) continue;
      this.#expected.delete(viewer);
      expected.fail();
    }
  }

  #copyOnce(file: MediaFile): Buffer {
    let copy = this.#joining.get(file.name);
    if (!copy) {
      copy = file.copy();
      this.#joining.set(file.name, copy);
    }
    return copy;
  }
}
