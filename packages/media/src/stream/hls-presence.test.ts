import { describe, expect, it } from 'vitest';
import { HlsPresence } from './hls-presence.ts';

describe('HlsPresence', () => {
  it('counts who asked lately', () => {
    const presence = new HlsPresence(10, 10);
    presence.touch('10.0.0.1', 'Chrome', 0);
    presence.touch('10.0.0.2', 'Chrome', 5_000);
    presence.touch('10.0.0.1', 'Chrome', 8_000);
    expect(presence.size).toBe(2);
    presence.expire(15_001, 10_000);
    expect(presence.size).toBe(1);
    presence.expire(18_001, 10_000);
    expect(presence.size).toBe(0);
  });

  it('tells addresses and browsers apart', () => {
    const presence = new HlsPresence(10, 10);
    presence.touch('10.0.0.1', 'Chrome', 0);
    presence.touch('10.0.0.2', 'Chrome', 0);
    presence.touch('10.0.0.1', 'Firefox', 0);
    presence.touch('10.0.0.1', undefined, 0);
    expect(presence.size).toBe(4);
  });

  it('forgets the one silent longest when full', () => {
    const presence = new HlsPresence(2, 2);
    presence.touch('a', '', 0);
    presence.touch('b', '', 1);
    presence.touch('a', '', 2);
    presence.touch('c', '', 3);
    expect(presence.size).toBe(2);
    presence.expire(3, 1);
    expect(presence.size).toBe(2);
    presence.expire(4, 1);
    expect(presence.size).toBe(1);
  });

  it('believes one address only so many browsers, and counts them again once they are gone', () => {
    const presence = new HlsPresence(20_000, 500);
    presence.touch('10.0.0.2', 'Chrome', 0);
    for (let agent = 0; agent < 100_000; agent++) presence.touch('10.0.0.1', `forged ${agent}`, 0);
    expect(presence.size).toBe(501);
    presence.expire(20_000, 10_000);
    for (let agent = 0; agent < 1_000; agent++) presence.touch('10.0.0.1', `forged ${agent}`, 20_000);
    expect(presence.size).toBe(500);
  });
});
