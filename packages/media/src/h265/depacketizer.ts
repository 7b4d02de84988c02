/**
 * RTP payloads to NAL units (RFC 7798): single units, aggregation packets, fragmentation units, and what a PACI packet
 * wraps. Decoding order numbers are skipped where the SDP says that there are any: cameras send in order.
 * Access units are put together by `video/access-unit-assembler.ts`.
 */
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { findStartCode } from '../video/annex-b.ts';
import type { PictureArea } from '../video/picture-area.ts';
import { UnitCollector, type NalSink } from '../video/unit-collector.ts';
import { HEADER_BYTES, nalType } from './nal.ts';

const LAST_SINGLE_TYPE = 47;
const AGGREGATION = 48;
const FRAGMENTATION = 49;
const PACI = 50;
/** Payload header and the two bytes of A, cType, PHSsize, F0..2 and Y. */
const PACI_HEADER_BYTES = 4;

export class H265Depacketizer {
  readonly #units: UnitCollector;
  readonly #sink: NalSink;
  /** Bytes of the decoding order number of a first unit, and of the difference of those behind it. */
  readonly #donlBytes: number;
  readonly #dondBytes: number;

  /** @param fmtp parameters of the SDP, of which `sprop-max-don-diff` is read. */
  constructor(area: PictureArea, sink: NalSink, fmtp: ReadonlyMap<string, string>) {
    this.#units = new UnitCollector(area, sink, HEADER_BYTES);
    this.#sink = sink;
    const hasNumbers = Number.parseInt(fmtp.get('sprop-max-don-diff') ?? '', 10) > 0;
    this.#donlBytes = hasNumbers ? 2 : 0;
    this.#dondBytes = hasNumbers ? 1 : 0;
  }

  /**
   * Takes the next packet of the track.
   * @param lostBefore packets missing before it.
   */
  push(packet: RtpPacket, lostBefore: number): void {
    const payload = unwrap(packet.payload);
    this.#units.beginPacket(lostBefore, isFragment(payload));
    if (payload === undefined) this.#units.drop('a packet wraps what cannot be read');
    else if (payload.length > 0) this.#read(payload, packet.timestamp);
    if (packet.marker) this.#sink.onMarker();
  }

  #read(payload: Buffer, timestamp: number): void {
    const type = nalType(payload);
    if (findStartCode(payload.subarray(0, 4)) !== -1) {
      this.#units.takeUnit(payload, timestamp);
    } else if (payload.length < HEADER_BYTES) {
      this.#units.drop('a unit has no header');
    } else if (type === FRAGMENTATION) {
      this.#readFragment(payload, timestamp);
    } else if (type === AGGREGATION) {
      const prefixes = { before: this.#dondBytes, after: 0 };
      this.#units.takeAggregate(payload, HEADER_BYTES + this.#donlBytes, prefixes, () => timestamp);
    } else if (type <= LAST_SINGLE_TYPE) {
      this.#readSingle(payload, timestamp);
    } else {
      this.#units.drop('a packet of a type that is not in use');
    }
  }

  /** Section 4.4.1: with numbers, one stands behind the unit's header. */
  #readSingle(payload: Buffer, timestamp: number): void {
    if (this.#donlBytes === 0) {
      this.#units.takeUnit(payload, timestamp);
      return;
    }
    const body = payload.subarray(HEADER_BYTES + this.#donlBytes);
    this.#units.takeUnit(Buffer.concat([payload.subarray(0, HEADER_BYTES), body]), timestamp);
  }

  /** Section 4.4.3. The type in any but the first fragment is ignored: cameras fill in nonsense. */
  #readFragment(payload: Buffer, timestamp: number): void {
    const first = payload[0];
    const second = payload[1];
    const fuHeader = payload[2];
    const isStart = fuHeader !== undefined && (fuHeader & 0x80) !== 0;
    const from = HEADER_BYTES + 1 + (isStart ? this.#donlBytes : 0);
    if (first === undefined || second === undefined || fuHeader === undefined || payload.length < from) {
      this.#units.drop('a fragment has no header');
      return;
    }
    const header = isStart ? [(first & 0x81) | ((fuHeader & 0x3f) << 1), second] : undefined;
    this.#units.takeFragment(payload, from, timestamp, header, (fuHeader & 0x40) !== 0);
  }
}

function isFragment(payload: Buffer | undefined): boolean {
  return payload !== undefined && payload.length > 0 && nalType(payload) === FRAGMENTATION;
}

/**
 * Takes the payload out of a PACI packet (section 4.4.4): its header is that of the packet with the type `cType` and the
 * forbidden bit `A`. What is no PACI packet comes back as it is; undefined for one that cannot be read.
 */
function unwrap(payload: Buffer): Buffer | undefined {
  if (payload.length === 0 || nalType(payload) !== PACI) return payload;
  const first = payload[0] ?? 0;
  const second = payload[1] ?? 0;
  const fields = payload.length < PACI_HEADER_BYTES ? undefined : payload.readUInt16BE(HEADER_BYTES);
  if (fields === undefined) return undefined;
  const type = (fields >>> 9) & 0x3f;
  const from = PACI_HEADER_BYTES + ((fields >>> 4) & 0x1f);
  if (type === PACI || from > payload.length) return undefined;
  const header = Buffer.from([((fields >>> 8) & 0x80) | (type << 1) | (first & 1), second]);
  return Buffer.concat([header, payload.subarray(from)]);
}
