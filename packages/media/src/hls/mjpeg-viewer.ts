/**
 * Pictures over plain HTTP, one after the other in one reply (multipart/x-mixed-replace): for `<img>`, VLC and whatever else knows no
 * WebSocket. The connection is the viewer's alone, so that cutting it is what ends the viewing.
 */
import type { ServerResponse } from 'node:http';
import { COMMON_HEADERS } from '../stream/media-file.ts';
import type { PictureViewer } from '../stream/picture-relay.ts';
import { headersFor } from './private-replies.ts';

const BOUNDARY = 'pantau-picture';
/** Stands behind each picture too: browsers show one only when they see that it has ended. */
const SEPARATOR = `\r\n--${BOUNDARY}\r\n`;

export const MJPEG_HEADERS: readonly string[] = [
  'Content-Type',
  `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
  'Cache-Control',
  'no-store',
  'Connection',
  'close',
  // Proxies that collect a reply before they pass it on would wait for ever.
  'X-Accel-Buffering',
  'no',
  ...COMMON_HEADERS,
];

export class MjpegViewer implements PictureViewer {
  readonly #response: ServerResponse;
  readonly #stuckMs: number;
  #isBusy = false;
  #waiting: Buffer | undefined;
  #progressMs: number;
  #nowMs: number;

  /** @param stuckMs a viewer that takes nothing for so long is cut off. */
  constructor(response: ServerResponse, stuckMs: number, nowMs: number) {
    this.#response = response;
    this.#stuckMs = stuckMs;
    this.#progressMs = nowMs;
    this.#nowMs = nowMs;
    // Node reads the list and does not change it; its types just do not say so.
    response.writeHead(200, headersFor(response, MJPEG_HEADERS) as string[]);
    response.write(`--${BOUNDARY}\r\n`);
    response.on('drain', () => this.#onDrain());
  }

  showPicture(picture: Buffer): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    if (this.#isBusy) {
      this.#waiting = picture;
      return;
    }
    this.#write(picture);
  }

  /** What HTTP offers for a goodbye is the end of the reply. */
  leave(): void {
    this.#waiting = undefined;
    this.#response.end();
  }

  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#isBusy && nowMs - this.#progressMs >= this.#stuckMs) this.terminate();
  }

  terminate(): void {
    this.#waiting = undefined;
    this.#response.destroy();
  }

  #onDrain(): void {
    this.#isBusy = false;
    const picture = this.#waiting;
    this.#waiting = undefined;
    if (picture !== undefined) this.#write(picture);
  }

  #write(picture: Buffer): void {
    const { length } = picture;
    this.#response.cork();
    this.#response.write(`Content-Type: image/jpeg\r\nContent-Length: ${length}\r\n\r\n`);
    this.#response.write(picture);
    this.#isBusy = !this.#response.write(SEPARATOR);
    this.#response.uncork();
    this.#progressMs = this.#nowMs;
  }
}
