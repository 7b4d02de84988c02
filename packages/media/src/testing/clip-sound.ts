/**
 * Sound other than AAC with AU headers, for the fake camera: a tone made here, or AAC packed in another way. The encoders
 * are written apart from the engine's tables on purpose.
 */
import type { ClipAudio } from './clip.ts';
import { latmConfigHex, latmElement } from './latm-writer.ts';
import { OPUS_TONE, OPUS_TONE_TICKS } from './opus-tone.ts';

export type ToneEncoding = 'PCMU' | 'PCMA' | 'L16' | 'PCM';

export interface ToneOptions {
  /** Hz. Default 8000. */
  readonly sampleRate?: number;
  /** Default 1. */
  readonly channels?: number;
  /** Length of a packet, ms. Default 20. */
  readonly packetMs?: number;
}

const TONE_HZ = 400;
const LOUDNESS = 12_000;

/** A second of a tone, uncompressed; the other channel, where there is one, has it upside down. */
export function createTone(encoding: ToneEncoding, options: ToneOptions = {}): ClipAudio {
  const { sampleRate = 8000, channels = 1, packetMs = 20 } = options;
  const frameTicks = Math.round((sampleRate * packetMs) / 1000);
  const count = Math.floor(sampleRate / frameTicks);
  const frames = Array.from({ length: count }, (_, frame) => {
    const parts: Buffer[] = [];
    for (let at = 0; at < frameTicks; at++) {
      const value = toneSample(frame * frameTicks + at, sampleRate);
      for (let channel = 0; channel < channels; channel++) {
        parts.push(encodeSample(encoding, channel === 0 ? value : -value));
      }
    }
    return Buffer.concat(parts);
  });
  return { sampleRate, channels, config: Buffer.alloc(0), frames, rtp: { encoding, frameTicks } };
}

/** The tone's sample at tick `at`, 16 bits. */
export function toneSample(at: number, sampleRate: number): number {
  return Math.round(LOUDNESS * Math.sin((2 * Math.PI * TONE_HZ * at) / sampleRate));
}

/** Opus as RTP announces it: 48 000 ticks a second and two channels, whatever is inside. */
export function createOpusTone(): ClipAudio {
  const rtp = { encoding: 'OPUS', frameTicks: OPUS_TONE_TICKS };
  return { sampleRate: 48_000, channels: 2, config: Buffer.alloc(0), frames: OPUS_TONE, rtp };
}

/** The frames of `audio` as MP4A-LATM, the configuration in the description or in each element. */
export function packAsLatm(audio: ClipAudio, where: 'sdp' | 'in-band'): ClipAudio {
  const shape = { aac: audio.config.toString('hex') };
  const isInBand = where === 'in-band';
  return {
    ...audio,
    frames: audio.frames.map((frame) => latmElement([frame], isInBand ? shape : 'sdp')),
    rtp: {
      encoding: 'MP4A-LATM',
      fmtp: isInBand ? 'cpresent=1' : `cpresent=0;config=${latmConfigHex(shape)}`,
      frameTicks: 1024,
    },
  };
}

function encodeSample(encoding: ToneEncoding, value: number): Buffer {
  switch (encoding) {
    case 'PCMU':
      return Buffer.of(encodeMuLaw(value));
    case 'PCMA':
      return Buffer.of(encodeALaw(value));
    case 'L16':
      return Buffer.of((value >> 8) & 0xff, value & 0xff);
    case 'PCM':
      return Buffer.of(value & 0xff, (value >> 8) & 0xff);
  }
}

/** ITU-T G.711 table 2: 14 bits of magnitude with a bias of 33, in eight segments. */
export function encodeMuLaw(value: number): number {
  const biased = Math.min(8158, Math.abs(value) >> 2) + 33;
  const segment = Math.floor(Math.log2(biased)) - 5;
  const step = (biased >> (segment + 1)) & 15;
  return ~((value < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

/** ITU-T G.711 table 1: 13 bits of magnitude, in eight segments of which the first two have one step width. */
export function encodeALaw(value: number): number {
  const magnitude = Math.min(4095, value < 0 ? (-value - 1) >> 3 : value >> 3);
  const segment = magnitude < 32 ? 0 : Math.floor(Math.log2(magnitude)) - 4;
  const step = (magnitude >> Math.max(1, segment)) & 15;
  return ((value < 0 ? 0 : 0x80) | (segment << 4) | step) ^ 0x55;
}
