/** A web server for tests, on loopback, whose every answer the test decides. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export class HttpUpstream implements AsyncDisposable {
  /** `METHOD path` of each request, in order. */
  readonly seen: string[] = [];
  readonly requests: IncomingMessage[] = [];
  answer: Answer;
  readonly #server: Server;

  private constructor(answer: Answer) {
    this.answer = answer;
    this.#server = createServer((request, response) => {
      this.seen.push(`${request.method} ${request.url}`);
      this.requests.push(request);
      response.on('error', () => undefined);
      this.answer(request, response);
    });
  }

  static async start(answer: Answer): Promise<HttpUpstream> {
    const upstream = new HttpUpstream(answer);
    await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get port(): number {
    return portOf(this.#server.address());
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  get connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** A server below HTTP: says what it is told to whoever connects. */
export async function startRaw(
  onConnect: (socket: Socket) => void,
): Promise<AsyncDisposable & { url: string }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    onConnect(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}
