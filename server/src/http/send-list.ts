/**
 * Sends a list past Fastify's reply pipeline: nothing of it is needed, and it costs as much as the rest. A list for some only goes
 * out with other headers: no cache shares it, no other site reads it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@pantau/base/errors';
import type { EncodedBuild, EncodedList, Encoding } from '../encoded-list.ts';
import { PRIVATE_HEADERS, PUBLIC_CORS_HEADERS } from './cors.ts';

export type ListAudience = 'public' | 'private';

interface Prepared {
  readonly etag: string;
  /** The headers of a 200, by encoding. */
  readonly headers: Readonly<Record<Encoding, Record<string, string>>>;
  /** Whether this build was sent to anybody yet: the first reply says `X-Cache: MISS`. */
  served: boolean;
}

const preparedBuilds = new WeakMap<EncodedBuild, Prepared>();

/** @throws AppError DATABASE_UNAVAILABLE before the list was built. */
export function sendList(
  list: EncodedList,
  request: FastifyRequest,
  reply: FastifyReply,
  audience: ListAudience = 'public',
): void {
  const build = list.current;
  if (build === undefined) {
    throw new AppError('unavailable', 'DATABASE_UNAVAILABLE', 'The list is not ready yet.');
  }
  const prepared = prepare(build, audience);
  const cacheState = prepared.served ? 'HIT' : 'MISS';
  list.countReply(prepared.served);
  prepared.served = true;
  reply.hijack();
  const raw = reply.raw;
  if (matches(request.headers['if-none-match'], prepared.etag)) {
    raw.writeHead(304, {
      ...AUDIENCE_HEADERS[audience],
      etag: prepared.etag,
      'x-cache': cacheState,
    });
    raw.end();
    return;
  }
  const encoding = chooseEncoding(request.headers['accept-encoding']);
  const headers = prepared.headers[encoding];
  headers['x-cache'] = cacheState;
  raw.writeHead(200, headers);
  if (request.method === 'HEAD') raw.end();
  else raw.end(build.bytes[encoding]);
}

/** What caches and other sites may do with a list. */
const AUDIENCE_HEADERS: Readonly<Record<ListAudience, Readonly<Record<string, string>>>> = {
  public: { ...PUBLIC_CORS_HEADERS, 'cache-control': 'no-cache', vary: 'accept-encoding' },
  private: PRIVATE_HEADERS,
};

/** A build belongs to one list, and a list to one audience. */
function prepare(build: EncodedBuild, audience: ListAudience): Prepared {
  let prepared = preparedBuilds.get(build);
  if (prepared === undefined) {
    // Weak: the same tag stands for every encoding of the content.
    const etag = `W/"${build.tag}"`;
    prepared = {
      etag,
      headers: {
        br: headersOf(etag, build.bytes.br, 'br', audience),
        gzip: headersOf(etag, build.bytes.gzip, 'gzip', audience),
        identity: headersOf(etag, build.bytes.identity, 'identity', audience),
      },
      served: false,
    };
    preparedBuilds.set(build, prepared);
  }
  return prepared;
}

function headersOf(
  etag: string,
  bytes: Buffer,
  encoding: Encoding,
  audience: ListAudience,
): Record<string, string> {
  return {
    ...AUDIENCE_HEADERS[audience],
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(bytes.byteLength),
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
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
