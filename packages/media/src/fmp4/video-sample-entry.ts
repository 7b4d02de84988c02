/**
 * The `avc1` sample entry (ISO/IEC 14496-12 section 12.1.3, ISO/IEC 14496-15 section 5.4.2.1): parameter sets live in
 * `avcC`, never in the samples, which is what Safari and hardware decoders expect.
 */
import type { ColourDescription, VideoConfig } from '../sample.ts';
import { ascii, box, u16, u32, u8 } from './box.ts';

/** Encodes the sample entry with `avcC`, and with `pasp` and `colr` where they say something. */
export function videoSampleEntry(video: VideoConfig): Buffer {
  const [horizontal, vertical] = video.sampleAspectRatio;
  return box(
    'avc1',
    u32(0), // reserved
    u16(0, 1), // reserved, data reference
    u32(0, 0, 0, 0), // pre-defined, reserved, pre-defined
    u16(video.width, video.height),
    u32(0x00480000, 0x00480000, 0), // 72 dpi both ways, reserved
    u16(1), // frames per sample
    Buffer.alloc(32), // compressor name: none
    u16(0x0018, 0xffff), // depth 24, pre-defined
    box('avcC', video.decoderConfig),
    ...(horizontal === vertical ? [] : [box('pasp', u32(horizontal, vertical))]),
    ...(video.colour === undefined ? [] : [encodeColour(video.colour)]),
  );
}

/** On-screen colours, kind `nclx` (ISO/IEC 14496-12 section 12.1.5; code points of ISO/IEC 23091-2). */
function encodeColour(colour: ColourDescription): Buffer {
  return box(
    'colr',
    ascii('nclx'),
    u16(colour.primaries, colour.transfer, colour.matrix),
    u8(colour.fullRange ? 0x80 : 0),
  );
}
