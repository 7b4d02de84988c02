/**
 * A public list as bytes, ready to be sent: serialised and compressed once per change, not once per visitor.
 * Serving it touches neither the database nor a serialiser.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@pantau/base/errors';
import { PUBLIC_CORS_HEADERS } from './cors.ts';

type Encoding = 'br' | 'gzip' | 'identity';

interface Build {
  readonly etag: string;
  /** The headers of a 200 and the bytes, by encoding. */
  readonly variants: Readonly<
    Record<Encoding, { readonly headers: Record<string, string>; readonly bytes: Buffer }>
  >;
  /** Whether this build was sent to anybody yet: the first reply says `X-Cache: MISS`. */
  served: boolean;
}

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);
/** Level 5 takes about 10 ms per MB in zlib's own threads, and is within a few percent of the slow levels on JSON. */
const BROTLI_QUALITY = 5;

export class CachedReply {
  #build: Build | undefined;

  /** Replaces the bytes unless they are the same. Compression runs off the main thread. */
  async update(json: string): Promise<void> {
    const identity = Buffer.from(json);
    const etag = `W/"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`;
    if (this.#build?.etag === etag) return;
    const [br, zipped] = await Promise.all([
      compressBrotli(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
      compressGzip(identity),
    ]);
    this.#build = {
      etag,
      variants: {
        br: { bytes: br, headers: headersOf(etag, br, 'br') },
        gzip: { bytes: zipped, headers: headersOf(etag, zipped, 'gzip') },
        identity: { bytes: identity, headers: headersOf(etag, identity, 'identity') },
      },
      served: false,
    };
  }

  /**
   * Answers past Fastify's reply pipeline: nothing of it is needed, and it costs as much as the rest.
   * @throws AppError DATABASE_UNAVAILABLE before the first `update`.
   */
  send(request: FastifyRequest, reply: FastifyReply): void {
    const build = this.#build;
    if (build === undefined) {
      throw new AppError('unavailable', 'DATABASE_UNAVAILABLE', 'The list is not ready yet.');
    }
    const cacheState = build.served ? 'HIT' : 'MISS';
    build.served = true;
    reply.hijack();
    const raw = reply.raw;
    if (matches(request.headers['if-none-match'], build.etag)) {
      raw.writeHead(304, {
        ...PUBLIC_CORS_HEADERS,
        etag: build.etag,
        'cache-control': 'no-cache',
        'x-cache': cacheState,
      });
      raw.end();
      return;
    }
    const { headers, bytes } = build.variants[chooseEncoding(request.headers['accept-encoding'])];
    headers['x-cache'] = cacheState;
    raw.writeHead(200, headers);
    if (request.method === 'HEAD') raw.end();
    else raw.end(bytes);
  }
}

function headersOf(etag: string, bytes: Buffer, encoding: Encoding): Record<string, string> {
  return {
    ...PUBLIC_CORS_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(bytes.byteLength),
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    'cache-control': 'no-cache',
    vary: 'accept-encoding',
    etag,
    'x-content-type-options': 'nosniff',
  };
}

/** `If-None-Match` by weak comparison (RFC 9110 section 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag || header === '*') return true;
  const opaque = etag.slice(2);
  return header.split(',').some((item) => item.trim().replace(/^W\//, '') === opaque);
}

/** Clients send a handful of different values, so the answers are remembered; hostile variety only empties the memory. */
const chosen = new Map<string, Encoding>();
const CHOSEN_LIMIT = 100;

/** The smallest encoding that `Accept-Encoding` allows (RFC 9110 section 12.5.3). */
export function chooseEncoding(header: string | readonly string[] | undefined): Encoding {
  if (typeof header !== 'string') return 'identity';
  let encoding = chosen.get(header);
  if (encoding === undefined) {
    if (chosen.size >= CHOSEN_LIMIT) chosen.clear();
    encoding = parseEncoding(header);
    chosen.set(header, encoding);
  }
  return encoding;
}

function parseEncoding(header: string): Encoding {
  const allowed = new Set<string>();
  for (const item of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) allowed.add(name);
  }
  if (allowed.has('br')) return 'br';
  return allowed.has('gzip') ? 'gzip' : 'identity';
}
