/**
 * The `avc1` and `hvc1` sample entries (ISO/IEC 14496-12 section 12.1.3, ISO/IEC 14496-15 sections 5.4.2.1 and 8.4.1):
 * parameter sets live in `avcC` or `hvcC`, never in the samples, which is what Safari and hardware decoders expect.
 */
import type { ColourDescription, VideoConfig } from '../sample.ts';
import { ascii, box, u16, u32, u8 } from './box.ts';

/** Type of the sample entry and of the box with the decoder configuration in it. JPEG pictures are in no MP4. */
const BOX_TYPES: Readonly<Record<VideoConfig['codec'], readonly [entry: string, config: string]>> = {
  h264: ['avc1', 'avcC'],
  h265: ['hvc1', 'hvcC'],
  jpeg: ['jpeg', 'free'],
};

/** Encodes the sample entry with the decoder configuration, and with `pasp` and `colr` where they say something. */
export function videoSampleEntry(video: VideoConfig): Buffer {
  const [horizontal, vertical] = video.sampleAspectRatio;
  const [entry, config] = BOX_TYPES[video.codec];
  return box(
    entry,
    u32(0), // reserved
    u16(0, 1), // reserved, data reference
    u32(0, 0, 0, 0), // pre-defined, reserved, pre-defined
    u16(video.width, video.height),
    u32(0x00480000, 0x00480000, 0), // 72 dpi both ways, reserved
    u16(1), // frames per sample
    Buffer.alloc(32), // compressor name: none
    u16(0x0018, 0xffff), // depth 24, pre-defined
    box(config, video.decoderConfig),
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
