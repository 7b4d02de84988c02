/**
 * Parsing of what follows `/hls/`: hostile input. Keys and file names are looked up, never interpreted as paths, so
 * anything that is not a plain name simply is not found.
 */

import { RENDITION_NAMES, type RenditionName } from '../stream/rendition.ts';

export interface HlsPath {
  readonly key: string;
  readonly file: string;
  readonly query: string;
}

/** Longest path with query that is looked at; a signed URL is far below. */
const MAX_PATH_LENGTH = 2048;

/** `<key>/<file>?<query>`; undefined when it has another shape. */
export function parseHlsPath(path: string): HlsPath | undefined {
  if (path.length > MAX_PATH_LENGTH) return undefined;
  const queryAt = path.indexOf('?');
  const end = queryAt < 0 ? path.length : queryAt;
  const slash = path.indexOf('/');
  if (slash <= 0 || slash >= end - 1) return undefined;
  const file = path.slice(slash + 1, end);
  if (file.includes('/')) return undefined;
  return { key: path.slice(0, slash), file, query: queryAt < 0 ? '' : path.slice(queryAt + 1) };
}

/** The rendition that `rendition=main` or `rendition=sub` in a query asks for; undefined for none and for anything else. */
export function parseRendition(query: string): RenditionName | undefined {
  if (!query.includes('rendition=')) return undefined;
  const wished = new URLSearchParams(query).get('rendition');
  return RENDITION_NAMES.find((name) => name === wished);
}

/** Delivery directives of a playlist request (RFC 8216bis 6.2.5). */
export interface DeliveryDirectives {
  readonly sequence: number | undefined;
  readonly part: number | undefined;
  readonly skip: boolean;
}

const NO_DIRECTIVES: DeliveryDirectives = { sequence: undefined, part: undefined, skip: false };

/** Parses `_HLS_msn`, `_HLS_part` and `_HLS_skip`; other parameters are ignored. Undefined when one is not acceptable. */
export function parseDirectives(query: string): DeliveryDirectives | undefined {
  if (!query.includes('_HLS_')) return NO_DIRECTIVES;
  const parameters = new URLSearchParams(query);
  const sequence = parseCount(parameters.get('_HLS_msn'));
  const part = parseCount(parameters.get('_HLS_part'));
  if (sequence === null || part === null) return undefined;
  if (part !== undefined && sequence === undefined) return undefined;
  const skip = parameters.get('_HLS_skip');
  return { sequence, part, skip: skip === 'YES' || skip === 'v2' };
}

/** A decimal integer; undefined when absent, null when it is something else. */
function parseCount(text: string | null): number | undefined | null {
  if (text === null) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A byte range of a file: first and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Parses a `Range` header (RFC 9110 section 14.2) for a file of `size` bytes.
 * Undefined when the header is to be ignored (other unit, several ranges, bad syntax); `unsatisfiable` is a 416.
 */
export function parseRange(header: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') {
    if (last === '') return undefined;
    const length = Number(last);
    return length === 0 || size === 0
      ? 'unsatisfiable'
      : { start: Math.max(0, size - length), end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** Whether `Accept-Encoding` allows gzip. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  if (typeof header !== 'string') return false;
  return (
    header.length < 1024 &&
    /(?:^|[,\s])(?:gzip|\*)(?:\s*;\s*q=(?!0(?:\.0*)?(?:\s*(?:,|$)))|\s*(?:,|$))/i.test(header)
  );
}
