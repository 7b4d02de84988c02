/**
 * The camera's side of RTSP over HTTP: a GET that stays open for what the camera says, a POST with the same
 * `x-sessioncookie` whose base64 is what the client says. Both together are one stream for the RTSP behind.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { FakeAuthenticator, type FakeLogin } from './fake-auth.ts';

const OK =
  'HTTP/1.0 200 OK\r\nServer: FakeCamera\r\nConnection: close\r\nCache-Control: no-store\r\n' +
  'Pragma: no-cache\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n';
const MAX_HEAD_BYTES = 16 * 1024;

export interface FakeTunnelOptions {
  /** The web server's own login. */
  readonly login?: FakeLogin | undefined;
  /** Answers each GET with this status instead. */
  readonly status?: number | undefined;
  /** A whole tunnel was opened. */
  readonly onOpen: (stream: Duplex) => void;
}

/** Counted since the beginning. */
export interface TunnelCounters {
  gets: number;
  posts: number;
  wrongLogins: number;
}

export class FakeTunnels {
  readonly counters: TunnelCounters = { gets: 0, posts: 0, wrongLogins: 0 };
  readonly #options: FakeTunnelOptions;
  readonly #authenticator: FakeAuthenticator | undefined;
  readonly #waiting = new Map<string, TunnelStream>();

  constructor(options: FakeTunnelOptions) {
    this.#options = options;
    this.#authenticator = options.login === undefined ? undefined : new FakeAuthenticator(options.login);
  }

  /** Takes a connection from its first byte. */
  accept(socket: Socket): void {
    let head = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0 && head.length < MAX_HEAD_BYTES) return;
      socket.off('data', onData);
      this.#onHead(socket, head.toString('latin1', 0, Math.max(0, end)), head.subarray(end + 4));
    };
    socket.on('data', onData);
  }

  #onHead(socket: Socket, head: string, rest: Buffer): void {
    const [first = '', ...lines] = head.split('\r\n');
    const [method = '', path = ''] = first.split(' ');
    const headers = new Map(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    );
    const cookie = headers.get('x-sessioncookie') ?? '';
    if (method === 'GET') this.counters.gets++;
    else this.counters.posts++;
    const verdict = this.#authenticator?.check(method, path, headers.get('authorization'), 0) ?? 'accepted';
    if (verdict === 'wrong') this.counters.wrongLogins++;
    if (verdict !== 'accepted') {
      const challenge = this.#authenticator?.challenges(verdict)[0] ?? '';
      socket.end(`HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: ${challenge}\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    if (this.#options.status !== undefined || cookie === '') {
      socket.end(`HTTP/1.0 ${this.#options.status ?? 400} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    if (method === 'GET') {
      const stream = new TunnelStream(socket);
      this.#waiting.set(cookie, stream);
      stream.once('close', () => this.#waiting.delete(cookie));
      socket.write(OK);
      this.#options.onOpen(stream);
      return;
    }
    const stream = this.#waiting.get(cookie);
    if (method === 'POST' && stream !== undefined) stream.receive(socket, rest);
    else socket.destroy();
  }
}

/** What is written goes to the GET, what is read comes from the POST. */
class TunnelStream extends Duplex {
  readonly #get: Socket;
  #post: Socket | undefined;
  #carry = '';

  constructor(get: Socket) {
    super({ allowHalfOpen: false });
    this.#get = get;
    get.on('close', () => this.destroy());
    get.resume();
  }

  /** The POST of this tunnel: base64 in quanta of four characters, wherever TCP cut it. */
  receive(post: Socket, first: Buffer): void {
    this.#post = post;
    const take = (chunk: Buffer) => {
      const text = this.#carry + chunk.toString('latin1').replace(/[^A-Za-z0-9+/=]/g, '');
      const whole = text.length - (text.length % 4);
      this.#carry = text.slice(whole);
      // each write of the client may end in padding of its own
      for (const part of text.slice(0, whole).match(/[^=]+=*/g) ?? []) this.push(Buffer.from(part, 'base64'));
    };
    post.on('data', take);
    post.on('close', () => this.destroy());
    post.on('error', () => post.destroy());
    if (first.length > 0) take(first);
  }

  override _read(): void {
    // what comes is pushed
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#get.write(chunk, () => done());
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.#get.destroy();
    this.#post?.destroy();
    done();
  }
}
