/** A key frame as an elementary stream (ITU-T H.264 and H.265 annex B): parameter sets and NAL units behind start codes. */
import type { VideoConfig } from '@pantau/media';

const START_CODE = Buffer.from([0, 0, 0, 1]);

/** @returns undefined when lengths point outside: this is no sample of ours. */
export function formatAnnexB(
  { codec, decoderConfig }: Pick<VideoConfig, 'codec' | 'decoderConfig'>,
  data: Buffer,
): Buffer | undefined {
  const sets = codec === 'h265' ? listHevcSets(decoderConfig) : listAvcSets(decoderConfig);
  const units = splitUnits(data, 0, Number.POSITIVE_INFINITY, 4)?.units;
  if (sets === undefined || units === undefined || units.length === 0) return undefined;
  return Buffer.concat([...sets, ...units].flatMap((unit) => [START_CODE, unit]));
}

interface Units {
  readonly units: readonly Buffer[];
  /** Where they end. */
  readonly end: number;
}

/** Reads `count` units, or all there are, each behind its length of `lengthBytes`. */
function splitUnits(bytes: Buffer, start: number, count: number, lengthBytes: 2 | 4): Units | undefined {
  const units: Buffer[] = [];
  let at = start;
  while (units.length < count && at < bytes.length) {
    if (at + lengthBytes > bytes.length) return undefined;
    const length = bytes.readUIntBE(at, lengthBytes);
    at += lengthBytes;
    if (at + length > bytes.length) return undefined;
    units.push(bytes.subarray(at, at + length));
    at += length;
  }
  const isWhole = count === Number.POSITIVE_INFINITY || units.length === count;
  return isWhole ? { units, end: at } : undefined;
}

/** AVCDecoderConfigurationRecord, ISO 14496-15 5.3.3.1.2. */
function listAvcSets(record: Buffer): readonly Buffer[] | undefined {
  if (record.length < 7) return undefined;
  const sps = splitUnits(record, 6, record.readUInt8(5) & 31, 2);
  if (sps === undefined || sps.end >= record.length) return undefined;
  const pps = splitUnits(record, sps.end + 1, record.readUInt8(sps.end), 2);
  return pps && [...sps.units, ...pps.units];
}

/** HEVCDecoderConfigurationRecord, ISO 14496-15 8.3.3.1.2. */
function listHevcSets(record: Buffer): readonly Buffer[] | undefined {
  if (record.length < 23) return undefined;
  const all: Buffer[] = [];
  let at = 23;
  for (let arrays = record.readUInt8(22); arrays > 0; arrays--) {
    if (at + 3 > record.length) return undefined;
    const found = splitUnits(record, at + 3, record.readUInt16BE(at + 1), 2);
    if (found === undefined) return undefined;
    all.push(...found.units);
    at = found.end;
  }
  return all;
}
