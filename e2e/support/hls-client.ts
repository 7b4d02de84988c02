/** HLS by hand: what a player asks, without a player. */

export interface HlsReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly text: string;
  readonly tookMs: number;
  /** Where it came from in the end. */
  readonly url: string;
}

export interface MediaPlaylist {
  readonly targetSeconds: number;
  /** Media sequence number of the first segment. */
  readonly firstMsn: number;
  /** URIs in order, as written. */
  readonly segments: readonly string[];
  readonly parts: readonly string[];
  readonly preloadHint: string | undefined;
  readonly initSegment: string | undefined;
}

/** GET, without redirects unless asked for; the body is read whole. */
export async function fetchHls(url: string, init: RequestInit = {}): Promise<HlsReply> {
  const startedMs = performance.now();
  const response = await fetch(url, { redirect: 'manual', ...init });
  const body = Buffer.from(await response.arrayBuffer());
  const tookMs = performance.now() - startedMs;
  const { status, headers } = response;
  return { status, headers, body, text: body.toString('utf8'), tookMs, url: response.url };
}

/** @throws Error when the text is no media playlist. */
export function parseMediaPlaylist(text: string): MediaPlaylist {
  const lines = text.split('\n').map((line) => line.trim());
  if (lines[0] !== '#EXTM3U') throw new Error(`not a playlist: ${text.slice(0, 200)}`);
  const valueOf = (tag: string) => lines.find((line) => line.startsWith(`${tag}:`))?.slice(tag.length + 1);
  const uriOf = (line: string) => /URI="([^"]*)"/.exec(line)?.[1];
  const target = valueOf('#EXT-X-TARGETDURATION');
  if (target === undefined) throw new Error(`not a media playlist: ${text.slice(0, 200)}`);
  return {
    targetSeconds: Number(target),
    firstMsn: Number(valueOf('#EXT-X-MEDIA-SEQUENCE') ?? 0),
    segments: lines.filter((line) => line !== '' && !line.startsWith('#')),
    parts: lines.filter((line) => line.startsWith('#EXT-X-PART:')).flatMap((line) => uriOf(line) ?? []),
    preloadHint: uriOf(valueOf('#EXT-X-PRELOAD-HINT') ?? ''),
    initSegment: uriOf(valueOf('#EXT-X-MAP') ?? ''),
  };
}

/** Address of the first media playlist of a multivariant playlist, with the ticket that its entry leads to. */
export async function findMediaPlaylist(entryUrl: string): Promise<string> {
  const { status, text, url } = await fetchHls(entryUrl, { redirect: 'follow' });
  const uri = text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('#'));
  if (status !== 200 || uri === undefined)
    throw new Error(`${status} without a variant: ${text.slice(0, 200)}`);
  return new URL(uri, url).href;
}
