/**
 * RTP payloads to NAL units (RFC 6184): single units, STAP-A and -B, MTAP16 and 24, FU-A and -B. The packetization mode of
 * the SDP is not asked, because cameras announce one and send the other. Decoding order numbers are skipped: whatever
 * numbers its units sends them in order. Access units are put together by `video/access-unit-assembler.ts`.
 */
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { findStartCode } from '../video/annex-b.ts';
import type { PictureArea } from '../video/picture-area.ts';
import { UnitCollector, type NalSink } from '../video/unit-collector.ts';
import { HEADER_BYTES } from './nal.ts';

const LAST_SINGLE_TYPE = 23;
const STAP_A = 24;
const STAP_B = 25;
const MTAP16 = 26;
const MTAP24 = 27;
const FU_A = 28;
const FU_B = 29;
/** Bytes of a decoding order number. */
const DON_BYTES = 2;

export class H264Depacketizer {
  readonly #units: UnitCollector;
  readonly #sink: NalSink;

  constructor(area: PictureArea, sink: NalSink) {
    this.#units = new UnitCollector(area, sink, HEADER_BYTES);
    this.#sink = sink;
  }

  /**
   * Takes the next packet of the track.
   * @param lostBefore packets missing before it.
   */
  push(packet: RtpPacket, lostBefore: number): void {
    const { payload, timestamp } = packet;
    const type = (payload[0] ?? 0) & 0x1f;
    const isFragment = type === FU_A || type === FU_B;
    this.#units.beginPacket(lostBefore, isFragment);
    if (payload.length === 0) {
      // A packet of padding alone: nothing to say.
    } else if (isFragment) {
      this.#readFragment(packet, type);
    } else if (type === STAP_A || type === STAP_B) {
      const at = HEADER_BYTES + (type === STAP_B ? DON_BYTES : 0);
      this.#units.takeAggregate(payload, at, { before: 0, after: 0 }, () => timestamp);
    } else if (type === MTAP16 || type === MTAP24) {
      this.#readMultiTime(packet, type === MTAP16 ? 2 : 3);
    } else if ((type >= 1 && type <= LAST_SINGLE_TYPE) || findStartCode(payload.subarray(0, 4)) !== -1) {
      this.#units.takeUnit(payload, timestamp);
    } else {
      this.#units.drop('a packet of a type that is not in use');
    }
    if (packet.marker) this.#sink.onMarker();
  }

  /** Section 5.7.2: behind each size stand a number in decoding order and what is to be added to the timestamp. */
  #readMultiTime({ payload, timestamp }: RtpPacket, offsetBytes: number): void {
    this.#units.takeAggregate(
      payload,
      HEADER_BYTES + DON_BYTES,
      { before: 0, after: 1 + offsetBytes },
      (at) => (timestamp + payload.readUIntBE(at - offsetBytes, offsetBytes)) % 2 ** 32,
    );
  }

  /** Section 5.8. The reserved bit, and the type in any but the first fragment, are ignored: cameras fill in nonsense. */
  #readFragment({ payload, timestamp }: RtpPacket, type: number): void {
    const indicator = payload[0];
    const fuHeader = payload[1];
    const from = 2 + (type === FU_B ? DON_BYTES : 0);
    if (indicator === undefined || fuHeader === undefined || payload.length < from) {
      this.#units.drop('a fragment has no header');
      return;
    }
    const isStart = (fuHeader & 0x80) !== 0;
    const isEnd = (fuHeader & 0x40) !== 0;
    const header = isStart ? [(indicator & 0xe0) | (fuHeader & 0x1f)] : undefined;
    this.#units.takeFragment(payload, from, timestamp, header, isEnd);
  }
}
