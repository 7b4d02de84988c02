/**
 * The `mp4a` sample entry with its `esds` box (ISO/IEC 14496-14 section 5.6; descriptors of ISO/IEC 14496-1
 * section 7.2.6). One descriptor inside the other:
 *
 *   ES_Descriptor ─┬─ DecoderConfigDescriptor ── DecoderSpecificInfo (AudioSpecificConfig)
 *                  └─ SLConfigDescriptor
 */
import type { AudioConfig } from '../sample.ts';
import { TRACK_IDS } from './track-id.ts';
import { box, fullBox, u16, u32, u8 } from './box.ts';

const TAG = { elementaryStream: 0x03, decoderConfig: 0x04, decoderSpecific: 0x05, syncLayer: 0x06 } as const;
/** Object type "MPEG-4 audio". */
const MPEG4_AUDIO = 0x40;
/** Stream type audio (5) in the upper six bits, reserved bit set. */
const AUDIO_STREAM = (5 << 2) | 1;

/** Encodes the sample entry of one AAC track. */
export function audioSampleEntry(audio: AudioConfig): Buffer {
  // A 16.16 field: rates above 65 535 Hz do not fit and are left to the AudioSpecificConfig.
  const sampleRate = audio.sampleRate > 0xffff ? 0 : audio.sampleRate * 0x10000;
  return box(
    'mp4a',
    u32(0), // reserved
    u16(0, 1), // reserved, data reference
    u32(0, 0), // reserved
    u16(audio.channels, 16, 0, 0), // channels, bits per sample, pre-defined, reserved
    u32(sampleRate),
    fullBox('esds', 0, 0, encodeElementaryStream(audio.decoderConfig)),
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
