/** The replies of WHEP. */
import type { ServerResponse } from 'node:http';
import { headersFor } from '../hls/private-replies.ts';
import { COMMON_HEADERS } from '../stream/media-file.ts';

const METHODS = 'OPTIONS, POST, DELETE';
const EXPOSED = ['Access-Control-Expose-Headers', 'Location, Retry-After'];
const NO_STORE = ['Cache-Control', 'no-store'];

export function sendPreflight(response: ServerResponse): void {
  write(response, 204, [
    'Access-Control-Allow-Methods',
    METHODS,
    'Access-Control-Allow-Headers',
    'Content-Type, Authorization',
    'Access-Control-Max-Age',
    '86400',
    'Accept-Post',
    'application/sdp',
  ]);
  response.end();
}

/** @param location path of the session. */
export function sendAnswer(response: ServerResponse, answer: string, location: string): void {
  write(response, 201, [
    'Content-Type',
    'application/sdp',
    'Content-Length',
    String(Buffer.byteLength(answer)),
    'Location',
    location,
    ...NO_STORE,
  ]);
  response.end(answer);
}

export function sendGone(response: ServerResponse): void {
  write(response, 200, ['Content-Length', '0', ...NO_STORE]);
  response.end();
}

export function sendProblem(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  retryAfterS: number | undefined,
): void {
  const body = JSON.stringify({ success: false, code, message });
  write(response, status, [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
    ...NO_STORE,
    ...(status === 405 ? ['Allow', METHODS] : []),
    ...(retryAfterS === undefined ? [] : ['Retry-After', String(retryAfterS)]),
  ]);
  response.end(body);
}

function write(response: ServerResponse, status: number, headers: readonly string[]): void {
  const common = COMMON_HEADERS.filter((_, index) => {
    const name = COMMON_HEADERS[index - (index % 2)];
    return name !== 'Access-Control-Expose-Headers';
  });
  // Node reads the list and does not change it; its types just do not say so.
  response.writeHead(status, headersFor(response, [...headers, ...EXPOSED, ...common]) as string[]);
}
