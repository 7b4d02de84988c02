import { expect, it } from 'vitest';
import { encodeKeyframeRequest } from './keyframe-request.ts';

it('writes a picture loss indication', () => {
  // V=2 FMT=1, PT 206, 2 words, sender, media source
  expect(encodeKeyframeRequest('pli', 0x01020304, 0xaabbccdd, 7).toString('hex')).toBe(
    '81ce000201020304aabbccdd',
  );
});

it('writes a full intra request with its number', () => {
  // V=2 FMT=4, PT 206, 4 words, sender, 0, media source, number, reserved
  expect(encodeKeyframeRequest('fir', 0x01020304, 0xaabbccdd, 263).toString('hex')).toBe(
    '84ce00040102030400000000aabbccdd07000000',
  );
});
