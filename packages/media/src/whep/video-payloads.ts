/**
 * Access units to RTP payloads: H.264 in packetization mode 1 (RFC 6184: single NAL units, STAP-A, FU-A) and H.265
 * (RFC 7798: single NAL units, AP, FU). Browsers want parameter sets in the stream, so they precede each key frame.
 */
import type { Sample, VideoConfig } from '../sample.ts';

/** Room for RTP header, extensions, SRTP and IPv6/UDP below the 1,280 bytes that every path carries. */
export const MAX_PAYLOAD_BYTES = 1180;

const LENGTH_BYTES = 4;

interface PayloadFormat {
  /** Bytes of a NAL unit's header. */
  readonly headerBytes: number;
  readonly aggregate: (units: readonly Buffer[]) => Buffer;
  /** The bytes before a fragment: the payload header and the FU header. */
  readonly fragmentHeader: (unit: Buffer, isFirst: boolean, isLast: boolean) => Buffer;
}

const H264: PayloadFormat = {
  headerBytes: 1,
  aggregate: (units) => {
    const importance = Math.max(...units.map((unit) => (unit[0] ?? 0) & 0x60));
    return Buffer.concat([Buffer.from([importance | 24]), ...units.flatMap(withLength16)]);
  },
  fragmentHeader: (unit, isFirst, isLast) => {
    const header = unit[0] ?? 0;
    return Buffer.from([(header & 0xe0) | 28, (isFirst ? 0x80 : 0) | (isLast ? 0x40 : 0) | (header & 0x1f)]);
  },
};

const H265: PayloadFormat = {
  headerBytes: 2,
  aggregate: (units) =>
    // type 48, layer 0, the lowest temporal id of the units: those of parameter sets and key frames is 0
    Buffer.concat([Buffer.from([48 << 1, 1]), ...units.flatMap(withLength16)]),
  fragmentHeader: (unit, isFirst, isLast) => {
    const [first = 0, second = 0] = unit;
    const type = (first >> 1) & 0x3f;
    return Buffer.from([
      (first & 0x81) | (49 << 1),
      second,
      (isFirst ? 0x80 : 0) | (isLast ? 0x40 : 0) | type,
    ]);
  },
};

/** Payloads of one picture, in order; the last one's packet has the marker. Empty for a codec that WebRTC does not carry. */
export function packetizePicture(
  sample: Pick<Sample, 'data' | 'keyframe'>,
  config: Pick<VideoConfig, 'codec' | 'decoderConfig'>,
): Buffer[] {
  if (config.codec === 'jpeg') return [];
  const format = config.codec === 'h264' ? H264 : H265;
  const payloads: Buffer[] = [];
  if (sample.keyframe) payloads.push(...packetizeSets(readParameterSets(config), format));
  for (const unit of splitUnits(sample.data)) payloads.push(...packetizeUnit(unit, format));
  return payloads;
}

/** Parameter sets of an AVCDecoderConfigurationRecord or HEVCDecoderConfigurationRecord (ISO 14496-15 5.3.3, 8.3.3), in its order. */
export function readParameterSets(config: Pick<VideoConfig, 'codec' | 'decoderConfig'>): Buffer[] {
  const { decoderConfig: record } = config;
  const sets: Buffer[] = [];
  let at = config.codec === 'h264' ? 5 : 22;
  const takeSets = (count: number) => {
    for (let index = 0; index < count && at + 2 <= record.length; index++) {
      const end = at + 2 + record.readUInt16BE(at);
      if (end > record.length) return;
      sets.push(record.subarray(at + 2, end));
      at = end;
    }
  };
  if (config.codec === 'h264') {
    takeSets((record[at++] ?? 0) & 0x1f);
    takeSets(record[at++] ?? 0);
    return sets;
  }
  const arrays = record[at++] ?? 0;
  for (let index = 0; index < arrays && at + 3 <= record.length; index++) {
    const count = record.readUInt16BE(at + 1);
    at += 3;
    takeSets(count);
  }
  return sets;
}

/** All sets in one packet where they fit. */
function packetizeSets(sets: readonly Buffer[], format: PayloadFormat): Buffer[] {
  if (sets.length === 0) return [];
  const size = format.headerBytes + sets.reduce((sum, set) => sum + 2 + set.length, 0);
  if (sets.length > 1 && size <= MAX_PAYLOAD_BYTES) return [format.aggregate(sets)];
  return sets.flatMap((set) => packetizeUnit(set, format));
}

function packetizeUnit(unit: Buffer, format: PayloadFormat): Buffer[] {
  if (unit.length <= format.headerBytes) return [];
  if (unit.length <= MAX_PAYLOAD_BYTES) return [unit];
  const payloads: Buffer[] = [];
  const room = MAX_PAYLOAD_BYTES - format.headerBytes - 1;
  for (let at = format.headerBytes; at < unit.length; at += room) {
    const end = Math.min(unit.length, at + room);
    const header = format.fragmentHeader(unit, at === format.headerBytes, end === unit.length);
    payloads.push(Buffer.concat([header, unit.subarray(at, end)]));
  }
  return payloads;
}

/** NAL units behind their 4-byte lengths. */
function* splitUnits(data: Buffer): Generator<Buffer> {
  for (let at = 0; at + LENGTH_BYTES <= data.length;) {
    const start = at + LENGTH_BYTES;
    const end = Math.min(data.length, start + data.readUInt32BE(at));
    yield data.subarray(start, end);
    at = end;
  }
}

function withLength16(unit: Buffer): Buffer[] {
  return [Buffer.from([unit.length >> 8, unit.length & 0xff]), unit];
}
