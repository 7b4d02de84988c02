import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { FlvReader } from './flv-reader.ts';
import { flvHeader, flvTag } from './testing-tags.ts';

function read(chunks: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const reader = new FlvReader({
    onVideoConfig: (codec, record) => seen.push(`config ${codec} ${record.toString('hex')}`),
    onVideo: (codec, data, dtsMs, offsetMs) =>
      seen.push(`${codec} ${dtsMs}+${offsetMs} ${data.toString('hex')}`),
    onAacConfig: (config) => seen.push(`aac config ${config.toString('hex')}`),
    onAac: (frame, timeMs) => seen.push(`aac ${timeMs} ${frame.toString('hex')}`),
    onTrouble: (message) => seen.push(`! ${message}`),
  });
  for (const chunk of chunks) reader.push(chunk);
  return seen;
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('FlvReader', () => {
  const stream = Buffer.concat([
    flvHeader(),
    flvTag(18, 0, hex('02000a6f6e4d65746144617461')),
    flvTag(9, 0, hex('17 00 000000 0142')),
    flvTag(8, 0, hex('af 00 1190')),
    flvTag(9, 40, hex('17 01 000050 00000001 65')),
    flvTag(8, 41, hex('af 01 2100')),
    flvTag(9, 80, hex('27 01 ffffd8 00000001 41')),
    flvTag(9, 0x1234567, hex('27 01 000000 00000001 41')),
  ]);
  const EXPECTED = [
    'config h264 0142',
    'aac config 1190',
    'h264 40+80 0000000165',
    'aac 41 2100',
    'h264 80+-40 0000000141',
    `h264 ${0x1234567}+0 0000000141`,
  ];

  it('reads configurations, pictures with their offsets, and sound', () => {
    expect(read([stream])).toEqual(EXPECTED);
    expect(read([...stream].map((byte) => Buffer.from([byte])))).toEqual(EXPECTED);
  });

  it('reads H.265 as cameras have long sent it, and as Enhanced RTMP does', () => {
    const tags = [
      '1c 00 000000 01',
      '1c 01 000000 02',
      '90 68766331 03',
      '91 68766331 000050 04',
      '93 68766331 05',
      '92 68766331',
    ];
    expect(read([Buffer.concat([flvHeader(), ...tags.map((body) => flvTag(9, 7, hex(body)))])])).toEqual([
      'config h265 01',
      'h265 7+0 02',
      'config h265 03',
      'h265 7+80 04',
      'h265 7+0 05',
    ]);
  });

  it('steps over what it does not know', () => {
    const tags = [
      flvTag(9, 0, hex('22 00')),
      flvTag(8, 0, hex('7f 00')),
      flvTag(9, 0, hex('90 61763031')),
      flvTag(9, 0, hex('17')),
      flvTag(9, 0, hex('')),
      flvTag(77, 0, hex('00')),
      flvTag(8, 1, hex('af 01 ab')),
    ];
    expect(read([flvHeader(), ...tags]).filter((line) => !line.startsWith('!'))).toEqual(['aac 1 ab']);
  });

  it.each([
    ['another format', Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(100)])],
    [
      'a header that has no end',
      Buffer.concat([Buffer.from('FLV\x01\x05\xff\xff\xff\xff', 'latin1'), Buffer.alloc(100)]),
    ],
    [
      'a tag that has no end',
      Buffer.concat([flvHeader(), hex('00000000 09 ffffff 000000 00 000000'), Buffer.alloc(100)]),
    ],
  ])('refuses %s', (_name, bytes) => {
    expect(() => read([bytes])).toThrow(expect.objectContaining({ code: 'VIDEO_MALFORMED' }));
  });

  it('fails in no other way', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 })), (chunks) => {
        try {
          read([flvHeader(), ...chunks.map((chunk) => Buffer.from(chunk))]);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
    );
  });
});
