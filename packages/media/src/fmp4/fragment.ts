/**
 * Media fragments: `moof` and `mdat` (ISO/IEC 14496-12 section 8.8), for one frame, a part or a whole segment.
 * The samples' own buffers are the payload; only the header is new, in one allocation.
 *
 *   header                                                   payload
 *   moof ─┬─ mfhd                                            video samples in order,
 *         ├─ traf (video) ─ tfhd · tfdt · trun               then audio samples in order
 *         └─ traf (audio) ─ tfhd · tfdt · trun · mdat header
 *
 * Within a fragment a sample lasts until the next one of its track begins, whatever was estimated when it was made;
 * each fragment states its own start, so estimates never add up.
 */
import { AppError } from '@pantau/base/errors';
import type { Sample, StreamConfig } from '../sample.ts';
import { SAMPLE_FLAGS } from './sample-flags.ts';
import { TRACK_IDS } from './track-id.ts';

/** A fragment ready to be sent: `header`, then each of `payload`. */
export interface Fragment {
  /** `moof` and the first 8 bytes of `mdat`. */
  readonly header: Buffer;
  /** The samples' own bytes, not copied. */
  readonly payload: readonly Buffer[];
  /** Bytes of header and payload together. */
  readonly byteLength: number;
}

const MFHD_BYTES = 16;
const TFHD_BYTES = 16;
const TFDT_BYTES = 20;
const TRUN_FIXED_BYTES = 20;
const MDAT_HEADER_BYTES = 8;
const BOX_HEADER_BYTES = 8;

const TFHD_DEFAULT_BASE_IS_MOOF = 0x020000;
const TRUN_DATA_OFFSET = 0x000001;
const TRUN_DURATION = 0x000100;
const TRUN_SIZE = 0x000200;
const TRUN_FLAGS = 0x000400;
const TRUN_COMPOSITION_OFFSET = 0x000800;

/** What a track's `trun` states for each sample. Audio samples are all sync samples presented when decoded. */
const RUNS = {
  video: {
    flags: TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | TRUN_COMPOSITION_OFFSET,
    sampleBytes: 16,
  },
  audio: { flags: TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE, sampleBytes: 8 },
} as const;

/**
 * Encodes `samples` (in decode order within each track, tracks mixed in any way) as one fragment.
 * @param sequenceNumber of `mfhd`, rising by one per fragment of a stream; taken modulo 2^32.
 * @param config the configuration that the samples belong to.
 * @throws AppError of kind `internal` when there is no sample, or one of a track that `config` lacks.
 */
export function encodeFragment(
  sequenceNumber: number,
  config: StreamConfig,
  samples: readonly Sample[],
): Fragment {
  const video = samples.filter((sample) => sample.kind === 'video');
  const audio = samples.filter((sample) => sample.kind === 'audio');
  if (samples.length === 0) throw misuse('a fragment needs a sample');
  if (video.length > 0 && config.video === undefined) throw misuse('a video sample without a video track');
  if (audio.length > 0 && config.audio === undefined) throw misuse('an audio sample without an audio track');

  const moofBytes = BOX_HEADER_BYTES + MFHD_BYTES + trackFragmentBytes(video) + trackFragmentBytes(audio);
  const header = Buffer.allocUnsafe(moofBytes + MDAT_HEADER_BYTES);
  const videoBytes = totalBytes(video);
  const payloadBytes = videoBytes + totalBytes(audio);

  let at = writeBoxHeader(header, 0, moofBytes, 'moof');
  at = writeMovieFragmentHeader(header, at, sequenceNumber);
  at = writeTrackFragment(header, at, video, header.length);
  at = writeTrackFragment(header, at, audio, header.length + videoBytes);
  writeBoxHeader(header, at, MDAT_HEADER_BYTES + payloadBytes, 'mdat');

  return {
    header,
    payload: [...video, ...audio].map((sample) => sample.data),
    byteLength: header.length + payloadBytes,
  };
}

function misuse(message: string): AppError {
  return new AppError('internal', 'FRAGMENT_MISUSE', message);
}

function totalBytes(samples: readonly Sample[]): number {
  return samples.reduce((sum, sample) => sum + sample.data.length, 0);
}

function trackFragmentBytes(samples: readonly Sample[]): number {
  const first = samples[0];
  if (first === undefined) return 0;
  const run = TRUN_FIXED_BYTES + samples.length * RUNS[first.kind].sampleBytes;
  return BOX_HEADER_BYTES + TFHD_BYTES + TFDT_BYTES + run;
}

/** Each `write…` below writes at `at` and returns the offset behind what it wrote. */
function writeBoxHeader(out: Buffer, at: number, size: number, type: string): number {
  out.writeUInt32BE(size, at);
  out.write(type, at + 4, 4, 'latin1');
  return at + BOX_HEADER_BYTES;
}

function writeMovieFragmentHeader(out: Buffer, at: number, sequenceNumber: number): number {
  at = writeBoxHeader(out, at, MFHD_BYTES, 'mfhd');
  at = out.writeUInt32BE(0, at);
  return out.writeUInt32BE(sequenceNumber >>> 0, at);
}

/** @param dataOffset bytes from the start of `moof` to the track's first sample. */
function writeTrackFragment(out: Buffer, at: number, samples: readonly Sample[], dataOffset: number): number {
  const first = samples[0];
  if (first === undefined) return at;
  at = writeBoxHeader(out, at, trackFragmentBytes(samples), 'traf');

  at = writeBoxHeader(out, at, TFHD_BYTES, 'tfhd');
  at = out.writeUInt32BE(TFHD_DEFAULT_BASE_IS_MOOF, at);
  at = out.writeUInt32BE(TRACK_IDS[first.kind], at);

  at = writeBoxHeader(out, at, TFDT_BYTES, 'tfdt');
  at = out.writeUInt32BE(0x01000000, at); // version 1: 64-bit time
  at = out.writeUInt32BE(Math.floor(first.dts / 2 ** 32), at);
  at = out.writeUInt32BE(first.dts % 2 ** 32, at);

  const run = RUNS[first.kind];
  at = writeBoxHeader(out, at, TRUN_FIXED_BYTES + samples.length * run.sampleBytes, 'trun');
  at = out.writeUInt32BE(0x01000000 | run.flags, at); // version 1: signed composition offsets
  at = out.writeUInt32BE(samples.length, at);
  at = out.writeUInt32BE(dataOffset, at);
  for (let index = 0; index < samples.length; index++) {
    const sample = samples[index];
    if (sample === undefined) break;
    at = out.writeUInt32BE(durationOf(sample, samples[index + 1]), at);
    at = out.writeUInt32BE(sample.data.length, at);
    if (sample.kind === 'audio') continue;
    at = out.writeUInt32BE(sample.keyframe ? SAMPLE_FLAGS.sync : SAMPLE_FLAGS.dependent, at);
    at = out.writeInt32BE(sample.pts - sample.dts, at);
  }
  return at;
}

function durationOf(sample: Sample, next: Sample | undefined): number {
  return next === undefined ? sample.duration : next.dts - sample.dts;
}
