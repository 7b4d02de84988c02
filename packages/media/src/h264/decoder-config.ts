/**
 * What a decoder must know beforehand: AVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 5.3.3.1), the codec
 * string (RFC 6381 section 3.3), and both together as the engine's VideoConfig.
 * Profile and level always come from the SPS: the SDP's profile-level-id is wrong too often.
 */
import { VIDEO_TIMESCALE, type VideoConfig } from '../sample.ts';
import type { Sps } from './sps.ts';

/** Profiles for which the record ends with chroma format and bit depths. */
const PROFILES_WITH_CHROMA = new Set([100, 110, 122, 144, 244, 44]);
const BASELINE_PROFILE = 66;
/** Profiles that allow intra-only coding, marked by constraint_set3_flag (section A.2). */
const PROFILES_WITH_INTRA_FLAG = new Set([44, 100, 110, 122, 244]);

/**
 * Encodes the record with 4-byte NAL unit lengths.
 * @param spsNal the one active SPS
 * @param ppsNals the PPS that belong to it, at most 255
 */
export function encodeDecoderConfig(sps: Sps, spsNal: Buffer, ppsNals: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [
    Buffer.from([1, sps.profileIdc, sps.constraintFlags, sps.levelIdc, 0xfc | 3, 0xe0 | 1]),
    withLength(spsNal),
    Buffer.from([ppsNals.length]),
    ...ppsNals.map(withLength),
  ];
  if (PROFILES_WITH_CHROMA.has(sps.profileIdc)) {
    parts.push(
      Buffer.from([
        0xfc | sps.chromaFormatIdc,
        0xf8 | (sps.bitDepthLuma - 8),
        0xf8 | (sps.bitDepthChroma - 8),
        0,
      ]),
    );
  }
  return Buffer.concat(parts);
}

/** Builds the track's configuration from an SPS and its PPS. */
export function buildVideoConfig(sps: Sps, spsNal: Buffer, ppsNals: readonly Buffer[]): VideoConfig {
  return {
    kind: 'video',
    codec: 'h264',
    codecString: formatCodecString(sps),
    timescale: VIDEO_TIMESCALE,
    width: sps.width,
    height: sps.height,
    sampleAspectRatio: sps.vui?.sampleAspectRatio ?? [1, 1],
    announcedFps: sps.vui?.fps,
    colour: sps.vui?.colour,
    maxReorder: findMaxReorder(sps) ?? 0,
    decoderConfig: encodeDecoderConfig(sps, spsNal, ppsNals),
  };
}

/** `avc1.` and profile, constraint flags, level in hex. */
export function formatCodecString(sps: Sps): string {
  const bytes = Buffer.from([sps.profileIdc, sps.constraintFlags, sps.levelIdc]);
  return `avc1.${bytes.toString('hex')}`;
}

/**
 * How many pictures may come before one that is shown earlier, when the SPS tells: by its VUI, or because the profile,
 * the picture order type or a single reference frame leave no room for B-frames. Undefined: it must be observed.
 */
export function findMaxReorder(sps: Sps): number | undefined {
  if (sps.vui?.maxReorderFrames !== undefined) return sps.vui.maxReorderFrames;
  const isIntraOnly = PROFILES_WITH_INTRA_FLAG.has(sps.profileIdc) && (sps.constraintFlags & 0x10) !== 0;
  const cannotReorder = sps.profileIdc === BASELINE_PROFILE || sps.picOrderCountType === 2 || isIntraOnly;
  return cannotReorder || sps.maxReferenceFrames <= 1 ? 0 : undefined;
}

function withLength(nal: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(nal.length);
  return Buffer.concat([length, nal]);
}
