/**
 * The sample entry of an audio track: the fields of ISO/IEC 14496-12 section 12.2.3, then the codec's own box.
 *
 *   mp4a ── esds   ISO/IEC 14496-14 section 5.6: ES_Descriptor ─┬─ DecoderConfigDescriptor ── AudioSpecificConfig
 *                                                               └─ SLConfigDescriptor
 *   Opus ── dOps   Encapsulation of Opus in ISO Base Media File Format, section 4.3
 *   fLaC ── dfLa   Encapsulation of FLAC in ISO Base Media File Format, section 3.3: the metadata blocks
 */
import type { AudioConfig } from '../sample.ts';
import { TRACK_IDS } from './track-id.ts';
import { box, fullBox, u16, u32, u8 } from './box.ts';

const TAG = { elementaryStream: 0x03, decoderConfig: 0x04, decoderSpecific: 0x05, syncLayer: 0x06 } as const;
/** Object type "MPEG-4 audio". */
const MPEG4_AUDIO = 0x40;
/** Stream type audio (5) in the upper six bits, reserved bit set. */
const AUDIO_STREAM = (5 << 2) | 1;

/** Encodes the sample entry of one audio track. */
export function audioSampleEntry(audio: AudioConfig): Buffer {
  switch (audio.codec) {
    case 'aac':
      return sampleEntry('mp4a', audio, fullBox('esds', 0, 0, encodeElementaryStream(audio.decoderConfig)));
    case 'opus':
      return sampleEntry('Opus', audio, box('dOps', audio.decoderConfig));
    case 'flac':
      return sampleEntry('fLaC', audio, fullBox('dfLa', 0, 0, audio.decoderConfig));
  }
}

function sampleEntry(type: string, audio: AudioConfig, codecBox: Buffer): Buffer {
  // A 16.16 field: rates above 65 535 Hz do not fit and are left to the codec's box.
  const sampleRate = audio.sampleRate > 0xffff ? 0 : audio.sampleRate * 0x10000;
  return box(
    type,
    u32(0), // reserved
    u16(0, 1), // reserved, data reference
    u32(0, 0), // reserved
    u16(audio.channels, 16, 0, 0), // channels, bits per sample, pre-defined, reserved
    u32(sampleRate),
    codecBox,
  );
}

function encodeElementaryStream(audioSpecificConfig: Buffer): Buffer {
  return descriptor(
    TAG.elementaryStream,
    u16(TRACK_IDS.audio),
    u8(0), // no flags, priority 0
    descriptor(
      TAG.decoderConfig,
      u8(MPEG4_AUDIO, AUDIO_STREAM, 0, 0, 0), // then 24 bits of buffer size: not known
      u32(0, 0), // maximum and average bit rate: not known
      descriptor(TAG.decoderSpecific, audioSpecificConfig),
    ),
    descriptor(TAG.syncLayer, u8(2)), // predefined: MP4 file
  );
}

/** Tag, length in seven-bit groups (the shortest form), content. */
function descriptor(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length: number[] = [body.length & 0x7f];
  for (let rest = body.length >>> 7; rest > 0; rest >>>= 7) length.unshift((rest & 0x7f) | 0x80);
  return Buffer.concat([u8(tag, ...length), body]);
}
