import { describe, expect, it } from 'vitest';
import { parseSdp } from './sdp.ts';
import { chooseTracks } from './setup-tracks.ts';

const choose = (...lines: readonly string[]) => chooseTracks(parseSdp(Buffer.from(lines.join('\r\n'))).media);
const JPEG = 'm=video 0 RTP/AVP 26';
const H264 = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000'];
const AAC = ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/48000', 'a=fmtp:97 mode=AAC-hbr'];

describe('chooseTracks', () => {
  it.each([
    ['video before single pictures', [JPEG, ...H264], { video: 1, audio: undefined }],
    [
      'single pictures where there is nothing else, and no sound beside them',
      [...AAC, JPEG],
      { video: 1, audio: undefined },
    ],
    ['sound beside video', [JPEG, ...AAC, ...H264], { video: 2, audio: 1 }],
  ])('takes %s', (_name, lines, expected) => {
    expect(choose(...lines)).toEqual(expected);
  });

  it('reads the size of pictures that are too large for their packets', () => {
    const sizes = [
      'a=framesize:26 2560-1920',
      'a=x-dimensions:3840,2160',
      'a=x-dimensions:0,5',
      'a=framesize:big',
    ].map((line) => parseSdp(Buffer.from(`${JPEG}\r\n${line}`)).media[0]?.dimensions);
    expect(sizes).toEqual([
      { width: 2560, height: 1920 },
      { width: 3840, height: 2160 },
      undefined,
      undefined,
    ]);
  });
});
