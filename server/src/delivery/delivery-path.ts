/** What follows `/hls/` and `/mse/`, taken apart: hostile input. Nothing is decoded, so an encoded slash is just a name that is not found. */

export interface HlsAddress {
  readonly streamKey: string;
  readonly ticket: string | undefined;
  readonly file: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
}

export interface MseAddress {
  readonly streamKey: string;
  readonly ticket: string | undefined;
}

/** Longest path with query that is looked at. */
const MAX_LENGTH = 2048;

/** `<key>/<file>` or `<key>/<ticket>/<file>`, with a query; undefined when it has another shape. */
export function parseHlsAddress(path: string): HlsAddress | undefined {
  if (path.length > MAX_LENGTH) return undefined;
  const queryAt = path.indexOf('?');
  const end = queryAt < 0 ? path.length : queryAt;
  const query = queryAt < 0 ? '' : path.slice(queryAt);
  const first = path.indexOf('/');
  if (first <= 0 || first >= end - 1) return undefined;
  const streamKey = path.slice(0, first);
  const second = path.indexOf('/', first + 1);
  if (second < 0 || second > end) {
    return { streamKey, ticket: undefined, file: path.slice(first + 1, end), query };
  }
  const ticket = path.slice(first + 1, second);
  const file = path.slice(second + 1, end);
  if (ticket === '' || file === '' || file.includes('/')) return undefined;
  return { streamKey, ticket, file, query };
}

/** `<key>` or `<key>/<ticket>`, without a query; undefined when it has another shape. */
export function parseMseAddress(path: string): MseAddress | undefined {
  if (path.length > MAX_LENGTH) return undefined;
  const [streamKey = '', ticket, ...more] = path.split('/');
  if (streamKey === '' || ticket === '' || more.length > 0) return undefined;
  return { streamKey, ticket };
}

/** What a player begins with: it needs no ticket and leads to the present one. */
export function isEntry(file: string): boolean {
  return file === 'index.m3u8' || file === 'low-latency.m3u8' || isEndless(file);
}

/** A reply that goes on for as long as somebody watches: one of pictures. */
export function isEndless(file: string): boolean {
  return file === 'live.mjpeg';
}

export function isPlaylist(file: string): boolean {
  return file.endsWith('.m3u8');
}
