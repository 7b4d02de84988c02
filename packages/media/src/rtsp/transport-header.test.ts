import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTransportHeader } from './transport-header.ts';

const CH01 = { rtp: 0, rtcp: 1 };

test.each([
  ['RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0cc5bd3a;mode="play"', CH01, false, 0x0cc5_bd3a],
  ['RTP/AVP/TCP;unicast;interleaved=0-1;ssrc= d6d6627', CH01, false, 0x0d6d_6627],
  ['RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=     D93FF', CH01, false, 0xd_93ff],
  ['RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0', CH01, false, undefined],
  ['RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=1449463210', CH01, false, undefined],
  ['RTP/AVP/TCP;ssrc=22345684;interleaved=0-1', CH01, false, 0x2234_5684],
  ['RTP/AVP;unicast;destination=1.2.3.4;source=;interleaved=0-1', CH01, false, undefined],
  ['RTP/AVP/TCP;unicast;interleaved=4', { rtp: 4, rtcp: 5 }, false, undefined],
  ['RTP/AVP/TCP; unicast; Interleaved = 10 - 11', { rtp: 10, rtcp: 11 }, false, undefined],
  ['RTP/AVP/TCP;unicast', undefined, false, undefined],
  ['RTP/AVP/TCP;interleaved=0-1,RTP/AVP;client_port=1-2', CH01, false, undefined],
  ['RTP/AVP;unicast;client_port=14186;server_port=0;source=', undefined, true, undefined],
  ['RTP/AVP/TCP;interleaved=300-301', undefined, false, undefined],
  ['RTP/AVP/TCP;interleaved=255', undefined, false, undefined],
  // RTP and RTCP on one channel
  ['RTP/AVP/TCP;interleaved=3-3', { rtp: 3, rtcp: 3 }, false, undefined],
  ['', undefined, false, undefined],
  [';;;=;ssrc=;interleaved=', undefined, false, undefined],
])('%s', (value, channels, isUdp, ssrc) => {
  expect(parseTransportHeader(value)).toMatchObject({ channels, isUdp, ssrc });
});

test.each([
  ['RTP/AVP;unicast;client_port=5000-5001;server_port=6256-6257', { rtp: 6256, rtcp: 6257 }, undefined],
  ['RTP/AVP/UDP;unicast;source=10.0.0.9;server_port=6256', { rtp: 6256, rtcp: 6257 }, '10.0.0.9'],
  ['RTP/AVP;unicast;server_port=6256-6256', { rtp: 6256, rtcp: 6257 }, undefined],
  ['RTP/AVP;unicast;server_port=0-0;source=', undefined, undefined],
  ['RTP/AVP;unicast;client_port=14186', undefined, undefined],
  ['RTP/AVP;server_port=70000-70001', undefined, undefined],
  ['RTP/AVP;server_port=x', undefined, undefined],
])('%s: where datagrams come from', (value, serverPorts, source) => {
  expect(parseTransportHeader(value)).toMatchObject({ isUdp: true, isTcp: false, serverPorts, source });
});

test('multicast is recognised', () => {
  expect(parseTransportHeader('RTP/AVP;multicast;destination=239.0.0.1;port=5000-5001;ttl=5')).toMatchObject({
    isMulticast: true,
  });
});

test('any text: ports and channels in their ranges', () => {
  const parameter = fc.tuple(
    fc.constantFrom('interleaved', 'server_port', 'client_port', 'ssrc', 'source', 'x'),
    fc.oneof(
      fc.string(),
      fc.nat(99_999).map(String),
      fc.tuple(fc.nat(70_000), fc.nat(70_000)).map((p) => p.join('-')),
    ),
  );
  const header = fc.oneof(
    fc.string(),
    fc.array(parameter).map((list) => `RTP/AVP;${list.map((pair) => pair.join('=')).join(';')}`),
  );
  fc.assert(
    fc.property(header, (value) => {
      const { channels, serverPorts, ssrc } = parseTransportHeader(value);
      for (const channel of [channels?.rtp ?? 0, channels?.rtcp ?? 0])
        expect(channel).toBeLessThanOrEqual(255);
      const ports = serverPorts ?? { rtp: 1, rtcp: 1 };
      expect(Math.min(ports.rtp, ports.rtcp)).toBeGreaterThan(0);
      expect(ports.rtp).toBeLessThanOrEqual(65_535);
      expect(ssrc ?? 1).toBeGreaterThan(0);
    }),
  );
});
