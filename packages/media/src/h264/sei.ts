/** Supplemental enhancement information (ITU-T H.264 section 7.3.2.3 and annex D): only the recovery point matters here. */
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import { decodeRbsp } from '../video/annex-b.ts';
import { HEADER_BYTES } from './nal.ts';

const RECOVERY_POINT = 6;
/** A recovery point comes early in its unit; long private messages behind it are not read. */
const LOOKED_AT_BYTES = 256;

/**
 * The recovery_frame_cnt of a recovery point message (0 = the picture is whole at once), when the SEI NAL unit has one.
 * Undefined for a unit without, and for one that cannot be read: SEI is never worth an error.
 */
export function findRecoveryFrameCount(nal: Uint8Array): number | undefined {
  const rbsp = decodeRbsp(nal, HEADER_BYTES, LOOKED_AT_BYTES);
  let at = 0;
  // Every message starts with two codes: bytes of 255 add up until one that is less (section 7.3.2.3.1).
  const readCode = (): number => {
    let value = 0;
    while (rbsp[at] === 0xff) {
      value += 0xff;
      at++;
    }
    value += rbsp[at] ?? 0;
    at++;
    return value;
  };
  while (at + 2 < rbsp.length) {
    const type = readCode();
    const size = readCode();
    if (type === RECOVERY_POINT) return readRecoveryFrameCount(rbsp.subarray(at, at + size));
    at += size;
  }
  return undefined;
}

function readRecoveryFrameCount(payload: Uint8Array): number | undefined {
  try {
    return new BitReader(payload, 'VIDEO_MALFORMED').readUnsignedExpGolomb();
  } catch (error) {
    if (error instanceof MediaError) return undefined;
    throw error;
  }
}
