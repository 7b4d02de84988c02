/**
 * The listening socket. It is made before the engine and opened after it, so that on a stop it closes after the engine:
 * viewers are told while their connections still stand.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sleep, type Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';

/** How long requests that are being answered may take when the listener closes, ms. */
const CLOSE_GRACE_MS = 2000;

export class Listener implements AsyncDisposable {
  readonly #clock: Clock;
  #server: Server | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What it listens on, once it does. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** Starts to listen. @returns where. @throws AppError LISTEN_FAILED */
  async open(server: Server, host: string, port: number): Promise<AddressInfo> {
    try {
      server.listen(port, host);
      await once(server, 'listening');
    } catch (cause) {
      throw new AppError('precondition', 'LISTEN_FAILED', explain(cause, host, port), { cause });
    }
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a TCP address');
    return address;
  }

  /** Takes no new connection, ends idle ones, gives the rest a moment. Idempotent. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    const abort = new AbortController();
    const grace = sleep(this.#clock, CLOSE_GRACE_MS, abort.signal).then(
      () => server.closeAllConnections(),
      () => {},
    );
    await closed;
    abort.abort();
    await grace;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function explain(cause: unknown, host: string, port: number): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use already, perhaps by another Pantau. Choose another with PORT, e.g. PORT=3001.`;
    case 'EACCES':
      return `Port ${port} needs special rights (ports below 1024 do). Choose another with PORT and put a reverse proxy in front.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The address ${host} does not belong to this machine. Change HOST.`;
    default:
      return `Cannot listen on ${host}, port ${port} (${String(code ?? cause)}).`;
  }
}
