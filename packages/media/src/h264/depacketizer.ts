/**
 * RTP payloads to NAL units (RFC 6184): single units, STAP-A and FU-A; the packetization mode of the SDP is not asked,
 * because cameras announce one and send the other. Access units are put together by `access-unit-assembler.ts`; both work
 * on one `PictureArea`, where each payload is copied to at once: packets are views of a buffer that is read into again.
 *
 * What cannot be right (a fragment without its start, a size beyond the packet) costs the picture it belongs to, never
 * more: the sink is told that bytes are missing and waits for the next key frame.
 */
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { findStartCode, splitAnnexB } from './nal.ts';
import type { PictureArea } from './picture-area.ts';

/** What takes the units. */
export interface NalSink {
  /** The unit under way in the area is a complete NAL unit, of a packet with this RTP timestamp. Not kept, it is dropped. */
  onNalUnit(timestamp: number): void;
  /** Bytes are missing before what comes next. */
  onLoss(): void;
  /** The packet that just ended had the marker bit. */
  onMarker(): void;
  /** Something was wrong with the bytes: for counting. */
  onTrouble(message: string): void;
}

const STAP_A = 24;
const FU_A = 28;
const LAST_SINGLE_TYPE = 23;
/** No real NAL unit is near this: a 4K key frame at the highest rate is about 1.5 MB. */
const MAX_NAL_BYTES = 4 * 1024 * 1024;
/** Units in one packet, or between start codes in what claims to be one; cameras put in three or four. */
const MAX_UNITS_IN_ONE = 64;

export class H264Depacketizer {
  readonly #area: PictureArea;
  readonly #sink: NalSink;
  /** RTP timestamp of a unit whose fragments are still coming. */
  #fragmentsOf: number | undefined;

  constructor(area: PictureArea, sink: NalSink) {
    this.#area = area;
    this.#sink = sink;
  }

  /**
   * Takes the next packet of the track.
   * @param lostBefore packets missing before it.
   */
  push(packet: RtpPacket, lostBefore: number): void {
    if (lostBefore > 0) this.#drop(undefined);
    const { payload } = packet;
    const type = (payload[0] ?? 0) & 0x1f;
    if (type !== FU_A && this.#fragmentsOf !== undefined) this.#drop('a fragmented unit has no end');
    if (payload.length === 0) {
      // A packet of padding alone: nothing to say.
    } else if (type === FU_A) {
      this.#readFragment(packet);
    } else if (type === STAP_A) {
      this.#readAggregate(packet);
    } else if ((type >= 1 && type <= LAST_SINGLE_TYPE) || findStartCode(payload.subarray(0, 4)) !== -1) {
      this.#emitBytes(payload, packet.timestamp);
    } else {
      this.#drop('a packet of a type that is not in use');
    }
    if (packet.marker) this.#sink.onMarker();
  }

  /** Section 5.7.1: sizes and units one after the other; zeros at the end are padding. */
  #readAggregate({ payload, timestamp }: RtpPacket): void {
    let at = 1;
    for (let units = 0; at + 2 <= payload.length; units++) {
      if (units >= MAX_UNITS_IN_ONE) {
        this.#drop('a packet holds too many units');
        return;
      }
      const size = payload.readUInt16BE(at);
      at += 2;
      if (size === 0) break;
      if (size > payload.length - at) {
        this.#drop('an aggregated unit is larger than its packet');
        return;
      }
      this.#emitBytes(payload.subarray(at, at + size), timestamp);
      at += size;
    }
  }

  /** Section 5.8. The reserved bit, and the type in any but the first fragment, are ignored: cameras fill in nonsense. */
  #readFragment({ payload, timestamp }: RtpPacket): void {
    const indicator = payload[0];
    const fuHeader = payload[1];
    if (indicator === undefined || fuHeader === undefined) {
      this.#drop('a fragment has no header');
      return;
    }
    const isStart = (fuHeader & 0x80) !== 0;
    const isEnd = (fuHeader & 0x40) !== 0;
    if (isStart) {
      if (this.#fragmentsOf !== undefined) this.#drop('a fragmented unit has no end');
      this.#fragmentsOf = timestamp;
      this.#area.beginUnit();
      this.#area.addByte((indicator & 0xe0) | (fuHeader & 0x1f));
    }
    if (this.#fragmentsOf !== timestamp) {
      this.#drop(this.#fragmentsOf === undefined ? undefined : 'a fragmented unit has no end');
      return;
    }
    if (this.#area.unitBytes + payload.length - 2 > MAX_NAL_BYTES) {
      this.#drop('a fragmented unit is too large');
      return;
    }
    this.#area.addBytes(payload, 2);
    if (!isEnd) return;
    this.#fragmentsOf = undefined;
    this.#emit(timestamp);
  }

  #emitBytes(bytes: Buffer, timestamp: number): void {
    this.#area.beginUnit();
    this.#area.addBytes(bytes);
    this.#emit(timestamp);
  }

  /** Hands on the unit in the area; what claims to be one unit but holds start codes is split first. */
  #emit(timestamp: number): void {
    const whole = this.#area.viewUnit();
    if (findStartCode(whole) === -1) {
      this.#handOn(timestamp);
      return;
    }
    const units = splitAnnexB(Buffer.from(whole), MAX_UNITS_IN_ONE + 1);
    this.#area.dropUnit();
    if (units.length > MAX_UNITS_IN_ONE) {
      this.#drop('a packet holds too many units');
      return;
    }
    for (const bytes of units) {
      if (bytes.length === 1) continue; // a header that stood before the first start code
      this.#area.beginUnit();
      this.#area.addBytes(bytes);
      this.#handOn(timestamp);
    }
  }

  #handOn(timestamp: number): void {
    this.#sink.onNalUnit(timestamp);
    this.#area.dropUnit();
  }

  /** Gives up what is under way. Without `trouble` it is ordinary loss, counted where packets are counted. */
  #drop(trouble: string | undefined): void {
    this.#fragmentsOf = undefined;
    this.#area.dropUnit();
    if (trouble !== undefined) this.#sink.onTrouble(trouble);
    this.#sink.onLoss();
  }
}
