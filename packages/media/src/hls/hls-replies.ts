/** How replies of the thin path are written: errors, and files of shared bytes with their ranges and entity tags. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { COMMON_HEADERS, type MediaFile } from '../stream/media-file.ts';
import { acceptsGzip, parseRange } from './hls-request.ts';
import type { PlaylistBytes } from './playlist-bytes.ts';
import { headersFor } from './private-replies.ts';

/** Headers as a flat list are the cheapest way into Node's HTTP. */
export function writeHead(response: ServerResponse, status: number, headers: readonly string[]): void {
  // Node reads the list and does not change it; its types just do not say so.
  response.writeHead(status, headersFor(response, headers) as string[]);
}

export function sendPlaylistBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: PlaylistBytes,
): void {
  const { headers, body } = acceptsGzip(request.headers['accept-encoding'])
    ? bytes.gzip
    : { headers: bytes.headers, body: bytes.plain };
  writeHead(response, 200, headers);
  if (request.method === 'HEAD') response.end();
  else response.end(body);
}

export function sendFile(request: IncomingMessage, response: ServerResponse, file: MediaFile): void {
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

export function sendError(
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
