/** What an HLS client gets in a while: every segment with its times, and what FFmpeg says of them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './child.ts';
import { observe } from './eventually.ts';
import { fetchHls, findMediaPlaylist } from './hls-client.ts';

export interface RecordedSegment {
  readonly name: string;
  /** Name of its init segment; empty for MPEG-TS. */
  readonly init: string;
  /** EXTINF. */
  readonly seconds: number;
  /** EXT-X-PROGRAM-DATE-TIME, UTC ms. */
  readonly startsMs: number | undefined;
  /** When it was first seen, UTC ms; undefined for those of the first playlist. */
  readonly seenMs: number | undefined;
  readonly body: Buffer;
}

export interface Packet {
  readonly kind: 'video' | 'audio';
  readonly dts: number;
  readonly isKey: boolean;
}

export interface Decoded {
  /** What FFmpeg complained about at its level `error`. */
  readonly complaints: string;
  readonly packets: readonly Packet[];
}

const RELOAD_EVERY_MS = 150;

/** Follows the standard playlist of a stream. @throws Error when there is none, or a listed file is not there. */
export async function recordHls(entryUrl: string, forMs: number): Promise<readonly RecordedSegment[]> {
  const playlistUrl = await findMediaPlaylist(entryUrl);
  const segments = new Map<string, RecordedSegment>();
  let isFirst = true;
  await observe(forMs, RELOAD_EVERY_MS, async () => {
    const { status, text } = await fetchHls(playlistUrl);
    if (status !== 200) throw new Error(`the playlist is ${status}: ${text.slice(0, 200)}`);
    const seenMs = isFirst ? undefined : Date.now();
    isFirst = false;
    let init = '';
    let seconds = 0;
    let startsMs: number | undefined;
    for (const line of text.split('\n').map((raw) => raw.trim())) {
      init = /^#EXT-X-MAP:.*URI="([^"]*)"/.exec(line)?.[1] ?? init;
      const date = /^#EXT-X-PROGRAM-DATE-TIME:(.+)$/.exec(line)?.[1];
      if (date !== undefined) startsMs = Date.parse(date);
      seconds = Number(/^#EXTINF:([\d.]+)/.exec(line)?.[1] ?? seconds);
      if (line === '' || line.startsWith('#')) continue;
      if (!segments.has(line)) {
        const { status: found, body } = await fetchHls(new URL(line, playlistUrl).href);
        if (found !== 200) throw new Error(`${line} is listed and answers ${found}`);
        segments.set(line, { name: line, init, seconds, startsMs, seenMs, body });
      }
      if (startsMs !== undefined) startsMs += seconds * 1000;
    }
  });
  return fetchInits([...segments.values()], playlistUrl);
}

/** Puts the bytes of its init segment in front of the first segment of each stretch. */
async function fetchInits(
  segments: readonly RecordedSegment[],
  playlistUrl: string,
): Promise<readonly RecordedSegment[]> {
  const whole: RecordedSegment[] = [];
  for (const segment of segments) {
    const isNew = segment.init !== '' && segment.init !== whole.at(-1)?.init;
    const init = isNew ? (await fetchHls(new URL(segment.init, playlistUrl).href)).body : Buffer.alloc(0);
    whole.push({ ...segment, body: Buffer.concat([init, segment.body]) });
  }
  return whole;
}

/** Media seconds per second of time, from the first segment that was seen to appear to the last. NaN with fewer than three. */
export function paceOf(segments: readonly RecordedSegment[]): number {
  const fresh = segments.filter(({ seenMs }) => seenMs !== undefined);
  const [first] = fresh;
  const last = fresh.at(-1);
  if (fresh.length < 3 || first?.seenMs === undefined || last?.seenMs === undefined) return Number.NaN;
  const media = fresh.slice(1).reduce((sum, { seconds }) => sum + seconds, 0);
  return (media * 1000) / (last.seenMs - first.seenMs);
}

/** How old the end of a segment was when it appeared, seconds: the dates are true when this is small and not negative. */
export function datedAges(segments: readonly RecordedSegment[]): readonly number[] {
  return segments.flatMap(({ seenMs, startsMs, seconds }) =>
    seenMs === undefined || startsMs === undefined ? [] : [(seenMs - startsMs) / 1000 - seconds],
  );
}

/** Decoders take turns: all at once they would hold up the streams that are still being watched. */
let turn: Promise<unknown> = Promise.resolve();

/** Each stretch of segments with one init segment, by FFmpeg alone. */
export function decodeStretches(segments: readonly RecordedSegment[]): Promise<readonly Decoded[]> {
  const mine = turn.then(() => decodeAll(segments));
  turn = mine.catch(() => undefined);
  return mine;
}

async function decodeAll(segments: readonly RecordedSegment[]): Promise<readonly Decoded[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pantau-hls-'));
  try {
    const decoded: Decoded[] = [];
    for (const init of new Set(segments.map((segment) => segment.init))) {
      const file = join(folder, 'media');
      const bodies = segments.flatMap((segment) => (segment.init === init ? [segment.body] : []));
      await writeFile(file, Buffer.concat(bodies));
      decoded.push(await decode(file));
    }
    return decoded;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function decode(file: string): Promise<Decoded> {
  // Times as they are: at a frame rate that FFmpeg guesses two pictures may fall onto one tick.
  const asIs = ['-fps_mode', 'passthrough', '-enc_time_base', '-1'];
  const played = await runCommand('ffmpeg', {
    args: ['-v', 'error', '-nostdin', '-threads', '1', '-i', file, '-map', '0', ...asIs, '-f', 'null', '-'],
  });
  const entries = 'packet=codec_type,dts_time,flags';
  const shown = await runCommand('ffprobe', {
    args: ['-v', 'error', '-show_entries', entries, '-of', 'csv=p=0', file],
  });
  const packets = shown.stdout.split('\n').flatMap((line): Packet[] => {
    const [kind, dts, flags] = line.trim().split(',');
    if (kind !== 'video' && kind !== 'audio') return [];
    return [{ kind, dts: Number(dts), isKey: flags?.startsWith('K') === true }];
  });
  const ended = played.code === 0 ? '' : `ended with ${played.code}`;
  return { complaints: `${played.stderr}${shown.stderr}${ended}`, packets };
}

/** Seconds from key frame to key frame. */
export function keyframeDistances(packets: readonly Packet[]): readonly number[] {
  const keys = packets.filter(({ kind, isKey }) => kind === 'video' && isKey).map(({ dts }) => dts);
  return keys.slice(1).map((dts, index) => dts - (keys[index] ?? 0));
}

/** The first place where decoding times do not rise; undefined where they do. */
export function findFall(packets: readonly Packet[]): Packet | undefined {
  const last = new Map<string, number>();
  return packets.find(({ kind, dts }) => {
    const before = last.get(kind);
    last.set(kind, dts);
    return before !== undefined && !(dts > before);
  });
}
