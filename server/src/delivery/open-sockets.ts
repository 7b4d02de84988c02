/**
 * The WebSockets, WebRTC sessions and endless replies that viewers have open, each with whom it was admitted as. Such a connection is
 * made once and lives for hours, so what was true when it was made is asked again and again.
 *
 *   every 3 s:  stream gone, or private now and the viewer anonymous ──► cut
 *               private, admitted by a session or key ──► looked up, once per session and sweep ──► no right any more ──► cut
 *               no answer about it for 9 s (database away)                                      ──► cut
 */
import type { Clock, Timer } from '@pantau/base/clock';
import { mayWatch } from '../access/principal.ts';
import type { GrantHolder } from './grant-holder.ts';
import type { FindStreamAccess, StreamAccess } from './stream-access.ts';
import type { GrantSubject } from './ticket.ts';

export const SWEEP_MS = 3000;
/** Nobody stays on the strength of an answer that is older. */
const MAX_UNCHECKED_MS = 9000;

/** What carries media to a viewer for longer than a request: a WebSocket, a WebRTC session. */
export interface Closable {
  destroy(): void;
  once(event: 'close', callback: () => void): unknown;
}

interface OpenSocket {
  readonly socket: Closable;
  readonly streamKey: string;
  /** Undefined: admitted as anybody. */
  readonly subject: GrantSubject | undefined;
  /** When the last check that it passed began, monotonic ms. */
  checkedAtMs: number;
}

export interface OpenSocketsOptions {
  readonly findAccess: FindStreamAccess;
  readonly grants: GrantHolder;
  readonly clock: Clock;
  /** Told when a session or key could not be looked up. */
  readonly onFailure: (error: unknown) => void;
}

export class OpenSockets {
  readonly #options: OpenSocketsOptions;
  readonly #sockets = new Set<OpenSocket>();
  readonly #timer: Timer;
  #isAsking = false;

  constructor(options: OpenSocketsOptions) {
    this.#options = options;
    this.#timer = options.clock.setRepeating(SWEEP_MS, () => this.#sweep(), { unref: true });
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** Watches a socket until it closes. */
  add(streamKey: string, socket: Closable, subject: GrantSubject | undefined): void {
    const open: OpenSocket = {
      socket,
      streamKey,
      subject,
      checkedAtMs: this.#options.clock.monotonic(),
    };
    this.#sockets.add(open);
    socket.once('close', () => this.#sockets.delete(open));
  }

  /** Stops looking; the engine closes the sockets. */
  stop(): void {
    this.#timer.cancel();
  }

  #sweep(): void {
    const nowMs = this.#options.clock.monotonic();
    const questions = new Map<GrantSubject, OpenSocket[]>();
    for (const open of this.#sockets) {
      const access = this.#options.findAccess(open.streamKey);
      if (access === undefined) this.#cut(open);
      else if (access.visibility === 'private') {
        const { subject } = open;
        if (subject === undefined || nowMs - open.checkedAtMs >= MAX_UNCHECKED_MS) this.#cut(open);
        else {
          const asked = questions.get(subject);
          if (asked === undefined) questions.set(subject, [open]);
          else asked.push(open);
        }
      } else open.checkedAtMs = nowMs;
    }
    if (questions.size === 0 || this.#isAsking) return;
    this.#isAsking = true;
    void this.#ask(questions, nowMs).finally(() => (this.#isAsking = false));
  }

  async #ask(questions: ReadonlyMap<GrantSubject, readonly OpenSocket[]>, askedAtMs: number): Promise<void> {
    await Promise.all(
      [...questions].map(async ([subject, sockets]) => {
        try {
          const principal = await this.#options.grants.findPrincipal(subject);
          for (const open of sockets) {
            const access: StreamAccess | undefined = this.#options.findAccess(open.streamKey);
            if (principal !== undefined && access !== undefined && mayWatch(principal, access)) {
              open.checkedAtMs = askedAtMs;
            } else this.#cut(open);
          }
        } catch (error) {
          // They are asked about again at the next sweep, and cut when nobody can say.
          this.#options.onFailure(error);
        }
      }),
    );
  }

  #cut(open: OpenSocket): void {
    this.#sockets.delete(open);
    open.socket.destroy();
  }
}
