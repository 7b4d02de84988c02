/**
 * Keeps an RTSP session from timing out (RFC 2326 section 10.8): OPTIONS, in turn with GET_PARAMETER when the camera offers it.
 * Cameras that count only one of the two exist of both kinds, so each kind comes often enough by itself.
 * It never waits: whether the camera lives is judged by its media. An answer is only looked at to do better next time.
 */
import type { Clock, Timer } from '@pantau/base/clock';
import type { RtspConnection } from './rtsp-connection.ts';
import type { RtspDialogue } from './rtsp-dialogue.ts';
import type { RtspResponse } from './rtsp-message.ts';
import { keepAliveIntervalMs } from './session-header.ts';

export interface KeepAliveOptions {
  readonly connection: RtspConnection;
  readonly dialogue: RtspDialogue;
  /** The aggregate URL: some cameras accept no other. */
  readonly url: string;
  /** Methods of the `Public` header. */
  readonly offered: ReadonlySet<string>;
  readonly clock: Clock;
}

export class KeepAlive {
  readonly #options: KeepAliveOptions;
  /** Undefined once it was refused, or when it is not offered. */
  #other: 'GET_PARAMETER' | undefined;
  #method: 'GET_PARAMETER' | 'OPTIONS';
  #mayResend = false;
  readonly #timer: Timer;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
    this.#other = options.offered.has('GET_PARAMETER') ? 'GET_PARAMETER' : undefined;
    this.#method = 'OPTIONS';
    const intervalMs = keepAliveIntervalMs(
      options.dialogue.sessionTimeoutSeconds,
      this.#other === undefined ? 1 : 2,
    );
    this.#timer = options.clock.setRepeating(
      intervalMs,
      () => {
        this.#mayResend = true;
        this.#method = this.#method === 'OPTIONS' ? (this.#other ?? 'OPTIONS') : 'OPTIONS';
        this.#send();
      },
      { unref: true },
    );
  }

  /** Any response while playing: the CSeq is not looked at, some cameras count wrong. */
  onResponse(response: RtspResponse): void {
    if (response.status < 300) return;
    if (response.status === 401) {
      if (!this.#mayResend || !this.#options.dialogue.acceptChallenge(response)) return;
    } else if (this.#method === 'GET_PARAMETER') {
      this.#other = undefined;
      this.#method = 'OPTIONS';
    } else {
      return;
    }
    if (this.#mayResend) {
      this.#mayResend = false;
      this.#send();
    }
  }

  stop(): void {
    this.#timer.cancel();
  }

  #send(): void {
    if (this.#options.connection.canWrite) this.#options.dialogue.send(this.#method, this.#options.url);
  }
}
