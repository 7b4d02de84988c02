/**
 * Puts NAL units together from the payloads of packets, for both depacketisers: a whole unit, or one that comes in
 * fragments. Payloads are copied to the track's `PictureArea` at once: packets are views of a buffer that is read into again.
 *
 * Cameras put annex B into what claims to be one unit, also into what they then cut into fragments: a finished unit that
 * holds start codes is split. That needs no mode: a true unit never holds a start code.
 *
 * What cannot be right (a fragment without its start, a size beyond the packet) costs the picture it belongs to, never
 * more: the sink is told that bytes are missing and waits for the next key frame.
 */
import { findStartCode, splitAnnexB } from './annex-b.ts';
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

/** No real NAL unit is near this: a 4K key frame at the highest rate is about 1.5 MB. */
const MAX_NAL_BYTES = 4 * 1024 * 1024;
/** Units in one packet, or between start codes in what claims to be one; cameras put in three or four. */
const MAX_UNITS_IN_ONE = 64;

export class UnitCollector {
  readonly #area: PictureArea;
  readonly #sink: NalSink;
  readonly #headerBytes: number;
  /** RTP timestamp of a unit whose fragments are still coming. */
  #fragmentsOf: number | undefined;

  /** @param headerBytes of a NAL unit: 1 in H.264, 2 in H.265. */
  constructor(area: PictureArea, sink: NalSink, headerBytes: number) {
    this.#area = area;
    this.#sink = sink;
    this.#headerBytes = headerBytes;
  }

  /** A packet begins. @param isFragment it goes on with a fragmented unit, or begins one. */
  beginPacket(lostBefore: number, isFragment: boolean): void {
    if (lostBefore > 0) this.drop(undefined);
    if (!isFragment && this.#fragmentsOf !== undefined) this.drop('a fragmented unit has no end');
  }

  /** Takes a whole unit. */
  takeUnit(bytes: Buffer, timestamp: number): void {
    this.#area.beginUnit();
    this.#area.addBytes(bytes);
    this.#finish(timestamp);
  }

  /**
   * Takes the units of an aggregate, `bytes[at, …)`: each behind its 16-bit size. Zeros at the end are padding.
   * @param prefixBytes of each unit before its size (`before`) and between size and unit (`after`), which are skipped.
   * @param timestampOf of the unit whose prefix ends at an offset of `bytes`.
   */
  takeAggregate(
    bytes: Buffer,
    at: number,
    prefixBytes: { readonly before: number; readonly after: number },
    timestampOf: (offset: number) => number,
  ): void {
    let offset = at;
    for (let units = 0; ; units++) {
      if (units > 0) offset += prefixBytes.before;
      if (offset + 2 > bytes.length) return;
      if (units >= MAX_UNITS_IN_ONE) {
        this.drop('a packet holds too many units');
        return;
      }
      const size = bytes.readUInt16BE(offset);
      if (size === 0) return;
      offset += 2 + prefixBytes.after;
      if (size > bytes.length - offset) {
        this.drop('an aggregated unit is larger than its packet');
        return;
      }
      this.takeUnit(bytes.subarray(offset, offset + size), timestampOf(offset));
      offset += size;
    }
  }

  /**
   * Takes a fragment.
   * @param header of the unit, when the fragment is its first: the type in a later fragment means nothing.
   * @param from where the fragment's own bytes begin in `payload`.
   */
  takeFragment(
    payload: Buffer,
    from: number,
    timestamp: number,
    header: readonly number[] | undefined,
    isEnd: boolean,
  ): void {
    if (header !== undefined) {
      if (this.#fragmentsOf !== undefined) this.drop('a fragmented unit has no end');
      this.#fragmentsOf = timestamp;
      this.#area.beginUnit();
      for (const byte of header) this.#area.addByte(byte);
    }
    if (this.#fragmentsOf !== timestamp) {
      this.drop(this.#fragmentsOf === undefined ? undefined : 'a fragmented unit has no end');
      return;
    }
    if (this.#area.unitBytes + payload.length - from > MAX_NAL_BYTES) {
      this.drop('a fragmented unit is too large');
      return;
    }
    this.#area.addBytes(payload, from);
    if (!isEnd) return;
    this.#fragmentsOf = undefined;
    this.#finish(timestamp);
  }

  /** Gives up what is under way. Without `trouble` it is ordinary loss, counted where packets are counted. */
  drop(trouble: string | undefined): void {
    this.#fragmentsOf = undefined;
    this.#area.dropUnit();
    if (trouble !== undefined) this.#sink.onTrouble(trouble);
    this.#sink.onLoss();
  }

  /** Hands on the unit in the area; what claims to be one unit but holds start codes is split first. */
  #finish(timestamp: number): void {
    const whole = this.#area.viewUnit();
    if (findStartCode(whole) === -1) {
      this.#handOn(timestamp);
      return;
    }
    const units = splitAnnexB(Buffer.from(whole), MAX_UNITS_IN_ONE + 1);
    this.#area.dropUnit();
    if (units.length > MAX_UNITS_IN_ONE) {
      this.drop('a packet holds too many units');
      return;
    }
    for (const bytes of units) {
      if (bytes.length <= this.#headerBytes) continue; // a header that stood before the first start code
      this.#area.beginUnit();
      this.#area.addBytes(bytes);
      this.#handOn(timestamp);
    }
  }

  #handOn(timestamp: number): void {
    this.#sink.onNalUnit(timestamp);
    this.#area.dropUnit();
  }
}
