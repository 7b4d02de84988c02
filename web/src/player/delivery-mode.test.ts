import { describe, expect, it } from 'vitest';
import {
  capabilitiesFor,
  hasAllFailed,
  modeChain,
  modeForAttempt,
  type Capabilities,
  type DeliveryMode,
} from './delivery-mode.ts';

const ALL: Capabilities = { hasMediaSource: true, hasWebSocket: true, hasNativeHls: false, hasWebrtc: false };
const IPHONE: Capabilities = {
  hasMediaSource: false,
  hasWebSocket: true,
  hasNativeHls: true,
  hasWebrtc: false,
};
const NOTHING: Capabilities = {
  hasMediaSource: false,
  hasWebSocket: true,
  hasNativeHls: false,
  hasWebrtc: false,
};

describe('modeChain', () => {
  it.each<[string, DeliveryMode, Capabilities, readonly DeliveryMode[]]>([
    ['WebRTC, then hardier', 'webrtc', { ...ALL, hasWebrtc: true }, ['webrtc', 'mse', 'llhls', 'hls']],
    ['no WebRTC here', 'webrtc', ALL, ['mse', 'llhls', 'hls']],
    ['fast first, then hardier', 'mse', ALL, ['mse', 'llhls', 'hls']],
    ['never faster than wished', 'llhls', ALL, ['llhls', 'hls']],
    ['the default has nothing to fall back to', 'hls', ALL, ['hls']],
    ['no WebSocket', 'mse', { ...ALL, hasWebSocket: false }, ['llhls', 'hls']],
    ['native HLS only', 'mse', IPHONE, ['llhls', 'hls']],
    ['a browser that can play nothing', 'mse', NOTHING, []],
  ])('%s', (_name, preferred, capabilities, chain) => {
    expect(modeChain(preferred, capabilities)).toEqual(chain);
  });
});

describe('capabilitiesFor', () => {
  it.each([
    [true, '/whep/key', true],
    [true, null, false],
    [false, '/whep/key', false],
  ])('a browser with WebRTC (%s) and the address %s', (hasWebrtc, whep, expected) => {
    expect(capabilitiesFor({ ...ALL, hasWebrtc }, { whep })).toEqual({ ...ALL, hasWebrtc: expected });
  });
});

describe('modeForAttempt', () => {
  it('gives the wished mode two tries, then lets the modes take turns', () => {
    const modes = [0, 1, 2, 3, 4, 5].map((failed) => modeForAttempt(['mse', 'llhls', 'hls'], failed));
    expect(modes).toEqual(['mse', 'mse', 'llhls', 'hls', 'mse', 'llhls']);
  });

  it('knows no other mode when there is only one', () => {
    expect([0, 2, 7].map((failed) => modeForAttempt(['hls'], failed))).toEqual(['hls', 'hls', 'hls']);
    expect(modeForAttempt([], 0)).toBeUndefined();
  });
});

describe('hasAllFailed', () => {
  it('is true once each mode has had its turn', () => {
    const chain = ['mse', 'llhls', 'hls'] as const;
    expect([2, 3, 4, 5].map((failed) => hasAllFailed(chain, failed))).toEqual([false, false, true, true]);
    expect([0, 1, 2].map((failed) => hasAllFailed(['hls'], failed))).toEqual([false, false, true]);
  });
});
