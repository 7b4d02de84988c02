/**
 * RTP packets of an Opus track to frames (RFC 7587 section 4.2): a packet is a frame, with a length of its own. A camera
 * that sends nothing while it hears nothing (DTX) leaves holes, which the timeline fills.
 */
import type { AudioFrameSink, AudioReader } from '../audio/audio-frame.ts';
import type { Arrival } from '../rtp/arrival.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { findOpusTicks } from './opus-packet.ts';

/** Six channels at 510 kbit/s in 120 ms stay below. */
const MAX_PACKET_BYTES = 16 * 1024;

export class OpusReader implements AudioReader {
  readonly #sink: AudioFrameSink;

  constructor(sink: AudioFrameSink) {
    this.#sink = sink;
  }

  push({ payload, timestamp }: RtpPacket, _lostBefore: number, arrival: Arrival): void {
    if (payload.length === 0) return; // padding alone
    const ticks = payload.length > MAX_PACKET_BYTES ? undefined : findOpusTicks(payload);
    if (ticks === undefined) this.#sink.onTrouble('an audio packet that is not Opus');
    else this.#sink.onFrame({ data: Buffer.from(payload), timestamp, ticks, arrival });
  }
}
