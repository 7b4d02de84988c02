/**
 * Packets of uncompressed sound to FLAC frames of one length, whatever the packets hold: 20 ms, 40 ms, a number of samples
 * that nothing divides.
 *
 *   packet     ├────────┤├────────┤├────────┤  lost  ├────────┤
 *   samples    ├──────────────────────────────000000──────────┤
 *   frame      ├──────────┤├──────────┤├──────────┤├──────────┤   each 40 ms
 *
 * What lost packets held is silence of the same length. Every packet states anew what time it is, so a camera whose clock
 * limps or jumps is the timeline's business. Between packets at most one frame less a sample waits.
 * G.711 that WebRTC carries goes along as it came, cut into the same frames.
 */
import type { AudioFormat, AudioFrameSink, AudioReader } from '../audio/audio-frame.ts';
import { FlacEncoder } from '../flac/flac-encoder.ts';
import { G711_SILENCE } from '../g711/g711.ts';
import type { Arrival } from '../rtp/arrival.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { PcmLayout } from './pcm-layout.ts';

/** Loss longer than this is left to the timeline, seconds. */
const MAX_FILLED_S = 2;

export class PcmReader implements AudioReader {
  readonly #layout: PcmLayout;
  readonly #format: AudioFormat;
  readonly #sink: AudioFrameSink;
  readonly #encoder: FlacEncoder;
  /** The frame that is being filled, a buffer for each channel. */
  readonly #channels: readonly Int32Array[];
  /** Its bytes as they came; undefined where nobody can use them. */
  #g711: Buffer | undefined;
  #filled = 0;
  /** Timestamp of the frame's first sample. */
  #timestamp = 0;
  /** Timestamp behind the last sample; undefined before the first packet. */
  #end: number | undefined;

  constructor(layout: PcmLayout, format: AudioFormat, sink: AudioFrameSink) {
    const { sampleRate, channels, g711 } = format.config;
    this.#layout = layout;
    this.#format = format;
    this.#sink = sink;
    this.#encoder = new FlacEncoder({ sampleRate, channels, blockSize: format.frameTicks });
    this.#channels = Array.from({ length: channels }, () => new Int32Array(format.frameTicks));
    if (g711 !== undefined) this.#g711 = Buffer.allocUnsafeSlow(format.frameTicks);
  }

  push({ payload, timestamp }: RtpPacket, lostBefore: number, arrival: Arrival): void {
    const groupBytes = this.#layout.sampleBytes * this.#channels.length;
    const count = Math.floor(payload.length / groupBytes);
    if (count * groupBytes !== payload.length) this.#sink.onTrouble('an audio packet ends within a sample');
    if (count === 0) return;
    if (lostBefore > 0 && this.#end !== undefined) this.#fill((timestamp - this.#end) | 0, arrival);
    this.#timestamp = timestamp - this.#filled;
    for (let done = 0; done < count;) {
      const taken = Math.min(count - done, this.#room);
      this.#copy(payload, done * groupBytes, taken);
      this.#advance(taken, arrival);
      done += taken;
    }
    this.#end = timestamp + count;
  }

  /** Samples that the frame under way lacks, per channel. */
  get #room(): number {
    return this.#format.frameTicks - this.#filled;
  }

  /** Takes `count` samples per channel, from `at` on. */
  #copy(payload: Buffer, at: number, count: number): void {
    this.#g711?.set(payload.subarray(at, at + count), this.#filled);
    const { read, sampleBytes } = this.#layout;
    const groupBytes = sampleBytes * this.#channels.length;
    this.#channels.forEach((channel, index) => {
      const start = at + index * sampleBytes;
      for (let sample = 0; sample < count; sample++) {
        channel[this.#filled + sample] = read(payload, start + sample * groupBytes);
      }
    });
  }

  /** Samples that were lost are silent. */
  #fill(count: number, arrival: Arrival): void {
    const { sampleRate, g711 } = this.#format.config;
    if (count > MAX_FILLED_S * sampleRate) return;
    for (let left = count; left > 0;) {
      const taken = Math.min(left, this.#room);
      for (const channel of this.#channels) channel.fill(0, this.#filled, this.#filled + taken);
      if (g711 !== undefined) this.#g711?.fill(G711_SILENCE[g711], this.#filled, this.#filled + taken);
      this.#advance(taken, arrival);
      left -= taken;
    }
  }

  /** `count` samples were added; a frame that is full goes out. */
  #advance(count: number, arrival: Arrival): void {
    this.#filled += count;
    if (this.#room > 0) return;
    const data = this.#encoder.encode(this.#channels);
    this.#filled = 0;
    const g711 = this.#g711 === undefined ? {} : { g711: Buffer.from(this.#g711) };
    this.#sink.onFrame({ data, timestamp: this.#timestamp >>> 0, arrival, ...g711 });
    this.#timestamp += this.#format.frameTicks;
  }
}
