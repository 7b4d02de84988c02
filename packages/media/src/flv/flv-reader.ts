/**
 * FLV tags (Adobe FLV 10.1 annex E; Enhanced RTMP for the codecs after H.264) as they come over HTTP from cameras. Hostile input: a tag
 * is bounded, and what is not known is stepped over.
 *
 *   'FLV' version flags header-size · [size of the tag before · type size time stream-id · body]…
 */
import { MediaError } from '../media-error.ts';

export type FlvVideoCodec = 'h264' | 'h265';

export interface FlvSink {
  /** The decoder configuration: AVCDecoderConfigurationRecord or HEVCDecoderConfigurationRecord. Views of passing bytes, as all of these. */
  onVideoConfig(codec: FlvVideoCodec, record: Buffer): void;
  /** NAL units with lengths. @param dtsMs decode time; `offsetMs` later it is shown. */
  onVideo(codec: FlvVideoCodec, data: Buffer, dtsMs: number, offsetMs: number): void;
  /** AudioSpecificConfig. */
  onAacConfig(config: Buffer): void;
  onAac(frame: Buffer, timeMs: number): void;
  /** Something was wrong with the bytes: for counting. */
  onTrouble(message: string): void;
}

const HEADER_BYTES = 9;
const MAX_HEADER_BYTES = 64;
const TAG_HEADER_BYTES = 11;
/** In front of each tag: the size of the one before. */
const BACK_POINTER_BYTES = 4;
const MAX_TAG_BYTES = 8 * 1024 * 1024;
const TAG = { audio: 8, video: 9 } as const;
const VIDEO_CODECS: Readonly<Record<number, FlvVideoCodec>> = { 7: 'h264', 12: 'h265' };
const FOUR_CCS: Readonly<Record<string, FlvVideoCodec>> = { avc1: 'h264', hvc1: 'h265', hev1: 'h265' };
const AAC = 10;

export class FlvReader {
  readonly #sink: FlvSink;
  /** What came and was not read: put together only when the next tag is whole. */
  #chunks: Buffer[] = [];
  #available = 0;
  #needed = MAX_HEADER_BYTES;
  #hasHeader = false;

  constructor(sink: FlvSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes. @returns how many tags were completed by them. @throws MediaError VIDEO_MALFORMED when it is no FLV, or a tag is beyond all bounds. */
  push(chunk: Buffer): number {
    this.#chunks.push(chunk);
    this.#available += chunk.length;
    if (this.#available < this.#needed) return 0;
    const bytes = Buffer.concat(this.#chunks, this.#available);
    const start = this.#hasHeader ? 0 : readHeader(bytes);
    this.#hasHeader = true;
    const { end, tags } = this.#readTags(bytes, Math.min(start, bytes.length));
    this.#chunks = [bytes.subarray(end)];
    this.#available = bytes.length - end;
    return tags;
  }

  /** @returns how far it came, and over how many tags. */
  #readTags(bytes: Buffer, from: number): { readonly end: number; readonly tags: number } {
    let at = from;
    for (let tags = 0; ; tags++) {
      const start = at + BACK_POINTER_BYTES;
      const body = start + TAG_HEADER_BYTES;
      this.#needed = body - at;
      if (body > bytes.length) return { end: at, tags };
      const size = bytes.readUIntBE(start + 1, 3);
      if (size > MAX_TAG_BYTES) throw malformed('a tag is too large');
      this.#needed += size;
      if (body + size > bytes.length) return { end: at, tags };
      const timeMs = bytes.readUIntBE(start + 4, 3) + (bytes[start + 7] ?? 0) * 0x1000000;
      this.#readTag((bytes[start] ?? 0) & 0x1f, bytes.subarray(body, body + size), timeMs);
      at = body + size;
    }
  }

  #readTag(type: number, body: Buffer, timeMs: number): void {
    if (type === TAG.video) this.#readVideo(body, timeMs);
    else if (type === TAG.audio) this.#readAudio(body, timeMs);
  }

  #readVideo(body: Buffer, timeMs: number): void {
    const first = body[0] ?? 0;
    if ((first & 0x80) !== 0) {
      this.#readEnhancedVideo(first & 0x0f, body, timeMs);
      return;
    }
    const codec = VIDEO_CODECS[first & 0x0f];
    if (codec === undefined) {
      this.#sink.onTrouble('FLV video in a codec that is not carried');
      return;
    }
    if (body.length < 5) return;
    const data = body.subarray(5);
    if (body[1] === 0) this.#sink.onVideoConfig(codec, data);
    else if (body[1] === 1) this.#sink.onVideo(codec, data, timeMs, body.readIntBE(2, 3));
  }

  /** Packet types: 0 configuration, 1 pictures with a time offset, 3 pictures without. */
  #readEnhancedVideo(packetType: number, body: Buffer, timeMs: number): void {
    const codec = FOUR_CCS[body.toString('latin1', 1, 5)];
    if (codec === undefined) {
      this.#sink.onTrouble('FLV video in a codec that is not carried');
    } else if (packetType === 0) {
      this.#sink.onVideoConfig(codec, body.subarray(5));
    } else if (packetType === 1 && body.length >= 8) {
      this.#sink.onVideo(codec, body.subarray(8), timeMs, body.readIntBE(5, 3));
    } else if (packetType === 3) {
      this.#sink.onVideo(codec, body.subarray(5), timeMs, 0);
    }
  }

  #readAudio(body: Buffer, timeMs: number): void {
    const format = (body[0] ?? 0) >> 4;
    if (format !== AAC) {
      this.#sink.onTrouble('FLV sound in a codec that is not carried');
      return;
    }
    if (body.length < 3) return;
    if (body[1] === 0) this.#sink.onAacConfig(body.subarray(2));
    else if (body[1] === 1) this.#sink.onAac(body.subarray(2), timeMs);
  }
}

/** @returns the size of the header. */
function readHeader(bytes: Buffer): number {
  if (bytes.toString('latin1', 0, 3) !== 'FLV') throw malformed('it does not begin like one');
  const size = bytes.readUInt32BE(5);
  if (size < HEADER_BYTES || size > MAX_HEADER_BYTES) throw malformed('its header has no believable size');
  return size;
}

function malformed(why: string): MediaError {
  return new MediaError('VIDEO_MALFORMED', `The FLV of the camera cannot be read: ${why}`);
}
