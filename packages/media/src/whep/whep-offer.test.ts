import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choosePayloads, narrowOffer, parseOffer } from './whep-offer.ts';

/** What browsers offer, shortened: the same codec several times with other parameters. */
const OFFER = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 8',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=recvonly',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 103 109 127 49',
  'c=IN IP4 0.0.0.0',
  'a=mid:1',
  'a=recvonly',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:103 H264/90000',
  'a=rtcp-fb:103 nack pli',
  'a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=640032',
  'a=rtpmap:109 H264/90000',
  'a=rtcp-fb:109 nack pli',
  'a=fmtp:109 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtpmap:127 H264/90000',
  'a=fmtp:127 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f',
  'a=rtpmap:49 H265/90000',
  '',
].join('\r\n');

function parse(text: string) {
  const offer = parseOffer(text);
  if (offer === undefined) throw new Error('not parsed');
  return offer;
}

it('an offer of more sections than any browser makes is none', () => {
  const sections = (count: number) => `v=0\r\n${'m=video 9 UDP/TLS/RTP/SAVPF 96\r\n'.repeat(count)}`;
  expect(parseOffer(sections(8))?.sections).toHaveLength(8);
  expect(parseOffer(sections(9))).toBeUndefined();
});

describe('choosing payload types', () => {
  it.each([
    ['High, packetization mode 1', { codec: 'h264', codecString: 'avc1.640028' }, 127],
    ['Constrained Baseline', { codec: 'h264', codecString: 'avc1.42C01F' }, 109],
    ['a profile that is not offered: any with mode 1', { codec: 'h264', codecString: 'avc1.4d0029' }, 109],
    ['H.265', { codec: 'h265', codecString: 'hvc1.1.6.L93.B0' }, 49],
    ['JPEG', { codec: 'jpeg', codecString: 'jpeg' }, undefined],
  ] as const)('takes for %s', (_name, video, payloadType) => {
    expect(choosePayloads(parse(OFFER), video, undefined).video).toBe(payloadType);
  });

  it.each([
    ['opus', 111],
    ['PCMU', 0],
    ['PCMA', 8],
    [undefined, undefined],
  ] as const)('takes for the sound %s', (audio, payloadType) => {
    expect(choosePayloads(parse(OFFER), { codec: 'h264', codecString: 'avc1.42e01f' }, audio).audio).toBe(
      payloadType,
    );
  });

  it('finds nothing where the codec is not offered', () => {
    const offer = parse(OFFER.replaceAll('H264', 'VP9').replaceAll('H265', 'AV1'));
    expect(
      choosePayloads(offer, { codec: 'h264', codecString: 'avc1.42e01f' }, undefined).video,
    ).toBeUndefined();
    expect(choosePayloads(offer, { codec: 'h265', codecString: 'hvc1' }, undefined).video).toBeUndefined();
  });
});

describe('narrowing', () => {
  it('leaves the chosen payload type and what belongs to it', () => {
    const text = narrowOffer(parse(OFFER), { video: 109, audio: 0 }, '192.0.2.1');
    expect(text).toContain('m=video 9 UDP/TLS/RTP/SAVPF 109\r\n');
    expect(text).toContain('a=rtcp-fb:109 nack pli\r\n');
    expect(text).not.toMatch(/:(?:96|103|127|49|111) /);
    expect(text).toContain('m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n');
    expect(text).toContain('a=mid:1\r\n');
  });

  it('leaves a track alone that is not carried', () => {
    expect(narrowOffer(parse(OFFER), { video: 109, audio: undefined }, '192.0.2.1')).toContain(
      'a=rtpmap:111 opus/48000/2',
    );
  });
});

describe('offers that are none', () => {
  it.each(['', 'hello', 'v=0\r\n', 'm=video 9 x 96\r\n', `v=0\r\n${'a=x\r\n'.repeat(5000)}`])(
    '%#',
    (text) => {
      expect(parseOffer(text)).toBeUndefined();
    },
  );

  it('never throw', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(...OFFER.split('\r\n')))), (lines) => {
        const offer = parseOffer(['v=0', ...lines].join('\n'));
        if (offer === undefined) return;
        const chosen = choosePayloads(offer, { codec: 'h264', codecString: 'avc1.42e01f' }, 'opus');
        expect(typeof narrowOffer(offer, chosen, '192.0.2.1')).toBe('string');
      }),
    );
  });
});
