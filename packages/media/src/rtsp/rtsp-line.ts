/** The bytes under an RTSP connection: one socket, or the two of an HTTP tunnel. */
import type { Socket } from 'node:net';
import type { TlsFacts } from '../source.ts';
import type { Dialled } from './dial.ts';

export interface LineEvents {
  /** What was read; the bytes may be overwritten when this returns. */
  onBytes(bytes: Buffer): void;
  /** The line broke. */
  onError(): void;
  /** The line is closed, by whomever. */
  onClose(): void;
}

export interface RtspLine {
  /** The address that was dialled, after name resolution. */
  readonly remoteAddress: string;
  /** Ours, as the other side sees it when nothing translates it. */
  readonly localAddress: string;
  /** Bytes that were written and have not left. */
  readonly unsentBytes: number;
  /** The certificate of the other side; undefined without TLS. */
  readonly tls: TlsFacts | undefined;
  /** Names who gets what happens; once, before anything else. */
  listen(events: LineEvents): void;
  write(bytes: Buffer): void;
  pause(): void;
  resume(): void;
  /** Lets what was written leave, then closes. */
  end(): void;
  destroy(): void;
}

/** A line that is one socket. */
export class SocketLine implements RtspLine {
  readonly tls: TlsFacts | undefined;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly #socket: Socket;
  readonly #dialled: Dialled;

  constructor(dialled: Dialled) {
    this.#dialled = dialled;
    this.#socket = dialled.socket;
    this.tls = dialled.tls;
    this.remoteAddress = this.#socket.remoteAddress ?? '';
    this.localAddress = this.#socket.localAddress ?? '';
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  listen(events: LineEvents): void {
    this.#dialled.onBytes((bytes) => events.onBytes(bytes));
    this.#socket.on('error', () => events.onError());
    this.#socket.on('close', () => events.onClose());
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
