/** A WebSocket viewer without a decoder: it keeps the messages' outlines. */
import { WebSocket } from 'ws';

export interface MseMessage {
  readonly atMs: number;
  /** A text message as parsed JSON. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** The text as it came. */
  readonly text?: string;
  /** Length and first box type of a binary message. */
  readonly bytes?: number;
  readonly box?: string;
}

export class MseClient implements AsyncDisposable {
  readonly messages: MseMessage[] = [];
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  /** @param headers of the upgrade, such as `Cookie`. */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#socket = new WebSocket(url, { perMessageDeflate: false, headers: { ...headers } });
    this.#socket.on('message', (data, isBinary) => {
      const atMs = performance.now();
      if (!Buffer.isBuffer(data)) return;
      if (isBinary) {
        this.messages.push({ atMs, bytes: data.length, box: data.toString('latin1', 4, 8) });
        return;
      }
      const text = data.toString('utf8');
      const json: unknown = JSON.parse(text);
      this.messages.push({ atMs, text, json: typeof json === 'object' && json !== null ? { ...json } : {} });
    });
    this.#socket.on('error', () => undefined); // a refused upgrade closes too
    this.closed = new Promise((resolve) => this.#socket.once('close', (code) => resolve(code)));
  }

  /** Number of media fragments so far. */
  get fragments(): number {
    return this.messages.filter((message) => message.box === 'moof').length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.terminate();
    await this.closed;
  }
}

/** Status of the HTTP answer to a WebSocket upgrade; 101 when it was accepted. */
export function readUpgradeStatus(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers: { ...headers } });
    socket.once('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.once('error', reject);
  });
}
