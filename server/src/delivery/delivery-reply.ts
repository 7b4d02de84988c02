/** Replies that the delivery gate gives itself: the shape and headers of the engine's, and what a private stream may say to caches and other sites. */
import type { ServerResponse } from 'node:http';
import { MEDIA_HEADERS } from '@pantau/media';
import { errorBody } from '../http/error-response.ts';

/** `public` replies may be read by every site; `private` ones by none, and no cache keeps them. */
export type ReplyAudience = 'public' | 'private';

const HEADERS: Readonly<Record<ReplyAudience, readonly string[]>> = {
  public: ['Cache-Control', 'no-store', ...MEDIA_HEADERS],
  private: ['Cache-Control', 'private, no-store', 'Vary', 'Cookie', 'X-Content-Type-Options', 'nosniff'],
};

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterS?: number;
}

/** One answer for what is not there and what may not be seen. */
export const NOT_FOUND: Refusal = {
  status: 404,
  code: 'STREAM_NOT_FOUND',
  message: 'There is no such stream.',
};
export const TICKET_INVALID: Refusal = {
  status: 403,
  code: 'TICKET_INVALID',
  message: 'The link to the stream is not valid any more; open it again from its beginning.',
};
export const HOTLINK_REFUSED: Refusal = {
  status: 403,
  code: 'HOTLINK_REFUSED',
  message: 'This site may not embed the stream.',
};
export const UNAVAILABLE: Refusal = {
  status: 503,
  code: 'DATABASE_UNAVAILABLE',
  message: 'The request could not be answered.',
  retryAfterS: 2,
};

export function rateLimited(retryAfterS: number): Refusal {
  return {
    status: 429,
    code: 'RATE_LIMITED',
    message: 'Too many requests; try again after the time given.',
    retryAfterS,
  };
}

export function sendRefusal(
  response: ServerResponse,
  refusal: Refusal,
  audience: ReplyAudience = 'public',
): void {
  const { status, code, message, retryAfterS } = refusal;
  const shown = errorBody(code, message);
  const body = JSON.stringify(retryAfterS === undefined ? shown : { ...shown, retry_after: retryAfterS });
  response.writeHead(status, [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
    ...(retryAfterS === undefined ? [] : ['Retry-After', String(retryAfterS)]),
    ...HEADERS[audience],
  ]);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** @param location relative: the site may be reached by any name, and through proxies that add a folder. */
export function sendRedirect(response: ServerResponse, location: string, audience: ReplyAudience): void {
  response.writeHead(302, ['Location', location, 'Content-Length', '0', ...HEADERS[audience]]);
  response.end();
}
