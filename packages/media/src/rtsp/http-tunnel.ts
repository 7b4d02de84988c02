/**
 * RTSP through HTTP, the way QuickTime began it: two connections that look like one long download and one long upload, for
 * cameras whose only open port is that of their web page.
 *
 *   GET  ◄── what the camera says: responses and interleaved frames, as they are
 *   POST ──► what we say, each write in base64, in whole quanta of four characters
 *
 * Both carry the same `x-sessioncookie`, go to the same address, and end together. A login that the web server asks for is
 * answered on both; the login of RTSP inside is a matter of its own.
 */
import { randomBytes } from 'node:crypto';
import { abortReason, deadline } from '@pantau/base/clock';
import { MediaError } from '../media-error.ts';
import type { TlsFacts } from '../source.ts';
import type { Authenticator, ChallengeVerdict } from './authenticator.ts';
import { dial, type Dialled, type DialOptions } from './dial.ts';
import { noTunnel, parseHttpReplyHead, type HttpReplyHead } from './http-reply-head.ts';
import type { LineEvents, RtspLine } from './rtsp-line.ts';
import { unauthorized } from './status-error.ts';

const MEDIA_TYPE = 'application/x-rtsp-tunnelled';
/** What every client of this kind announces; servers read on regardless. */
const POST_BYTES = 32_767;
/** Nothing of use comes on the POST: beyond this it is a flood. */
const MAX_POST_REPLY_BYTES = 64 * 1024;

export interface TunnelOptions extends DialOptions {
  /** Path and query of the camera's URL. */
  readonly path: string;
  /** `host[:port]` for the Host header. */
  readonly authority: string;
  /** For the web server's own login. */
  readonly authenticator: Authenticator;
}

/**
 * Opens both connections.
 * @throws MediaError as `dial`, SOURCE_UNAUTHORIZED, SOURCE_NOT_FOUND, SOURCE_REFUSED when there is no tunnel.
 */
export async function openTunnel(options: TunnelOptions): Promise<RtspLine> {
  const cookie = randomBytes(11).toString('hex');
  const { get, rest } = await openGet(options, cookie);
  let post: Dialled;
  try {
    // the very address of the first one: of several behind a name only that one knows the cookie
    post = await dial({ ...options, host: get.socket.remoteAddress ?? options.host });
  } catch (error) {
    get.socket.on('error', () => {});
    get.socket.destroy();
    throw error;
  }
  post.socket.write(formatRequest(options, 'POST', cookie));
  return new TunnelLine(get, post, rest);
}

/** The GET, signed as often as makes sense; each try has a connection of its own. */
async function openGet(
  options: TunnelOptions,
  cookie: string,
): Promise<{ readonly get: Dialled; readonly rest: Buffer }> {
  for (let tries = 1; ; tries++) {
    const get = await dial(options);
    try {
      get.socket.write(formatRequest(options, 'GET', cookie));
      const { head, rest } = await readHead(get, options);
      if (head.status === 200) return { get, rest };
      const verdict = judge(head, options.authenticator, tries);
      if (verdict !== 'retry') throw unauthorized(verdict, 'GET');
    } catch (error) {
      get.socket.destroy();
      throw error;
    }
    get.socket.destroy();
  }
}

/** @throws MediaError for every status but 401. */
function judge(head: HttpReplyHead, authenticator: Authenticator, tries: number): ChallengeVerdict {
  if (head.status === 401) {
    return authenticator.challenge(head.headers.list('www-authenticate'), tries, tries > 1);
  }
  const details = { method: 'GET', status: head.status };
  if (head.status === 404) {
    throw new MediaError('SOURCE_NOT_FOUND', "The camera does not know this stream: check the URL's path", {
      details,
    });
  }
  throw noTunnel(`its web server answers with status ${head.status}`, details);
}

/** Waits for the head of the reply. What came behind it is the beginning of the RTSP bytes. */
async function readHead(
  get: Dialled,
  options: TunnelOptions,
): Promise<{ readonly head: HttpReplyHead; readonly rest: Buffer }> {
  using limit = deadline(
    options.clock,
    options.timeoutMs,
    () => new MediaError('SOURCE_TIMEOUT', 'The camera did not answer the HTTP request in time'),
    options.signal,
  );
  const read = Promise.withResolvers<{ head: HttpReplyHead; rest: Buffer }>();
  let bytes = Buffer.alloc(0);
  get.onBytes((chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    try {
      const head = parseHttpReplyHead(bytes);
      if (head === undefined) return;
      // nothing is lost between here and the line that takes over
      get.socket.pause();
      read.resolve({ head, rest: bytes.subarray(head.byteLength) });
    } catch (error) {
      read.reject(error);
    }
  });
  const onAbort = () => read.reject(abortReason(limit.signal));
  const onEnd = () => read.reject(noTunnel('it closed the connection'));
  if (limit.signal.aborted) onAbort();
  limit.signal.addEventListener('abort', onAbort, { once: true });
  get.socket.on('error', onEnd);
  get.socket.on('close', onEnd);
  try {
    return await read.promise;
  } finally {
    limit.signal.removeEventListener('abort', onAbort);
    get.socket.off('close', onEnd);
  }
}

function formatRequest(options: TunnelOptions, method: 'GET' | 'POST', cookie: string): string {
  const path = options.path.startsWith('/') ? options.path : `/${options.path}`;
  const authorization = options.authenticator.authorize(method, path);
  const lines = [
    `${method} ${path} HTTP/1.0`,
    `Host: ${options.authority}`,
    'User-Agent: Pantau',
    `x-sessioncookie: ${cookie}`,
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
    'Pragma: no-cache',
    'Cache-Control: no-cache',
    ...(method === 'GET'
      ? [`Accept: ${MEDIA_TYPE}`]
      : [
          `Content-Type: ${MEDIA_TYPE}`,
          `Content-Length: ${POST_BYTES}`,
          'Expires: Sun, 9 Jan 1972 00:00:00 GMT',
        ]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The two connections as one line. */
class TunnelLine implements RtspLine {
  readonly tls: TlsFacts | undefined;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly #get: Dialled;
  readonly #post: Dialled;
  #rest: Buffer;
  #isClosed = false;

  constructor(get: Dialled, post: Dialled, rest: Buffer) {
    this.#get = get;
    this.#post = post;
    this.#rest = rest;
    this.tls = get.tls;
    this.remoteAddress = get.socket.remoteAddress ?? '';
    this.localAddress = get.socket.localAddress ?? '';
  }

  get unsentBytes(): number {
    return this.#post.socket.writableLength;
  }

  listen(events: LineEvents): void {
    let replyBytes = 0;
    this.#post.onBytes((bytes) => {
      replyBytes += bytes.length;
      if (replyBytes > MAX_POST_REPLY_BYTES) this.destroy();
    });
    for (const { socket } of [this.#get, this.#post]) {
      socket.on('error', () => events.onError());
      socket.on('close', () => {
        if (this.#isClosed) return;
        this.#isClosed = true;
        this.destroy();
        events.onClose();
      });
    }
    if (this.#get.socket.destroyed || this.#post.socket.destroyed) {
      // one of them closed while the other was being opened
      this.#isClosed = true;
      setImmediate(() => {
        this.destroy();
        events.onClose();
      });
      return;
    }
    this.#get.onBytes((bytes) => events.onBytes(bytes));
    // what came with the head, on a turn of its own as every read
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    setImmediate(() => {
      if (rest.length > 0) events.onBytes(rest);
      if (!this.#isClosed) this.#get.socket.resume();
    });
  }

  write(bytes: Buffer): void {
    this.#post.socket.write(bytes.toString('base64'), 'latin1');
  }

  pause(): void {
    this.#get.socket.pause();
  }

  resume(): void {
    this.#get.socket.resume();
  }

  /** The camera hangs up when it has read the last of the POST. */
  end(): void {
    this.#post.socket.end();
  }

  destroy(): void {
    this.#get.socket.destroy();
    this.#post.socket.destroy();
  }
}
