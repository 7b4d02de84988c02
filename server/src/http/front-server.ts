/**
 * The raw HTTP server in front of Fastify. Media is answered here, before the framework sees the request: at low latency
 * a viewer asks several times a second, and the framework's share would be most of the cost.
 *
 *   request  /hls/…  ──► delivery gate ──► engine          (thin path)
 *            else    ──► Fastify
 *   request  /whep/… ──► delivery gate ──► engine
 *   upgrade  /mse/…  ──► delivery gate ──► engine
 *            else    ──► 404
 *   after `refuse()`: 503 for everything but /health
 *
 * One client can hold only so much: requests on a connection are counted while they wait for their answer, a reply that
 * is not read is given up, and connections have a number.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorBody } from './error-response.ts';
import { refuseSocket } from './refuse-socket.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers what is asked of media: the delivery gate, which lets through to the engine what may pass. Never throws. */
export interface MediaHandler {
  /** @param path what follows `/hls/`, with the query. */
  handleHls(request: IncomingMessage, response: ServerResponse, path: string): void;
  /** @param path what follows `/whep/`, without the query. */
  handleWhep(request: IncomingMessage, response: ServerResponse, path: string): void;
  /** @param path what follows `/mse/`, without the query. */
  handleMseUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, path: string): void;
}

export interface FrontServer {
  readonly server: Server;
  /** From now on only `/health` is answered; everything else gets 503 and its connection is closed. */
  refuse(): void;
}

const HLS_PREFIX = '/hls/';
const WHEP_PREFIX = '/whep/';
const MSE_PREFIX = '/mse/';
/** Bytes of request line and headers together. */
const MAX_HEADER_BYTES = 16_384;
/** About 6 kB each while idle. */
const MAX_CONNECTIONS = 20_000;
/**
 * Unanswered requests on one connection. Browsers and proxies send one; a client that pipelines more would take the
 * places of others that wait for new media.
 */
const MAX_REQUESTS_IN_FLIGHT = 16;
/** Ms without a byte moving, beyond the longest that a playlist request waits: memory of a reply is not held for ever. */
const STALL_LIMIT_MS = 120_000;

export function createFrontServer(
  media: MediaHandler,
  handler: RequestHandler,
  stallLimitMs = STALL_LIMIT_MS,
): FrontServer {
  let refusing = false;
  const inFlight = new InFlight(MAX_REQUESTS_IN_FLIGHT);
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      // Slow senders are cut off; a parked playlist request is a finished request and not affected.
      headersTimeout: 15_000,
      requestTimeout: 30_000,
      // How often Node looks for them.
      connectionsCheckingInterval: 10_000,
      // Longer than the usual 60 s of a reverse proxy, so that the proxy closes first.
      keepAliveTimeout: 72_000,
      noDelay: true,
      // An offer of anything else (curl and Java offer HTTP/2) is to be ignored: the request is answered as it is.
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => {
      if (!inFlight.admit(request, response)) return;
      const url = originForm(request.url);
      if (url === undefined) {
        refuseTarget(response);
        return;
      }
      request.url = url;
      if (refusing && !isHealth(url)) refuseRequest(response);
      else if (url.startsWith(HLS_PREFIX)) media.handleHls(request, response, url.slice(HLS_PREFIX.length));
      else if (url.startsWith(WHEP_PREFIX))
        media.handleWhep(request, response, url.split('?', 1)[0]?.slice(WHEP_PREFIX.length) ?? '');
      else handler(request, response);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(stallLimitMs);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = originForm(request.url)?.split('?', 1)[0] ?? '';
    if (refusing) refuseSocket(socket, 503, 'STOPPING', 'The server is shutting down.');
    else if (!path.startsWith(MSE_PREFIX))
      refuseSocket(socket, 404, 'NOT_FOUND', 'Nothing here takes a WebSocket.');
    else media.handleMseUpgrade(request, socket, head, path.slice(MSE_PREFIX.length));
  });
  server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else if (error.code === 'HPE_HEADER_OVERFLOW')
      refuseSocket(socket, 431, 'HEADERS_TOO_LARGE', 'The request headers are too long.');
    else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
      refuseSocket(socket, 408, 'REQUEST_TIMEOUT', 'The request did not arrive in time.');
    else refuseSocket(socket, 400, 'REQUEST_INVALID', 'This is not HTTP as we understand it.');
  });
  return { server, refuse: () => void (refusing = true) };
}

/** Knows the requests of each connection that are not answered yet. Looks when the next one comes: that costs least. */
class InFlight {
  readonly #limit: number;
  readonly #waiting = new WeakMap<Socket, ServerResponse[]>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns false when the connection has too many: it is then ended. */
  admit({ socket }: IncomingMessage, response: ServerResponse): boolean {
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) {
      this.#waiting.set(socket, [response]);
      return true;
    }
    if (waiting.length === 1 && waiting[0]?.writableEnded === true) {
      waiting[0] = response;
      return true;
    }
    // The parser goes through all it has read, even after the connection was ended.
    if (socket.destroyed) return false;
    const unanswered = waiting.filter((each) => !each.writableEnded);
    if (unanswered.length >= this.#limit) {
      socket.destroy();
      return false;
    }
    this.#waiting.set(socket, [...unanswered, response]);
    return true;
  }
}

/** The path and query of a request target, which may be a whole URL (RFC 9112 section 3.2.2); undefined for `*`. */
function originForm(target = '/'): string | undefined {
  if (target.startsWith('/')) return target;
  const url = /^https?:\/\/[^/?]*(.*)$/i.exec(target);
  if (url === null) return undefined;
  const path = url[1] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}

function refuseTarget(response: ServerResponse): void {
  const body = JSON.stringify(errorBody('REQUEST_INVALID', 'The address of the request is not a path.'));
  response.writeHead(400, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

function isHealth(url: string): boolean {
  return url === '/health' || url.startsWith('/health?');
}

function refuseRequest(response: ServerResponse): void {
  const body = JSON.stringify(errorBody('STOPPING', 'The server is shutting down.'));
  response.writeHead(503, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'retry-after': '5',
    'access-control-allow-origin': '*',
    connection: 'close',
  });
  response.end(body);
}
