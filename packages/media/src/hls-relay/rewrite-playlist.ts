/**
 * Playlists of others (RFC 8216) rewritten for our own viewers: every address becomes an opaque name beside the playlist, and only
 * tags that are known to be harmless are kept. Hostile input: bounded lines, entries and addresses.
 *
 * Left out: low-latency tags (we relay whole segments), date ranges and session data (they carry addresses of other things),
 * content steering, I-frame playlists. A byte range becomes a file of its own.
 */
import { parseHttpUrl } from '../http/http-url.ts';
import { MediaError } from '../media-error.ts';

/** What a name stands for. */
export interface RelayTarget {
  readonly url: URL;
  readonly kind: 'playlist' | 'file';
  /** Bytes of it, for a part of a larger file. */
  readonly range: { readonly start: number; readonly length: number } | undefined;
}

export interface RewrittenPlaylist {
  readonly text: string;
  /** It names other playlists; undefined for a playlist of segments. */
  readonly variants: readonly RelayTarget[] | undefined;
  readonly targetDurationS: number;
  /** Number of the segment behind the last one: grows while the stream is live. */
  readonly nextSequence: number;
  readonly isEnded: boolean;
}

export const MAX_PLAYLIST_BYTES = 512 * 1024;
/** Lines with an address; a window of an hour in segments of two seconds fits. */
const MAX_ENTRIES = 2_000;
const MAX_TARGET_DURATION_S = 60;
/** Tags that say nothing but what they say. */
const KEPT = new Set([
  'EXT-X-VERSION',
  'EXT-X-DISCONTINUITY-SEQUENCE',
  'EXT-X-DISCONTINUITY',
  'EXTINF',
  'EXT-X-PROGRAM-DATE-TIME',
  'EXT-X-INDEPENDENT-SEGMENTS',
  'EXT-X-GAP',
  'EXT-X-BITRATE',
  'EXT-X-PLAYLIST-TYPE',
]);

/**
 * @param base address of the playlist.
 * @param nameOf the name under which a target is served.
 * @throws MediaError CODEC_UNSUPPORTED for protected media, VIDEO_MALFORMED for what is no playlist or beyond all bounds.
 */
export function rewritePlaylist(
  text: string,
  base: URL,
  nameOf: (target: RelayTarget) => string,
): RewrittenPlaylist {
  if (text.length > MAX_PLAYLIST_BYTES) throw malformed('the playlist is too long');
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  if (lines[0]?.trim() !== '#EXTM3U') throw malformed('the address gives no playlist');
  return new Rewriter(base, nameOf).rewrite(lines);
}

class Rewriter {
  readonly #base: URL;
  readonly #nameOf: (target: RelayTarget) => string;
  readonly #out: string[] = ['#EXTM3U'];
  readonly #variants: RelayTarget[] = [];
  #entries = 0;
  #segments = 0;
  #sequence = 0;
  #targetDurationS = 0;
  #isMultivariant = false;
  #isEnded = false;
  /** The next address is a playlist. */
  #isVariantNext = false;
  #range: RelayTarget['range'];
  /** Where a range without an offset begins: behind the last one of the same file. */
  #rangeEnd: { readonly href: string; readonly at: number } | undefined;

  constructor(base: URL, nameOf: (target: RelayTarget) => string) {
    this.#base = base;
    this.#nameOf = nameOf;
  }

  rewrite(lines: readonly string[]): RewrittenPlaylist {
    for (const raw of lines.slice(1)) {
      const line = raw.trim();
      if (line === '') continue;
      if (line.startsWith('#EXT')) this.#tag(line);
      else if (!line.startsWith('#')) this.#address(line);
    }
    return {
      text: `${this.#out.join('\n')}\n`,
      variants: this.#isMultivariant ? this.#variants : undefined,
      targetDurationS: Math.min(MAX_TARGET_DURATION_S, Math.max(1, this.#targetDurationS)),
      nextSequence: this.#sequence + this.#segments,
      isEnded: this.#isEnded,
    };
  }

  #tag(line: string): void {
    const colon = line.indexOf(':');
    const name = line.slice(1, colon < 0 ? undefined : colon);
    const value = colon < 0 ? '' : line.slice(colon + 1);
    if (KEPT.has(name)) {
      this.#out.push(line);
      return;
    }
    switch (name) {
      case 'EXT-X-TARGETDURATION':
        this.#targetDurationS = parseCount(value);
        this.#out.push(`#${name}:${this.#targetDurationS}`);
        return;
      case 'EXT-X-MEDIA-SEQUENCE':
        this.#sequence = parseCount(value);
        this.#out.push(`#${name}:${this.#sequence}`);
        return;
      case 'EXT-X-ENDLIST':
        this.#isEnded = true;
        this.#out.push(line);
        return;
      case 'EXT-X-BYTERANGE':
        this.#range = this.#parseRange(value);
        return;
      case 'EXT-X-STREAM-INF':
        this.#isMultivariant = true;
        this.#isVariantNext = true;
        this.#out.push(`#${name}:${formatAttributes(parseAttributes(value))}`);
        return;
      case 'EXT-X-MEDIA':
        this.#isMultivariant = true;
        this.#attributesWithAddress(name, value, 'playlist');
        return;
      case 'EXT-X-MAP':
        this.#attributesWithAddress(name, value, 'file');
        return;
      case 'EXT-X-KEY':
        this.#key(value);
    }
  }

  #address(text: string): void {
    const range = this.#range;
    this.#range = undefined;
    const isPlaylist = this.#isVariantNext;
    this.#isVariantNext = false;
    if (!isPlaylist) this.#segments++;
    const target = this.#target(text, isPlaylist ? 'playlist' : 'file', range);
    if (isPlaylist) this.#variants.push(target);
    this.#out.push(this.#nameOf(target));
  }

  #attributesWithAddress(name: string, value: string, kind: RelayTarget['kind']): void {
    const attributes = parseAttributes(value);
    const address = attributes.get('URI');
    if (address !== undefined) {
      const range = attributes.get('BYTERANGE');
      attributes.delete('BYTERANGE');
      const target = this.#target(
        unquote(address),
        kind,
        range === undefined ? undefined : this.#parseRange(unquote(range)),
      );
      attributes.set('URI', `"${this.#nameOf(target)}"`);
    }
    this.#out.push(`#${name}:${formatAttributes(attributes)}`);
  }

  /** AES-128 with its key under an address; everything else is for players with rights of their own. */
  #key(value: string): void {
    const method = parseAttributes(value).get('METHOD');
    if (method === 'NONE') this.#out.push('#EXT-X-KEY:METHOD=NONE');
    else if (method === 'AES-128') this.#attributesWithAddress('EXT-X-KEY', value, 'file');
    else throw new MediaError('CODEC_UNSUPPORTED', 'The stream is protected and cannot be relayed');
  }

  #target(text: string, kind: RelayTarget['kind'], range: RelayTarget['range']): RelayTarget {
    if (++this.#entries > MAX_ENTRIES) throw malformed('the playlist has too many entries');
    const url = parseHttpUrl(text, this.#base);
    if (url === undefined) throw malformed('the playlist leads to what is no web address');
    if (range === undefined) return { url, kind, range };
    const start = range.start >= 0 ? range.start : this.#rangeEnd?.href === url.href ? this.#rangeEnd.at : 0;
    this.#rangeEnd = { href: url.href, at: start + range.length };
    return { url, kind, range: { start, length: range.length } };
  }

  /** `<length>[@<offset>]`; without an offset the start is -1, "behind the last one". */
  #parseRange(value: string): RelayTarget['range'] {
    const match = /^\s*(\d{1,12})(?:@(\d{1,13}))?\s*$/.exec(value);
    if (match?.[1] === undefined || Number(match[1]) === 0) throw malformed('a byte range cannot be read');
    return { start: match[2] === undefined ? -1 : Number(match[2]), length: Number(match[1]) };
  }
}

/** `NAME=value,NAME="quoted"` (section 4.2); values keep their quotes. Names of private attributes are left out. */
function parseAttributes(value: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', text = ''] of value.matchAll(
    /([A-Z0-9-]{1,40})=("[^"]{0,4096}"|[^",\s]{0,256})/g,
  )) {
    if (!name.startsWith('X-')) attributes.set(name, text);
  }
  return attributes;
}

function formatAttributes(attributes: ReadonlyMap<string, string>): string {
  return [...attributes].map(([name, value]) => `${name}=${value}`).join(',');
}

function unquote(text: string): string {
  return text.replace(/^"|"$/g, '');
}

function parseCount(text: string): number {
  const match = /^\s*(\d{1,15})/.exec(text);
  return match?.[1] === undefined ? 0 : Number(match[1]);
}

function malformed(why: string): MediaError {
  return new MediaError('VIDEO_MALFORMED', `The stream cannot be relayed: ${why}`);
}
