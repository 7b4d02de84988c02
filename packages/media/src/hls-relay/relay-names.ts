/**
 * The names under which things of another server are served here. A name tells nothing of the address behind it, is the same for
 * as long as the process runs, and stands for nothing once it was forgotten.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { RelayTarget } from './rewrite-playlist.ts';

/** Names remembered of one stream: twice what its playlists may name at once. The one not seen for longest goes first. */
const MAX_NAMES = 4_096;
const SALT = randomBytes(16);

/** By the end of the address. What is not known is bytes: never what the other server says, so that it cannot make a page of ours. */
const TYPES: Readonly<Record<string, string>> = {
  ts: 'video/mp2t',
  mp4: 'video/mp4',
  m4s: 'video/mp4',
  m4v: 'video/mp4',
  cmfv: 'video/mp4',
  m4a: 'audio/mp4',
  cmfa: 'audio/mp4',
  aac: 'audio/aac',
  mp3: 'audio/mpeg',
  ac3: 'audio/ac3',
  vtt: 'text/vtt',
};
const BYTES = 'bin';

export class RelayNames {
  readonly #targets = new Map<string, RelayTarget>();
  readonly #names = new Map<string, string>();

  /** The name of a target, which is remembered anew. */
  readonly nameOf = (target: RelayTarget): string => {
    const key = keyOf(target);
    const name = this.#names.get(key) ?? makeName(target, key);
    this.#forget(name, key);
    this.#names.set(key, name);
    this.#targets.set(name, target);
    if (this.#targets.size > MAX_NAMES) this.#forgetOldest();
    return name;
  };

  find(name: string): RelayTarget | undefined {
    return this.#targets.get(name);
  }

  #forgetOldest(): void {
    const [oldest] = this.#targets;
    if (oldest !== undefined) this.#forget(oldest[0], keyOf(oldest[1]));
  }

  #forget(name: string, key: string): void {
    this.#targets.delete(name);
    this.#names.delete(key);
  }
}

/** Whether a name could be one of ours. */
export function isRelayName(name: string): boolean {
  return name.startsWith('relay-');
}

/** The media type of a file, by its name. */
export function typeOfName(name: string): string {
  return TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}

function makeName({ url, kind }: RelayTarget, key: string): string {
  const hash = createHash('sha256').update(SALT).update(key).digest('hex').slice(0, 24);
  if (kind === 'playlist') return `relay-${hash}.m3u8`;
  const ending = /\.([a-z0-9]{2,5})$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? BYTES;
  return `relay-${hash}.${Object.hasOwn(TYPES, ending) ? ending : BYTES}`;
}

function keyOf({ url, kind, range }: RelayTarget): string {
  return `${kind} ${range === undefined ? '' : `${range.start}+${range.length}`} ${url.href}`;
}
