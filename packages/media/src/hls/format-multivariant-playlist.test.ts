import { expect, it } from 'vitest';
import { AUDIO, VIDEO } from '../fmp4/testing-configs.ts';
import { formatMultivariantPlaylist } from './format-multivariant-playlist.ts';

it('describes the one variant, with the size as it is shown', () => {
  const video = { ...VIDEO, width: 704, height: 576, sampleAspectRatio: [12, 11] as const };
  expect(
    formatMultivariantPlaylist([
      {
        uri: 'media.m3u8',
        config: { video, audio: AUDIO },
        peakBitrate: 2_100_000.4,
        averageBitrate: 1_900_000,
        fps: 24.97,
        gopMs: 2000,
      },
    ]),
  ).toBe(
    '#EXTM3U\n#EXT-X-VERSION:6\n' +
      '#EXT-X-STREAM-INF:BANDWIDTH=2100001,AVERAGE-BANDWIDTH=1900000,CODECS="avc1.64001e,mp4a.40.2",' +
      'RESOLUTION=768x576,FRAME-RATE=24.970,CLOSED-CAPTIONS=NONE\nmedia.m3u8\n',
  );
});

it('leaves out what it does not know', () => {
  const config = { video: undefined, audio: AUDIO };
  const text = formatMultivariantPlaylist([
    {
      uri: 'a.m3u8',
      config,
      peakBitrate: 0,
      averageBitrate: 0,
      fps: undefined,
      gopMs: undefined,
    },
  ]);
  expect(text).toContain(
    '#EXT-X-STREAM-INF:BANDWIDTH=1,AVERAGE-BANDWIDTH=1,CODECS="mp4a.40.2",CLOSED-CAPTIONS=NONE\n',
  );
});

it('lists the renditions in their order, each with its own codecs', () => {
  const rates = { peakBitrate: 2_000_000, averageBitrate: 1_800_000, fps: 25, gopMs: 2000 };
  const main = { ...VIDEO, codecString: 'hvc1.1.6.L120.90', width: 1920, height: 1080 };
  const text = formatMultivariantPlaylist([
    { uri: 'media.m3u8', config: { video: main, audio: undefined }, ...rates },
    { uri: 'sub-media.m3u8', config: { video: VIDEO, audio: undefined }, ...rates, peakBitrate: 300_000 },
  ]);
  expect(text.match(/CODECS="[^"]*"|^[^#].*$/gm)).toEqual([
    'CODECS="hvc1.1.6.L120.90"',
    'media.m3u8',
    'CODECS="avc1.64001e"',
    'sub-media.m3u8',
  ]);
});
