/**
 * A clip: a short loop of H.264 (or H.265: `h265-clip.ts`), with AAC if wanted, that the fake camera plays for ever.
 *
 * On disk it is what every tool can make and read: `<name>.h264`, an Annex B elementary stream (ISO 14496-10 annex B) whose first
 * picture is an IDR with its parameter sets, and beside it, optionally, `<name>.aac` in ADTS (ISO 14496-3 1.A.2). The frame rate is
 * the caller's knowledge. B-pictures are allowed: their order of presentation is derived from the picture order count.
 * Clips are our own files: what is unusual is refused with an Error that says what.
 */
import { readFile } from 'node:fs/promises';
import { splitAnnexB, type ClipPicture } from './clip-picture.ts';
import { parseH265ClipVideo, type H265ClipVideo } from './h265-clip.ts';
import { parseClipPps, parseClipSlice, parseClipSps, type ClipPps, type ClipSps } from './h264-headers.ts';

export interface ClipVideo {
  readonly codec: 'h264';
  readonly fps: number;
  readonly sps: Buffer;
  readonly pps: Buffer;
  readonly spsFields: ClipSps;
  readonly ppsFields: ClipPps;
  readonly pictures: readonly ClipPicture[];
}

export interface ClipAudio {
  readonly sampleRate: number;
  readonly channels: number;
  /** AudioSpecificConfig, two bytes. */
  readonly config: Buffer;
  /** Raw AAC frames of 1024 samples each, or what `rtp` says. */
  readonly frames: readonly Buffer[];
  /** For sound that is not AAC with AU headers: see `clip-sound.ts`. */
  readonly rtp?: ClipSoundFormat;
}

/** How sound goes over RTP when its frames are payloads already. `sampleRate` is its clock then. */
export interface ClipSoundFormat {
  /** Encoding name of `a=rtpmap`. */
  readonly encoding: string;
  /** Parameters of `a=fmtp`, when it has any. */
  readonly fmtp?: string;
  /** Clock ticks of each frame. */
  readonly frameTicks: number;
}

export interface Clip {
  readonly video: ClipVideo | H265ClipVideo;
  readonly audio: ClipAudio | undefined;
}

/** Reads `path` (`.h264` or `.h265`) and, when `audioPath` is given, its sound. @throws Error when a file is absent or not such a clip. */
export async function readClip(path: string, fps: number, audioPath?: string): Promise<Clip> {
  const parse = path.endsWith('.h265') ? parseH265ClipVideo : parseClipVideo;
  const video = parse(await readFile(path), fps);
  const audio = audioPath === undefined ? undefined : parseClipAudio(await readFile(audioPath));
  return { video, audio };
}

/** @throws Error when `bytes` are not an Annex B stream that starts with SPS, PPS and an IDR picture. */
export function parseClipVideo(bytes: Buffer, fps: number): ClipVideo {
  if (!(fps > 0 && fps <= 240)) throw new Error('the frame rate of a clip is between 0 and 240');
  const nals = splitAnnexB(bytes);
  const sps = nals.find((nal) => typeOf(nal) === 7);
  const pps = nals.find((nal) => typeOf(nal) === 8);
  if (sps === undefined || pps === undefined) throw new Error('a clip needs an SPS and a PPS');
  const spsFields = parseClipSps(sps);
  const ppsFields = parseClipPps(pps);
  const pictures: { nals: Buffer[]; keyframe: boolean; poc: number }[] = [];
  let waiting: Buffer[] = [];
  for (const nal of nals) {
    const type = typeOf(nal);
    if (type === 6) waiting.push(nal);
    if (type === 12) pictures.at(-1)?.nals.push(nal);
    if (type !== 1 && type !== 5) continue;
    const header = parseClipSlice(nal, spsFields, ppsFields);
    if (header.firstMb === 0) {
      pictures.push({ nals: waiting, keyframe: type === 5, poc: header.pocLsb });
      waiting = [];
    }
    const picture = pictures.at(-1);
    if (picture === undefined) throw new Error('a clip must start with the first slice of a picture');
    picture.nals.push(nal);
  }
  if (pictures[0]?.keyframe !== true) throw new Error('the first picture of a clip must be an IDR');
  const order = displayOrder(pictures, spsFields);
  return {
    codec: 'h264',
    fps,
    sps,
    pps,
    spsFields,
    ppsFields,
    pictures: pictures.map((picture, at) => ({
      nals: picture.nals,
      keyframe: picture.keyframe,
      displayIndex: order[at] ?? at,
    })),
  };
}

/** @throws Error when `bytes` are not whole ADTS frames of one configuration. */
export function parseClipAudio(bytes: Buffer): ClipAudio {
  const frames: Buffer[] = [];
  let first: { objectType: number; rateIndex: number; channels: number } | undefined;
  let at = 0;
  while (at + 7 <= bytes.length) {
    const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0] = bytes.subarray(at, at + 7);
    if (b0 !== 0xff || (b1 & 0xf6) !== 0xf0) throw new Error(`no ADTS frame at byte ${at}`);
    const headerLength = (b1 & 1) === 1 ? 7 : 9;
    const length = ((b3 & 3) << 11) | (b4 << 3) | (b5 >> 5);
    if (length < headerLength || at + length > bytes.length)
      throw new Error(`ADTS frame cut short at byte ${at}`);
    first ??= { objectType: (b2 >> 6) + 1, rateIndex: (b2 >> 2) & 15, channels: ((b2 & 1) << 2) | (b3 >> 6) };
    frames.push(bytes.subarray(at + headerLength, at + length));
    at += length;
  }
  const sampleRate = first === undefined ? undefined : SAMPLE_RATES[first.rateIndex];
  if (first === undefined || sampleRate === undefined) throw new Error('no sound in the ADTS file');
  return { sampleRate, channels: first.channels, config: audioConfig(first), frames };
}

/** AudioSpecificConfig (ISO 14496-3 1.6.2.1) for an object type below 31 and a tabled rate. */
export function audioConfig(of: { objectType: number; rateIndex: number; channels: number }): Buffer {
  return Buffer.from([
    (of.objectType << 3) | (of.rateIndex >> 1),
    ((of.rateIndex & 1) << 7) | (of.channels << 3),
  ]);
}

export const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
] as const;

function typeOf(nal: Buffer): number {
  return (nal[0] ?? 0) & 31;
}

/** Ranks pictures by picture order count within each coded video sequence (8.2.1.1, with the usual unwrapping of the lsb). */
function displayOrder(pictures: readonly { keyframe: boolean; poc: number }[], sps: ClipSps): number[] {
  const order: number[] = Array.from({ length: pictures.length });
  if (sps.pocType !== 0) return pictures.map((_, at) => at);
  const wrap = 2 ** sps.log2MaxPocLsb;
  let start = 0;
  while (start < pictures.length) {
    let end = start + 1;
    while (end < pictures.length && pictures[end]?.keyframe === false) end++;
    let previous = 0;
    const unwrapped = pictures.slice(start, end).map((picture, at) => {
      const poc = picture.poc + wrap * Math.round((previous - picture.poc) / wrap);
      previous = poc;
      return { at: start + at, poc };
    });
    unwrapped.sort((a, b) => a.poc - b.poc).forEach(({ at }, rank) => (order[at] = start + rank));
    start = end;
  }
  return order;
}
