import { describe, expect, it } from 'vitest';
import { HlsPresence, clientKey } from './hls-presence.ts';

describe('HlsPresence', () => {
  it('counts who asked lately', () => {
    const presence = new HlsPresence(10);
    expect(presence.touch('a', 0)).toBe(true);
    presence.touch('b', 5_000);
    expect(presence.touch('a', 8_000)).toBe(false);
    presence.expire(15_001, 10_000);
    expect(presence.size).toBe(1);
    presence.expire(18_001, 10_000);
    expect(presence.size).toBe(0);
  });

  it('forgets the one silent longest when full', () => {
    const presence = new HlsPresence(2);
    presence.touch('a', 0);
    presence.touch('b', 1);
    presence.touch('a', 2);
    presence.touch('c', 3);
    expect(presence.size).toBe(2);
    expect(presence.touch('a', 4)).toBe(false);
    expect(presence.touch('b', 5)).toBe(true);
  });
});

describe('clientKey', () => {
  it('tells addresses and browsers apart, and is short', () => {
    const keys = [
      clientKey('10.0.0.1', 'Chrome'),
      clientKey('10.0.0.2', 'Chrome'),
      clientKey('10.0.0.1', 'Firefox'),
      clientKey('10.0.0.1', undefined),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(clientKey('10.0.0.1', 'x'.repeat(100_000)).length).toBeLessThan(20);
  });
});
