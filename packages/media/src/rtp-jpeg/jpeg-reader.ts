/**
 * RTP packets of a JPEG track to whole pictures (RFC 2435). A packet says where in the scan its data belongs; the head of the picture is
 * made from the headers of its first packet. A picture of which anything is missing is dropped: the next one is whole by itself.
 */
import { MAX_JPEG_BYTES, type PictureSize } from '../jpeg/jpeg-header.ts';
import { jpegConfig } from '../jpeg/picture-timeline.ts';
import type { Arrival } from '../rtp/arrival.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { AccessUnitSink, ActiveConfig, VideoReader } from '../video/access-unit.ts';
import { encodeJpegHead, type QuantisationTable } from './jpeg-head.ts';
import { FIRST_STREAM_QUALITY, parseJpegPacket, type JpegPacket } from './jpeg-packet.ts';
import { makeQuantisationTables } from './jpeg-tables.ts';

const TABLE_VALUES = 64;
/** Tables in the stream with this quality hold for their own picture only. */
const CHANGING_QUALITY = 255;
const MIN_AREA_BYTES = 64 * 1024;

/** The picture under way; its bytes are in the area. */
interface Pending {
  readonly timestamp: number;
  readonly arrival: Arrival;
  readonly size: PictureSize;
}

export class JpegReader implements VideoReader {
  readonly #announced: PictureSize | undefined;
  readonly #sink: AccessUnitSink;
  readonly #knownTables = new Map<number, readonly QuantisationTable[]>();
  #area = Buffer.allocUnsafe(MIN_AREA_BYTES);
  #filled = 0;
  #headBytes = 0;
  #pending: Pending | undefined;
  #active: ActiveConfig | undefined;
  #hasDropped = false;

  /** @param announced size by the session description, for pictures too large for the packets' own fields. */
  constructor(announced: PictureSize | undefined, sink: AccessUnitSink) {
    this.#announced = announced;
    this.#sink = sink;
  }

  push(packet: RtpPacket, lostBefore: number, arrival: Arrival): void {
    if (lostBefore > 0) this.#drop(undefined);
    const { payload, timestamp, marker } = packet;
    if (payload.length === 0) return; // padding alone
    const parsed = parseJpegPacket(payload);
    if (parsed === undefined) {
      this.#drop('a JPEG packet has headers that cannot be read');
      return;
    }
    // Another time without a marker before it: the camera sets none, and nothing is missing.
    if (this.#pending !== undefined && this.#pending.timestamp !== timestamp) this.#finish(this.#pending);
    if (parsed.offset === 0) this.#begin(parsed, timestamp, arrival);
    const pending = this.#pending;
    if (pending === undefined) return;
    if (parsed.offset !== this.#filled - this.#headBytes) {
      this.#drop('a JPEG packet does not fit to the one before');
      return;
    }
    if (!this.#append(parsed.data)) {
      this.#drop('a picture is too large');
      return;
    }
    if (marker) this.#finish(pending);
  }

  #begin(packet: JpegPacket, timestamp: number, arrival: Arrival): void {
    if (this.#pending !== undefined) this.#drop('a picture begins twice');
    const tables = this.#findTables(packet);
    const size = this.#findSize(packet);
    if (tables === undefined || size === undefined) {
      this.#drop(tables === undefined ? 'a picture has no quantisation tables' : 'a picture has no size');
      return;
    }
    const { sampling, restartInterval } = packet;
    const head = encodeJpegHead({ size, sampling, restartInterval, tables });
    this.#filled = 0;
    this.#append(head);
    this.#headBytes = head.length;
    this.#pending = { timestamp, arrival, size };
  }

  /** The fields of the packet, or where they are 0 what the session description says. */
  #findSize({ width, height }: JpegPacket): PictureSize | undefined {
    if (width > 0 && height > 0) return { width, height };
    return this.#announced;
  }

  #findTables({ quality, tables }: JpegPacket): readonly QuantisationTable[] | undefined {
    if (quality < FIRST_STREAM_QUALITY) {
      if (quality === 0 || quality > 99) return undefined;
      const both = makeQuantisationTables(quality);
      return [
        { is16Bit: false, data: both.subarray(0, TABLE_VALUES) },
        { is16Bit: false, data: both.subarray(TABLE_VALUES) },
      ];
    }
    const known = this.#knownTables.get(quality);
    if (tables === undefined || tables.data.length === 0) return known;
    const read = readTables(tables.precision, tables.data);
    if (read !== undefined && quality !== CHANGING_QUALITY) this.#knownTables.set(quality, read);
    return read;
  }

  #append(bytes: Buffer): boolean {
    const needed = this.#filled + bytes.length;
    if (needed > MAX_JPEG_BYTES) return false;
    if (needed > this.#area.length) {
      const larger = Buffer.allocUnsafe(Math.min(MAX_JPEG_BYTES, Math.max(needed, this.#area.length * 2)));
      this.#area.copy(larger, 0, 0, this.#filled);
      this.#area = larger;
    }
    bytes.copy(this.#area, this.#filled);
    this.#filled = needed;
    return true;
  }

  #finish({ timestamp, arrival, size }: Pending): void {
    this.#pending = undefined;
    if (this.#filled === this.#headBytes) {
      this.#drop('a picture is empty');
      return;
    }
    const hasEnd = this.#area[this.#filled - 2] === 0xff && this.#area[this.#filled - 1] === 0xd9;
    const bytes = this.#area.subarray(0, this.#filled);
    const afterLoss = this.#hasDropped;
    this.#hasDropped = false;
    this.#sink.onAccessUnit({
      data: hasEnd ? Buffer.from(bytes) : Buffer.concat([bytes, Buffer.from([0xff, 0xd9])]),
      timestamp,
      keyframe: true,
      bidirectional: false,
      afterLoss,
      active: this.#configOf(size),
      arrival,
    });
  }

  #configOf(size: PictureSize): ActiveConfig {
    const config = this.#active?.config;
    if (this.#active === undefined || config?.width !== size.width || config.height !== size.height) {
      this.#active = { config: jpegConfig(size), knownReorder: 0, frameMbsOnly: true };
    }
    return this.#active;
  }

  /** Gives up the picture under way. Without `trouble` it is ordinary loss, counted where packets are counted. */
  #drop(trouble: string | undefined): void {
    if (trouble !== undefined) this.#sink.onTrouble(trouble);
    if (this.#pending !== undefined || trouble !== undefined) this.#hasDropped = true;
    this.#pending = undefined;
  }
}

/** Section 3.1.8: bit n of the precision says that table n has 16-bit values. Undefined when it does not come out. */
function readTables(precision: number, data: Buffer): readonly QuantisationTable[] | undefined {
  const tables: QuantisationTable[] = [];
  for (let at = 0; at < data.length && tables.length < 2;) {
    const is16Bit = ((precision >> tables.length) & 1) === 1;
    const end = at + TABLE_VALUES * (is16Bit ? 2 : 1);
    if (end > data.length) return undefined;
    tables.push({ is16Bit, data: Buffer.from(data.subarray(at, end)) });
    at = end;
  }
  return tables.length === 0 ? undefined : tables;
}
