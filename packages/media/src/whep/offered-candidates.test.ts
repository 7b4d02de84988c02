import { describe, expect, it } from 'vitest';
import { keepCandidates } from './offered-candidates.ts';

const line = (address: string, transport = 'udp', port: string | number = 50_000) =>
  `a=candidate:1 1 ${transport} 2113937151 ${address} ${port} typ host`;

describe('candidates of an offer', () => {
  it.each(['192.168.1.7', '203.0.113.9', '2001:db8::7', '3f0c2a9e-8a33-4b0f-8f3f-1f6f4c1f2a11.local'])(
    'to %s stay',
    (address) => {
      expect(keepCandidates([line(address)], '198.51.100.1')).toHaveLength(1);
    },
  );

  it.each([
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    'fe80::1',
    '224.0.0.251',
    '::ffff:239.255.255.250',
    'ff02::fb',
    '255.255.255.255',
    'metadata.google.internal',
    'a.b.local',
    '2130706433',
    '',
  ])('to %s are left out', (address) => {
    expect(keepCandidates([line(address)], '198.51.100.1')).toEqual([]);
  });

  it('over TCP, or without a port, are left out; what is no candidate stays', () => {
    const others = ['a=end-of-candidates', 'a=ice-ufrag:x'];
    const given = [line('192.0.2.1', 'TCP'), line('192.0.2.1', 'udp', 'x'), 'a=candidate:', ...others];
    expect(keepCandidates(given, '198.51.100.1')).toEqual(others);
  });

  it('to loopback stay for a viewer on this very machine', () => {
    expect(keepCandidates([line('127.0.0.1')], '::ffff:127.0.0.1')).toHaveLength(1);
    expect(keepCandidates([line('169.254.169.254')], '127.0.0.1')).toEqual([]);
  });

  it('are sixteen at most', () => {
    const many = Array.from({ length: 1000 }, (_, at) => line(`198.51.${at >> 8}.${at & 255}`));
    expect(keepCandidates(many, '198.51.100.1')).toEqual(many.slice(0, 16));
  });
});
