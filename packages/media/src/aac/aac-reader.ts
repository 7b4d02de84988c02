/**
 * RTP packets of an AAC track to frames (RFC 3640 section 3.2): AU headers of any width, several frames in a packet,
 * one frame over several packets, frames that still have their ADTS header, and ADTS without any AU header.
 * Interleaving is not supported: no camera interleaves, and AAC-hbr as cameras use it forbids it.
 */
import type { AudioFrameSink, AudioReader } from '../audio/audio-frame.ts';
import { BitReader } from '../bytes/bit-reader.ts';
import type { Arrival } from '../rtp/arrival.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { findAdtsFrame } from './adts.ts';

/** Widths in bits of the AU header's fields. */
interface HeaderLayout {
  readonly size: number;
  readonly index: number;
  readonly indexDelta: number;
}

/** Far above what AAC allows for one frame of eight channels (6144 bits each). */
const MAX_FRAME_BYTES = 16 * 1024;
/** Frames in a packet; real cameras put in one to four. */
const MAX_FRAMES_PER_PACKET = 64;

export class AacReader implements AudioReader {
  readonly #layout: HeaderLayout;
  readonly #frameTicks: number;
  readonly #sink: AudioFrameSink;
  /** A frame whose parts are still coming, in a buffer for the whole of it. */
  #fragment: { readonly timestamp: number; readonly bytes: Buffer; filled: number } | undefined;

  /**
   * @param fmtp parameters of the SDP, names in lower case.
   * @param frameTicks length of a frame in the RTP clock.
   */
  constructor(fmtp: ReadonlyMap<string, string>, frameTicks: number, sink: AudioFrameSink) {
    this.#layout = readHeaderLayout(fmtp);
    this.#frameTicks = frameTicks;
    this.#sink = sink;
  }

  /** Takes the next packet of the track. @param lostBefore packets missing before it. */
  push(packet: RtpPacket, lostBefore: number, arrival: Arrival): void {
    if (lostBefore > 0) this.#fragment = undefined;
    const { payload } = packet;
    if (payload.length === 0) return; // padding alone
    const sizes = this.#layout.size === 0 ? undefined : this.#readSizes(payload);
    if (this.#layout.size === 0) {
      this.#emit(payload, packet.timestamp, arrival);
    } else if (sizes === undefined) {
      this.#readBareAdts(packet, arrival);
    } else if (sizes.values.length === 1) {
      this.#readSingle(
        packet,
        payload.subarray(sizes.headerBytes),
        sizes.values[0] ?? 0,
        lostBefore,
        arrival,
      );
    } else {
      this.#readSeveral(packet, payload.subarray(sizes.headerBytes), sizes.values, arrival);
    }
  }

  /** AU-headers-length and AU headers; undefined when they do not fit the packet. */
  #readSizes(
    payload: Buffer,
  ): { readonly headerBytes: number; readonly values: readonly number[] } | undefined {
    if (payload.length < 2) return undefined;
    const headerBits = payload.readUInt16BE(0);
    const headerBytes = 2 + Math.ceil(headerBits / 8);
    if (headerBytes >= payload.length) return undefined;
    const reader = new BitReader(payload.subarray(2, headerBytes), 'AUDIO_MALFORMED');
    const { size, index, indexDelta } = this.#layout;
    const values: number[] = [];
    // A section too short for size and index has sizes alone, whatever the SDP says or leaves out.
    const hasIndex = headerBits >= size + index;
    while (values.length < MAX_FRAMES_PER_PACKET) {
      const width = size + (!hasIndex ? 0 : values.length === 0 ? index : indexDelta);
      if (reader.position + width > headerBits) break;
      values.push(reader.readBits(size));
      reader.skipBits(width - size);
    }
    return values.length === 0 ? undefined : { headerBytes, values };
  }

  /**
   * One frame, or a part of one: every part states the size of the whole. A packet with the marker and no beginning
   * before it holds a whole frame, whatever size it states.
   */
  #readSingle(packet: RtpPacket, data: Buffer, size: number, lostBefore: number, arrival: Arrival): void {
    const { timestamp, marker } = packet;
    const open = this.#fragment;
    if (open !== undefined && open.timestamp === timestamp && open.bytes.length === size) {
      data.copy(open.bytes, open.filled);
      open.filled += data.length;
      if (open.filled < size && !marker) return;
      this.#fragment = undefined;
      if (open.filled === size) this.#emit(open.bytes, timestamp, arrival);
      else this.#sink.onTrouble('the parts of an audio frame do not add up');
      return;
    }
    this.#fragment = undefined;
    if (open !== undefined) this.#sink.onTrouble('an audio frame has no end');
    if (size > data.length && !marker && size <= MAX_FRAME_BYTES) {
      const bytes = Buffer.allocUnsafe(size);
      this.#fragment = { timestamp, bytes, filled: data.copy(bytes) };
    } else if (size > data.length && lostBefore > 0) {
      this.#sink.onTrouble('an audio frame has no beginning');
    } else {
      this.#emit(size === 0 ? data : data.subarray(0, size), timestamp, arrival);
    }
  }

  #readSeveral(packet: RtpPacket, data: Buffer, sizes: readonly number[], arrival: Arrival): void {
    this.#fragment = undefined;
    let at = 0;
    sizes.forEach((size, index) => {
      if (at >= data.length) return;
      if (size > data.length - at) {
        this.#sink.onTrouble('an audio frame is larger than its packet');
        at = data.length;
        return;
      }
      this.#emit(data.subarray(at, at + size), packet.timestamp + index * this.#frameTicks, arrival);
      at += size;
    });
  }

  /** ADTS frames where AU headers should be. */
  #readBareAdts({ payload, timestamp }: RtpPacket, arrival: Arrival): void {
    let at = 0;
    for (let index = 0; index < MAX_FRAMES_PER_PACKET; index++) {
      const frame = findAdtsFrame(payload.subarray(at));
      if (frame === undefined) break;
      const end = at + frame.frameBytes;
      this.#emit(payload.subarray(at, end), timestamp + index * this.#frameTicks, arrival);
      at = end;
    }
    if (at === 0) this.#sink.onTrouble('an audio packet without readable headers');
  }

  #emit(bytes: Buffer, timestamp: number, arrival: Arrival): void {
    const adts = findAdtsFrame(bytes);
    const isAdts = adts !== undefined && adts.frameBytes === bytes.length;
    const raw = isAdts ? bytes.subarray(adts.headerBytes) : bytes;
    if (raw.length === 0 || raw.length > MAX_FRAME_BYTES) return;
    // A copy of its own: a view would keep the whole chunk of the socket alive for a few hundred bytes.
    this.#sink.onFrame({ data: Buffer.from(raw), timestamp: timestamp >>> 0, arrival });
  }
}

/** Section 3.3.6 (AAC-hbr: 13, 3, 3) and 3.3.5 (AAC-lbr: 6, 2, 2) where the SDP leaves widths out. */
function readHeaderLayout(fmtp: ReadonlyMap<string, string>): HeaderLayout {
  const isLowBitRate = /lbr$/i.test(fmtp.get('mode') ?? '');
  const readWidth = (name: string, fallback: number): number => {
    const value = Number.parseInt(fmtp.get(name) ?? '', 10);
    return value >= 0 && value <= 32 ? value : fallback;
  };
  const size = readWidth('sizelength', isLowBitRate ? 6 : 13);
  const indexFallback = size === 13 ? 3 : size === 6 ? 2 : 0;
  return {
    size,
    index: readWidth('indexlength', indexFallback),
    indexDelta: readWidth('indexdeltalength', indexFallback),
  };
}
