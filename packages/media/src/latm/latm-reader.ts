/**
 * RTP packets of an MP4A-LATM track to AAC frames (RFC 6416 section 6; RFC 3016 before it): an AudioMuxElement over any
 * number of packets of one timestamp, the last with the marker; in it one or more frames.
 *
 * The StreamMuxConfig is in the SDP (`cpresent=0`), or stands in the stream, from where it may change at any time; then
 * frames say what format they have.
 */
import type { AudioFormat, AudioFrameSink, AudioReader } from '../audio/audio-frame.ts';
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import type { Arrival } from '../rtp/arrival.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { copyBits, readStreamMuxConfig, type StreamMuxConfig } from './stream-mux-config.ts';

/** Far above what a camera's sound needs: 64 frames of 768 bytes. */
const MAX_ELEMENT_BYTES = 48 * 1024;
const MAX_FRAME_BYTES = 16 * 1024;

export interface LatmReaderOptions {
  /** Of the SDP; undefined when it has none. */
  readonly config: StreamMuxConfig | undefined;
  /** Whether elements begin with the bit that says whether a configuration follows. */
  readonly isConfigInBand: boolean;
  /** RTP ticks a second. */
  readonly clockRate: number;
  /** Of `a=rtpmap`. */
  readonly channels: number;
}

export class LatmReader implements AudioReader {
  readonly #options: LatmReaderOptions;
  readonly #sink: AudioFrameSink;
  #config: StreamMuxConfig | undefined;
  /** Parts of an element that goes on in the next packet. */
  #parts: Buffer[] = [];
  #partBytes = 0;
  #timestamp = 0;
  /** The beginning of the element under way was lost. */
  #isHeadless = false;
  /** It came behind a loss, so what looks like its beginning may be its middle. */
  #isSuspect = false;

  constructor(options: LatmReaderOptions, sink: AudioFrameSink) {
    this.#options = options;
    this.#config = options.config;
    this.#sink = sink;
  }

  push({ payload, timestamp, marker }: RtpPacket, lostBefore: number, arrival: Arrival): void {
    if (payload.length === 0) return; // padding alone
    const isSameElement = timestamp === this.#timestamp && (this.#parts.length > 0 || this.#isHeadless);
    if (!isSameElement) this.#startElement(timestamp, lostBefore);
    else if (lostBefore > 0) this.#drop();
    if (this.#partBytes + payload.length > MAX_ELEMENT_BYTES) this.#drop();
    if (!this.#isHeadless && (!marker || this.#parts.length > 0)) {
      this.#parts.push(Buffer.from(payload));
      this.#partBytes += payload.length;
    }
    if (!marker) return;
    if (!this.#isHeadless) {
      this.#readElement(this.#parts.length === 0 ? payload : Buffer.concat(this.#parts), arrival);
    }
    this.#reset();
  }

  #startElement(timestamp: number, lostBefore: number): void {
    if (this.#parts.length > 0 && lostBefore === 0) this.#sink.onTrouble('an audio element has no end');
    this.#reset();
    this.#timestamp = timestamp;
    this.#isSuspect = lostBefore > 0;
  }

  #drop(): void {
    if (!this.#isHeadless) this.#sink.onTrouble('an audio element is incomplete or too large');
    this.#reset();
    this.#isHeadless = true;
  }

  #reset(): void {
    this.#parts = [];
    this.#partBytes = 0;
    this.#isHeadless = false;
  }

  #readElement(bytes: Buffer, arrival: Arrival): void {
    try {
      const reader = new BitReader(bytes, 'AUDIO_MALFORMED');
      if (this.#options.isConfigInBand && !reader.readFlag()) this.#readConfig(reader, bytes);
      // Nothing is emitted before the whole element was understood.
      const config = this.#config;
      if (config === undefined) return;
      const frames = readFrames(reader, bytes, config);
      if (this.#isSuspect && reader.bitsLeft - config.otherDataBits >= 8) {
        throw new MediaError('AUDIO_MALFORMED', 'an audio element has no beginning');
      }
      this.#emit(frames, config.format, arrival);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#sink.onTrouble(error.message);
    }
  }

  /** A configuration that says the same again leaves the format's object as it is. */
  #readConfig(reader: BitReader, bytes: Buffer): void {
    const read = readStreamMuxConfig(reader, bytes, this.#options.channels);
    const known = this.#config?.format;
    const isSame = known?.config.decoderConfig.equals(read.format.config.decoderConfig) === true;
    this.#config = isSame ? { ...read, format: known } : read;
  }

  #emit(frames: readonly Buffer[], format: AudioFormat, arrival: Arrival): void {
    const frameTicks = (format.frameTicks * this.#options.clockRate) / format.config.timescale;
    for (const [index, data] of frames.entries()) {
      const timestamp = (this.#timestamp + Math.round(index * frameTicks)) >>> 0;
      this.#sink.onFrame({ data, timestamp, format, arrival });
    }
  }
}

/** PayloadLengthInfo and PayloadMux, once per frame (section 1.7.3.1). @throws MediaError `AUDIO_MALFORMED` */
function readFrames(reader: BitReader, bytes: Buffer, config: StreamMuxConfig): Buffer[] {
  const frames: Buffer[] = [];
  for (let index = 0; index < config.subFrames; index++) {
    const bits = config.fixedFrameBits ?? readLengthBytes(reader) * 8;
    if (bits > MAX_FRAME_BYTES * 8) throw new MediaError('AUDIO_MALFORMED', 'an audio frame is too large');
    const data = copyBits(bytes, reader.position, bits);
    reader.skipBits(bits);
    if (bits > 0) frames.push(data);
  }
  return frames;
}

/** MuxSlotLengthBytes: bytes of 255 are added up, the first smaller one is the last. */
function readLengthBytes(reader: BitReader): number {
  let length = 0;
  let byte: number;
  do {
    byte = reader.readBits(8);
    length += byte;
  } while (byte === 255);
  return length;
}
