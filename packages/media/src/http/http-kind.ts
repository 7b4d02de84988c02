/** What an HTTP address gives: told by its Content-Type, and by the first bytes of the body, which cameras label less wrongly. */
import type { HttpReply } from './http-reply.ts';

export type HttpKind = 'picture-stream' | 'picture' | 'playlist' | 'flv' | 'mpeg-ts' | 'web-page' | 'unknown';

/** A Map: a server may call its type `constructor`. */
const KINDS: ReadonlyMap<string, HttpKind> = new Map<string, HttpKind>([
  ['multipart/x-mixed-replace', 'picture-stream'],
  ['multipart/mixed', 'picture-stream'],
  ['image/jpeg', 'picture'],
  ['image/jpg', 'picture'],
  ['image/pjpeg', 'picture'],
  ['application/vnd.apple.mpegurl', 'playlist'],
  ['application/x-mpegurl', 'playlist'],
  ['application/mpegurl', 'playlist'],
  ['audio/mpegurl', 'playlist'],
  ['audio/x-mpegurl', 'playlist'],
  ['video/x-flv', 'flv'],
  ['video/flv', 'flv'],
  ['flv-application/octet-stream', 'flv'],
  ['video/mp2t', 'mpeg-ts'],
  ['text/html', 'web-page'],
  ['application/xhtml+xml', 'web-page'],
]);

/** Bytes after which nothing more is learned. */
const SNIFF_BYTES = 512;
const TS_PACKET_BYTES = 188;

export interface SniffedReply {
  readonly kind: HttpKind;
  /** The whole body, those bytes included that were looked at. */
  readonly body: AsyncGenerator<Buffer, void, undefined>;
}

/** Finds out what a reply is. @throws MediaError when its body breaks off. */
export async function sniffReply(reply: HttpReply): Promise<SniffedReply> {
  const announced = KINDS.get(reply.contentType) ?? kindOfPath(reply.url.pathname);
  const chunks = reply.chunks();
  // A stream may be silent for a while: where the header is clear, nothing is waited for.
  if (announced === 'picture-stream') return { kind: announced, body: chunks };
  let head = Buffer.alloc(0);
  while (head.length < SNIFF_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
    if (sniff(head) !== undefined) break;
  }
  return { kind: sniff(head) ?? announced, body: prefixed(head, chunks) };
}

/** What bytes are, by how they begin; undefined when they do not say. */
export function sniff(head: Buffer): HttpKind | undefined {
  if (head.length >= 3 && head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'picture';
  const text = head.subarray(0, SNIFF_BYTES).toString('latin1');
  if (/^(?:\xef\xbb\xbf)?#EXTM3U/.test(text)) return 'playlist';
  if (text.startsWith('FLV\u0001')) return 'flv';
  if (/^\s*--[^\r\n]{1,200}\r?\n/.test(text) && /content-type:\s*image\/jpe?g/i.test(text))
    return 'picture-stream';
  if (head[0] === 0x47 && head[TS_PACKET_BYTES] === 0x47) return 'mpeg-ts';
  return /^\s*<(?:!doctype|html)/i.test(text) ? 'web-page' : undefined;
}

function kindOfPath(path: string): HttpKind {
  if (/\.m3u8?$/i.test(path)) return 'playlist';
  return /\.flv$/i.test(path) ? 'flv' : 'unknown';
}

async function* prefixed(
  head: Buffer,
  rest: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  if (head.length > 0) yield head;
  yield* rest;
}
