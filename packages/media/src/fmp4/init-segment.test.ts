import { describe, expect, it } from 'vitest';
import { flacFormat } from '../flac/flac-format.ts';
import { OPUS_FORMAT } from '../opus/opus-format.ts';
import { findBox, formatBoxTree, readBoxes } from './box-reader.ts';
import { encodeInitSegment } from './init-segment.ts';
import { AUDIO, VIDEO } from './testing-configs.ts';

describe('encodeInitSegment', () => {
  it('has this structure for video and audio', () => {
    const init = encodeInitSegment({ video: VIDEO, audio: AUDIO });
    expect(`\n${formatBoxTree(readBoxes(init))}`).toBe(`
ftyp 24
moov 1027
  mvhd 108
  trak 434
    tkhd 92
    mdia 334
      mdhd 32
      hdlr 38
      minf 256
        vmhd 20
        dinf 36
          dref 28
            url  12
        stbl 192
          stsd 116
            avc1 100
              avcC 14
          stts 16
          stsc 16
          stsz 20
          stco 16
  trak 405
    tkhd 92
    mdia 305
      mdhd 32
      hdlr 38
      minf 227
        smhd 16
        dinf 36
          dref 28
            url  12
        stbl 167
          stsd 91
            mp4a 75
              esds 39
          stts 16
          stsc 16
          stsz 20
          stco 16
  mvex 72
    trex 32
    trex 32
`);
  });

  it.each([
    ['both tracks are no CMAF track', { video: VIDEO, audio: AUDIO }, 'iso6mp41'],
    ['video alone is one', { video: VIDEO, audio: undefined }, 'iso6mp41cmfc'],
  ] as const)('brands: %s', (_name, config, brands) => {
    const fileType = findBox(readBoxes(encodeInitSegment(config)), 'ftyp')?.content.toString('latin1');
    expect(fileType).toBe(`iso6\0\0\0\0${brands}`);
  });

  it('describes the picture: pixel shape, colours, display size', () => {
    const video = {
      ...VIDEO,
      width: 704,
      height: 576,
      sampleAspectRatio: [16, 11] as const,
      colour: { primaries: 1, transfer: 13, matrix: 6, fullRange: true },
    };
    const boxes = readBoxes(encodeInitSegment({ video, audio: undefined }));
    const entry = 'moov/trak/mdia/minf/stbl/stsd/avc1';
    expect(findBox(boxes, entry)?.content.readUInt16BE(24)).toBe(704);
    expect(findBox(boxes, entry)?.content.readUInt16BE(26)).toBe(576);
    expect(findBox(boxes, `${entry}/pasp`)?.content.toString('hex')).toBe('000000100000000b');
    expect(findBox(boxes, `${entry}/colr`)?.content.toString('hex')).toBe('6e636c780001000d000680');
    expect(findBox(boxes, 'moov/trak/tkhd')?.content.subarray(-8).toString('hex')).toBe('0400000002400000');
  });

  it('puts AudioSpecificConfig into nested descriptors', () => {
    const boxes = readBoxes(encodeInitSegment({ video: undefined, audio: AUDIO }));
    expect(findBox(boxes, 'moov/trak/mdia/minf/stbl/stsd/mp4a/esds')?.content.toString('hex')).toBe(
      '00000000' + // version and flags
        '0319' +
        '000200' + // ES_Descriptor, 25 bytes: id 2, no flags
        '0411' +
        '4015000000' +
        '0000000000000000' + // DecoderConfig, 17 bytes: MPEG-4 audio, rates not known
        '0502' +
        '1188' + // DecoderSpecificInfo: AAC-LC 48 kHz mono
        '0601' +
        '02', // SLConfig: MP4
    );
  });

  it('leaves out a sampling rate that does not fit its field', () => {
    const boxes = readBoxes(encodeInitSegment({ video: undefined, audio: { ...AUDIO, sampleRate: 96_000 } }));
    expect(findBox(boxes, 'moov/trak/mdia/minf/stbl/stsd/mp4a')?.content.readUInt32BE(24)).toBe(0);
  });

  it.each([
    ['FLAC', flacFormat(8000, 1).config, 'fLaC', 'dfLa', '00000000' + '80000022' + '01400140', 1, 8000],
    ['Opus', OPUS_FORMAT.config, 'Opus', 'dOps', '0002' + '0138' + '0000bb80' + '000000', 2, 48_000],
  ] as const)('describes %s', (_name, audio, entry, box, content, channels, rate) => {
    const boxes = readBoxes(encodeInitSegment({ video: undefined, audio }));
    const path = `moov/trak/mdia/minf/stbl/stsd/${entry}`;
    const fields = findBox(boxes, path)?.content;
    expect(fields?.readUInt16BE(16)).toBe(channels);
    expect(fields?.readUInt16BE(18)).toBe(16);
    expect(fields?.readUInt32BE(24)).toBe(rate * 0x10000);
    expect(findBox(boxes, `${path}/${box}`)?.content.toString('hex').startsWith(content)).toBe(true);
  });
});

describe('H.265', () => {
  it('has the entry hvc1 with hvcC', () => {
    const video = {
      ...VIDEO,
      codec: 'h265',
      codecString: 'hvc1.1.6.L93.B0',
      decoderConfig: Buffer.alloc(23, 1),
    } as const;
    const init = encodeInitSegment({ video, audio: undefined });
    const tree = formatBoxTree(readBoxes(init));
    expect(tree).toMatch(/stsd \d+\n +hvc1 \d+\n +hvcC 31\n/);
    expect(tree).not.toContain('avc');
  });
});
