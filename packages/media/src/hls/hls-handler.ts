import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@pantau/base/clock';
import type { EngineLimits } from '../stream/engine-limits.ts';
import { COMMON_HEADERS, type MediaFile } from '../stream/media-file.ts';
import { splitFileName } from '../stream/rendition.ts';
import type { RenditionSet } from '../stream/rendition-set.ts';
import type { Stream } from '../stream/stream.ts';
import {
  MEDIA_PLAYLISTS,
  MULTIVARIANT_PLAYLISTS,
  type MediaPlaylistName,
  type PlaylistKind,
} from './hls-playlists.ts';
import {
  acceptsGzip,
  parseDirectives,
  parseHlsPath,
  parseRange,
  parseRendition,
  type DeliveryDirectives,
} from './hls-request.ts';
import type { ParkedOutcome, ParkedRequest, ParkedRequests } from './parked-requests.ts';
import type { PlaylistBytes } from './playlist-bytes.ts';
import { headersFor } from './private-replies.ts';
import { isBeyondPlaylist, isInPlaylist } from './reload-position.ts';

/**
 * HLS over raw HTTP: the thin path. A media file is a lookup and one write of shared bytes; a playlist is built once per
 * change. Nothing here throws, reads a disk or asks a database.
 */
export interface HlsHandlerOptions {
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly findStream: (key: string) => RenditionSet | undefined;
  /** Address of the viewer, as far as it is known. */
  readonly clientAddress: (request: IncomingMessage) => string;
}

export class HlsHandler {
  readonly #options: HlsHandlerOptions;

  constructor(options: HlsHandlerOptions) {
    this.#options = options;
  }

  handle(request: IncomingMessage, response: ServerResponse, path: string): void {
    const { method } = request;
    if (method === 'OPTIONS') {
      writeHead(response, 204, PREFLIGHT_HEADERS);
      response.end();
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') {
      sendError(response, 405, 'METHOD_NOT_ALLOWED', 'Only GET, HEAD and OPTIONS.', [
        'Allow',
        ALLOWED_METHODS,
      ]);
      return;
    }
    const target = parseHlsPath(path);
    const set = target && this.#options.findStream(target.key);
    if (!target || !set) {
      sendError(response, 404, 'STREAM_NOT_FOUND', 'There is no such stream.');
      return;
    }
    if (isMultivariant(target.file)) {
      this.#multivariant(request, response, set, MULTIVARIANT_PLAYLISTS[target.file], target.query);
      return;
    }
    const { rendition, name } = splitFileName(target.file);
    const stream = set.find(rendition);
    if (!stream) {
      sendError(response, 404, 'NOT_FOUND', 'There is no such file.');
      return;
    }
    const file = stream.window.findFile(target.file);
    if (file) {
      if (name.startsWith('part-')) this.#touch(request, stream);
      sendFile(request, response, file);
      return;
    }
    if (isPlaylistName(name)) {
      const isPullable = stream.demand();
      const isBridged =
        set.bridge(rendition, this.#options.clientAddress(request), request.headers['user-agent']) &&
        name === 'media.m3u8';
      const kind = isBridged ? 'media-bridged' : MEDIA_PLAYLISTS[name];
      this.#playlist(request, response, stream, kind, target.query, isPullable);
      return;
    }
    this.#missingFile(request, response, stream, target.file);
  }

  /** What renditions there are. Nothing is pulled for it that is known already, unless there is no choice. */
  #multivariant(
    request: IncomingMessage,
    response: ServerResponse,
    set: RenditionSet,
    playlist: MediaPlaylistName,
    query: string,
  ): void {
    const wished = parseRendition(query);
    const found = wished && set.find(wished);
    // A camera of one size answers with that one.
    const only = found && wished;
    const wanted = found ?? set.main;
    const sinceMs = this.#options.clock.monotonic();
    const reply = () => sendPlaylist(request, response, set.multivariant(playlist, only));
    if (only !== undefined || set.streams.length === 1) this.#touch(request, wanted);
    const isPullable = set.wantFacts(only);
    if (set.isDescribable(only, sinceMs)) reply();
    else if (!isPullable || wanted.isEnded) sendUnavailable(response, wanted);
    else {
      this.#park(
        request,
        response,
        set.parked,
        this.#options.limits.coldStartHoldMs,
        () => set.isDescribable(only, sinceMs) || set.isHopeless(only),
        () => {
          if (set.isDescribable(only, sinceMs)) reply();
          else sendUnavailable(response, wanted);
        },
      );
    }
  }

  #playlist(
    request: IncomingMessage,
    response: ServerResponse,
    stream: Stream,
    named: PlaylistKind,
    query: string,
    isPullable: boolean,
  ): void {
    const directives = parseDirectives(query);
    if (!directives) {
      sendError(
        response,
        400,
        'REQUEST_INVALID',
        '_HLS_msn and _HLS_part must be integers, _HLS_part only with _HLS_msn.',
      );
      return;
    }
    this.#touch(request, stream);
    const kind = named === 'media-ll' && directives.skip ? 'media-ll-delta' : named;
    const reply = () => sendPlaylist(request, response, stream.playlists.get(kind));
    const answer = () => {
      if (directives.sequence !== undefined && named !== 'media-ll-delta') {
        this.#reload(request, response, stream, named, directives, reply);
      } else reply();
    };
    if (stream.playlists.isEnded) {
      if (stream.playlists.isReady(kind)) reply();
      else sendUnavailable(response, stream);
      return;
    }
    if (!stream.playlists.isReady(kind) || stream.isStale) {
      if (!isPullable) sendUnavailable(response, stream);
      else this.#parkUntilReady(request, response, stream, kind, answer);
      return;
    }
    answer();
  }

  /** Blocking playlist reload (RFC 8216bis 6.2.5.2). */
  #reload(
    request: IncomingMessage,
    response: ServerResponse,
    stream: Stream,
    kind: Exclude<PlaylistKind, 'media-ll-delta'>,
    directives: DeliveryDirectives,
    reply: () => void,
  ): void {
    const sequence = directives.sequence ?? 0;
    const part = kind === 'media-ll' ? directives.part : undefined;
    if (isInPlaylist(stream, sequence, part)) {
      reply();
      return;
    }
    if (isBeyondPlaylist(stream, sequence, part)) {
      sendError(response, 400, 'REQUEST_INVALID', '_HLS_msn or _HLS_part is too far ahead of the live edge.');
      return;
    }
    this.#park(
      request,
      response,
      stream.parked,
      stream.reloadHoldMs,
      () => isInPlaylist(stream, sequence, part),
      (outcome) => {
        if (outcome === 'timeout') sendUnavailable(response, stream);
        else reply();
      },
    );
  }

  /** The first request on a stream that is just being opened, or has lost its camera. */
  #parkUntilReady(
    request: IncomingMessage,
    response: ServerResponse,
    stream: Stream,
    kind: PlaylistKind,
    answer: () => void,
  ): void {
    const { coldStartHoldMs } = this.#options.limits;
    if (kind === 'media-ll' || kind === 'media-ll-delta') stream.muxer.hurry();
    const isReady = () => stream.playlists.isReady(kind) && !stream.isStale;
    this.#park(
      request,
      response,
      stream.parked,
      coldStartHoldMs,
      () => isReady() || stream.isRetrying,
      () => {
        if (isReady()) answer();
        else sendUnavailable(response, stream);
      },
    );
  }

  /** The part that the preload hint names is waited for; anything else is not there (any more). */
  #missingFile(request: IncomingMessage, response: ServerResponse, stream: Stream, name: string): void {
    if (name !== stream.muxer.nextPartName || stream.playlists.isEnded || stream.isStale) {
      sendError(response, 404, 'NOT_FOUND', 'There is no such file, or it is no longer kept.');
      return;
    }
    this.#touch(request, stream);
    const find = () => stream.window.findFile(name);
    this.#park(
      request,
      response,
      stream.parked,
      stream.reloadHoldMs,
      () => find() !== undefined,
      () => {
        const file = find();
        if (file) sendFile(request, response, file);
        else sendError(response, 404, 'NOT_FOUND', 'The part was not made.');
      },
    );
  }

  #park(
    request: IncomingMessage,
    response: ServerResponse,
    waiting: ParkedRequests,
    holdMs: number,
    isReady: () => boolean,
    answer: (outcome: ParkedOutcome) => void,
  ): void {
    const parked: ParkedRequest = {
      client: this.#options.clientAddress(request),
      isReady,
      answer: (outcome) => {
        response.off('close', forget);
        if (!response.destroyed && !response.writableEnded) answer(outcome);
      },
      deadlineMs: this.#options.clock.monotonic() + holdMs,
    };
    const forget = () => waiting.unpark(parked);
    if (!waiting.park(parked)) {
      sendError(response, 503, 'OVERLOADED', 'Too many requests are waiting; try again shortly.', [
        'Retry-After',
        '1',
      ]);
      return;
    }
    response.on('close', forget);
    // A client that is gone already will not emit again.
    if (request.destroyed && response.destroyed) forget();
  }

  #touch(request: IncomingMessage, stream: Stream): void {
    stream.touchHlsClient(this.#options.clientAddress(request), request.headers['user-agent']);
  }
}

const ALLOWED_METHODS = 'GET, HEAD, OPTIONS';

const PREFLIGHT_HEADERS: readonly string[] = [
  'Access-Control-Allow-Methods',
  ALLOWED_METHODS,
  'Access-Control-Allow-Headers',
  'Range, If-None-Match, If-Range, Cache-Control',
  'Access-Control-Max-Age',
  '86400',
  ...COMMON_HEADERS,
];

/** Headers as a flat list are the cheapest way into Node's HTTP. */
function writeHead(response: ServerResponse, status: number, headers: readonly string[]): void {
  // Node reads the list and does not change it; its types just do not say so.
  response.writeHead(status, headersFor(response, headers) as string[]);
}

function isMultivariant(name: string): name is keyof typeof MULTIVARIANT_PLAYLISTS {
  return Object.hasOwn(MULTIVARIANT_PLAYLISTS, name);
}

function isPlaylistName(name: string): name is MediaPlaylistName {
  return Object.hasOwn(MEDIA_PLAYLISTS, name);
}

function sendPlaylist(request: IncomingMessage, response: ServerResponse, bytes: PlaylistBytes): void {
  const { headers, body } = acceptsGzip(request.headers['accept-encoding'])
    ? bytes.gzip
    : { headers: bytes.headers, body: bytes.plain };
  writeHead(response, 200, headers);
  if (request.method === 'HEAD') response.end();
  else response.end(body);
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: MediaFile): void {
  const { headers } = request;
  if (namesEtag(headers['if-none-match'], file.etag)) {
    writeHead(response, 304, ['ETag', file.etag, ...COMMON_HEADERS]);
    response.end();
    return;
  }
  // RFC 9110 14.2: a range means something to GET only.
  const isRangeValid =
    request.method === 'GET' && (headers['if-range'] === undefined || headers['if-range'] === file.etag);
  if (headers.range !== undefined && isRangeValid) {
    const range = parseRange(headers.range, file.byteLength);
    if (range) {
      sendRange(response, file, range);
      return;
    }
  }
  writeHead(response, 200, file.headers);
  if (request.method === 'HEAD') response.end();
  else sendBytes(response, file);
}

function sendRange(
  response: ServerResponse,
  file: MediaFile,
  range: Exclude<ReturnType<typeof parseRange>, undefined>,
): void {
  const size = file.byteLength;
  if (range === 'unsatisfiable') {
    writeHead(response, 416, ['Content-Range', `bytes */${size}`, 'Content-Length', '0', ...COMMON_HEADERS]);
    response.end();
    return;
  }
  const headers = file.headers.map((value, index) =>
    file.headers[index - 1] === 'Content-Length' ? String(range.end - range.start + 1) : value,
  );
  writeHead(response, 206, ['Content-Range', `bytes ${range.start}-${range.end}/${size}`, ...headers]);
  sendBytes(response, file, range.start, range.end + 1);
}

/** Sends bytes of a file from where they lie; they stay there until the reply has left or its client has. */
function sendBytes(response: ServerResponse, file: MediaFile, start?: number, end?: number): void {
  if (response.destroyed) return;
  file.hold();
  response.once('close', () => file.release());
  response.cork();
  for (const slice of file.slices(start, end)) response.write(slice);
  response.end();
}

/** 503 with what is known about the camera. */
function sendUnavailable(response: ServerResponse, stream: Stream): void {
  const { reason, retryAfterS } = stream.unavailability;
  sendError(response, 503, reason.code, reason.message, ['Retry-After', String(retryAfterS)]);
}

function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: readonly string[] = [],
): void {
  const body = Buffer.from(JSON.stringify({ success: false, code, message }));
  writeHead(response, status, [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-store',
    ...headers,
    ...COMMON_HEADERS,
  ]);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Whether `If-None-Match` names the entity tag, or any (RFC 9110 section 13.1.2; our tags are strong, a `W/` before one is ignored). */
function namesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => {
    const tag = one.trim();
    return tag === '*' || tag === etag || tag === `W/${etag}`;
  });
}
