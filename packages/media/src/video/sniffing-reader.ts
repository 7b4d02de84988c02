/**
 * The reader of a track that is announced as H.264 or H.265: begins with the codec that the description speaks for, and
 * changes to the other one when the stream proves to be that, at any time: a camera whose owner changes the codec may go
 * on in the same session.
 *
 *   description ─► first reader ──parameter set of the other codec, or `DOUBTS` packets that only it can have──► the other
 */
import { H264Reader } from '../h264/h264-reader.ts';
import { H265Reader } from '../h265/h265-reader.ts';
import type { Arrival } from '../rtp/arrival.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { AccessUnitSink, VideoReader } from './access-unit.ts';
import { canBeOf, findHintedCodec, findProvenCodec, type NalCodec } from './sniff-codec.ts';

/** Packets in a row that cannot be of the codec that is read, but of the other. */
const DOUBTS = 16;

export class SniffingReader implements VideoReader {
  readonly #fmtp: ReadonlyMap<string, string>;
  readonly #sink: AccessUnitSink;
  #codec: NalCodec;
  #reader: VideoReader;
  #doubts = 0;

  /** @param announced codec of `a=rtpmap`; @param fmtp parameters of the SDP, which may contradict it. */
  constructor(announced: NalCodec, fmtp: ReadonlyMap<string, string>, sink: AccessUnitSink) {
    this.#fmtp = fmtp;
    this.#sink = sink;
    this.#codec = findHintedCodec(fmtp) ?? announced;
    this.#reader = this.#open(this.#codec);
  }

  /** The codec that is read now. */
  get codec(): NalCodec {
    return this.#codec;
  }

  push(packet: RtpPacket, lostBefore: number, arrival: Arrival): void {
    if (!canBeOf(this.#codec, packet.payload)) this.#doubt(packet.payload);
    else if (this.#doubts > 0 && !canBeOf(otherThan(this.#codec), packet.payload)) this.#doubts = 0;
    this.#reader.push(packet, lostBefore, arrival);
  }

  #doubt(payload: Buffer): void {
    const other = otherThan(this.#codec);
    if (canBeOf(other, payload)) this.#doubts++;
    if (this.#doubts < DOUBTS && findProvenCodec(payload) !== other) return;
    this.#doubts = 0;
    this.#codec = other;
    this.#sink.onTrouble(`the camera sends ${other} where it said something else`);
    this.#reader = this.#open(other);
  }

  #open(codec: NalCodec): VideoReader {
    return codec === 'H264' ? new H264Reader(this.#fmtp, this.#sink) : new H265Reader(this.#fmtp, this.#sink);
  }
}

function otherThan(codec: NalCodec): NalCodec {
  return codec === 'H264' ? 'H265' : 'H264';
}
