/** Small H.264 units and RTP packets made to order, for tests. */
import type { RtpPacket } from '../rtp/rtp-packet.ts';

/** SPS (High, 640×360, one reference frame) and PPS of a real camera. */
export const SPS = Buffer.from('Z2QAFqwa0BQF/yzcBAQFAAADAAEAAAMAHo8UIqA=', 'base64');
export const PPS = Buffer.from('68ee3cb0', 'hex');
/** Baseline SPS of another camera, 640×480, same number. */
export const OTHER_SPS = Buffer.from('Z0IAHqtAUB7I', 'base64');

const SLICE_TYPE_CODES = { i: '0001000', p: '00110', b: '00111' } as const; // ue(v) of 7, 5 and 6

export interface SliceOptions {
  readonly idr?: boolean;
  /** Number of its first macroblock: 0 for the first slice of a picture. */
  readonly firstMacroblock?: number;
  readonly type?: keyof typeof SLICE_TYPE_CODES;
  /** Bytes behind the header; zeros in it are replaced so that no start code arises. */
  readonly body?: Uint8Array;
}

/** A slice NAL unit with a true header up to the PPS number (0) and an invented body. */
export function makeSlice(options: SliceOptions = {}): Buffer {
  const { idr = false, firstMacroblock = 0, type = idr ? 'i' : 'p', body = Buffer.from('slice') } = options;
  const first = (firstMacroblock + 1).toString(2);
  const bits = `${'0'.repeat(first.length - 1)}${first}${SLICE_TYPE_CODES[type]}1`;
  const bytes = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '1'), 2));
  return Buffer.from([idr ? 0x65 : 0x41, ...bytes, ...Array.from(body, (byte) => byte || 1)]);
}

/** An RTP packet; what is left out does not matter to the test. */
export function makePacket(payload: Uint8Array, fields: Partial<RtpPacket> = {}): RtpPacket {
  return {
    payloadType: 96,
    marker: false,
    sequenceNumber: 0,
    timestamp: 0,
    ssrc: 1,
    payload: Buffer.from(payload),
    ...fields,
  };
}

/** One STAP-A payload of these units (RFC 6184 section 5.7.1). */
export function makeAggregate(units: readonly Uint8Array[]): Buffer {
  const parts = units.flatMap((unit) => [Buffer.from([unit.length >> 8, unit.length & 0xff]), unit]);
  return Buffer.concat([Buffer.from([24]), ...parts]);
}

/** FU-A payloads of a unit, each with at most `size` bytes of it (RFC 6184 section 5.8). */
export function makeFragments(unit: Uint8Array, size: number): Buffer[] {
  const header = unit[0] ?? 0;
  const payloads: Buffer[] = [];
  for (let at = 1; at < unit.length; at += size) {
    const start = at === 1 ? 0x80 : 0;
    const end = at + size >= unit.length ? 0x40 : 0;
    const fuHeader = start | end | (header & 0x1f);
    payloads.push(
      Buffer.concat([Buffer.from([(header & 0xe0) | 28, fuHeader]), unit.subarray(at, at + size)]),
    );
  }
  return payloads;
}

/** STAP-B (type 25): as STAP-A, behind a decoding order number (RFC 6184 section 5.7.1). */
export function makeNumberedAggregate(units: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([25, 0, 7]), makeAggregate(units).subarray(1)]);
}

/** MTAP16 or MTAP24 of units with what is to be added to the packet's timestamp (RFC 6184 section 5.7.2). */
export function makeMultiTime(
  units: readonly (readonly [offset: number, unit: Uint8Array])[],
  bytes: 2 | 3,
): Buffer {
  const parts = units.flatMap(([offset, unit]) => {
    const prefix = Buffer.alloc(3 + bytes);
    prefix.writeUInt16BE(unit.length, 0);
    prefix.writeUIntBE(offset, 3, bytes);
    return [prefix, unit];
  });
  return Buffer.concat([Buffer.from([bytes === 2 ? 26 : 27, 0, 7]), ...parts]);
}

/** The fragments of a unit, of which the first is an FU-B with its decoding order number (RFC 6184 section 5.8). */
export function makeNumberedFragments(unit: Uint8Array, size: number): Buffer[] {
  return makeFragments(unit, size).map((payload, index) => {
    if (index > 0) return payload;
    const indicator = ((payload[0] ?? 0) & 0xe0) | 29;
    return Buffer.concat([Buffer.from([indicator, payload[1] ?? 0, 0, 7]), payload.subarray(2)]);
  });
}
