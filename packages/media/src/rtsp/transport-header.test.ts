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
  ['RTP/AVP/TCP;interleaved=3-3', undefined, false, undefined],
  ['', undefined, false, undefined],
  [';;;=;ssrc=;interleaved=', undefined, false, undefined],
])('%s', (value, channels, isUdp, ssrc) => {
  expect(parseTransportHeader(value)).toEqual({ channels, isUdp, ssrc });
});
