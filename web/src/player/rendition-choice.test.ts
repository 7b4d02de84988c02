import type { StreamRendition } from '@pantau/contract/stream';
import { describe, expect, it } from 'vitest';
import { RenditionChooser, type ViewingSituation } from './rendition-choice.ts';

const MAIN: StreamRendition = {
  name: 'main',
  is_available: true,
  video: { codec: 'H.264', codec_string: 'avc1.640028', width: 1920, height: 1080, fps: 25 },
  bitrate: 2_000_000,
};
const SUB: StreamRendition = {
  name: 'sub',
  is_available: true,
  video: { codec: 'H.264', codec_string: 'avc1.42c01e', width: 640, height: 360, fps: 15 },
  bitrate: 300_000,
};
const H265: StreamRendition = {
  ...MAIN,
  video: { codec: 'H.265', codec_string: 'hvc1.1.6.L120.90', width: 1920, height: 1080, fps: 25 },
};
const PLAIN: ViewingSituation = {
  renditions: [MAIN, SUB],
  wish: 'auto',
  boxPx: 720,
  isSavingData: false,
  canDecode: () => true,
};

describe('RenditionChooser', () => {
  it.each<[string, Partial<ViewingSituation>, 'main' | 'sub' | undefined]>([
    ['a large box', {}, 'main'],
    ['a box that is not laid out yet', { boxPx: 0 }, 'main'],
    ['a card', { boxPx: 180 }, 'sub'],
    ['a card on a fine screen', { boxPx: 440 }, 'sub'],
    ['a box between the sizes', { boxPx: 500 }, 'main'],
    ['a card, the sub never seen', { boxPx: 180, renditions: [MAIN, { ...SUB, video: null }] }, 'sub'],
    ['saving data', { isSavingData: true }, 'sub'],
    ['a wish for the large one on a card', { wish: 'main', boxPx: 100, isSavingData: true }, 'main'],
    ['a wish for the small one', { wish: 'sub' }, 'sub'],
    ['one size', { renditions: [MAIN], boxPx: 100 }, undefined],
    ['no size', { renditions: [] }, undefined],
    ['a dead sub', { renditions: [MAIN, { ...SUB, is_available: false }], wish: 'sub' }, 'main'],
    ['a dead main', { renditions: [{ ...MAIN, is_available: false }, SUB], wish: 'main' }, 'sub'],
    [
      'a codec that the device lacks',
      { renditions: [H265, SUB], wish: 'main', canDecode: (codec) => !codec.startsWith('hvc1') },
      'sub',
    ],
    ['a device that lacks both', { canDecode: () => false }, undefined],
  ])('%s', (_what, change, chosen) => {
    expect(new RenditionChooser().choose({ ...PLAIN, ...change }, 0)).toBe(chosen);
  });

  it('steps down when the picture stops, and is slower to return each time', () => {
    const chooser = new RenditionChooser();
    chooser.noteStall(0);
    expect(chooser.choose(PLAIN, 59_999)).toBe('sub');
    expect(chooser.choose(PLAIN, 60_000)).toBe('main');
    chooser.noteStall(61_000);
    expect(chooser.choose(PLAIN, 61_000 + 119_999)).toBe('sub');
    expect(chooser.choose(PLAIN, 61_000 + 120_000)).toBe('main');
    for (let stall = 0; stall < 20; stall++) chooser.noteStall(1_000_000);
    expect(chooser.choose(PLAIN, 1_000_000 + 600_000)).toBe('main');
  });

  it('leaves alone what did not come, for a minute, and forgets it when the visitor chooses', () => {
    const chooser = new RenditionChooser();
    chooser.noteFailure('main', 0);
    expect(chooser.choose({ ...PLAIN, wish: 'main' }, 30_000)).toBe('sub');
    expect(chooser.choose({ ...PLAIN, wish: 'main' }, 60_000)).toBe('main');
    chooser.noteFailure('main', 60_000);
    chooser.forgive();
    expect(chooser.choose(PLAIN, 60_000)).toBe('main');
  });
});
