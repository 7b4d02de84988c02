/** The head of an HTTP reply (RFC 9112 section 4), as a camera sends it before it turns to RTSP. */
import { MediaError } from '../media-error.ts';
import type { RtspHeaders } from './rtsp-headers.ts';
import { parseHeaderLines } from './rtsp-message.ts';

export interface HttpReplyHead {
  readonly status: number;
  readonly headers: RtspHeaders;
  /** Bytes of what was given that belong to the head; what follows is the body. */
  readonly byteLength: number;
}

const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Reads a head from the beginning of `bytes`.
 * @returns undefined while its empty line has not come.
 * @throws MediaError SOURCE_REFUSED when it is not HTTP or too long.
 */
export function parseHttpReplyHead(bytes: Buffer): HttpReplyHead | undefined {
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, MAX_HEAD_BYTES));
  if (!'HTTP/'.startsWith(text.slice(0, 5))) throw noTunnel('it does not answer in HTTP');
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) {
    if (bytes.length >= MAX_HEAD_BYTES) throw noTunnel('its answer is too long');
    return undefined;
  }
  const [first = '', ...lines] = text.slice(0, end.index).split('\n');
  const status = /^HTTP\/\d\.\d {1,8}(\d{3})(?:\s|$)/.exec(first)?.[1];
  if (status === undefined) throw noTunnel('it does not answer in HTTP');
  return {
    status: Number(status),
    headers: parseHeaderLines(lines),
    byteLength: end.index + end[0].length,
  };
}

/** The camera cannot be reached through HTTP. */
export function noTunnel(why: string, details: Readonly<Record<string, unknown>> = {}): MediaError {
  return new MediaError('SOURCE_REFUSED', `The camera offers no RTSP over HTTP here: ${why}`, { details });
}
