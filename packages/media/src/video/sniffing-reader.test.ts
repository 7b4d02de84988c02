import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as h264 from '../h264/testing-packetizer.ts';
import { SPS_FIXTURES as H264_FIXTURES, fixtureBytes } from '../h264/testing-sps.ts';
import * as h265 from '../h265/testing-packetizer.ts';
import { SPS_FIXTURES as H265_FIXTURES } from '../h265/testing-sps.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { AccessUnit } from './access-unit.ts';
import { canBeOf, findHintedCodec, findProvenCodec, type NalCodec } from './sniff-codec.ts';
import { SniffingReader } from './sniffing-reader.ts';

const ARRIVAL = { wallMs: 0, monotonicMs: 0 };

/** A group of pictures of either codec: sets, key frame, five more pictures; a timestamp per picture. */
function group(codec: NalCodec, from: number): RtpPacket[] {
  const made =
    codec === 'H264'
      ? { sets: [h264.SPS, h264.PPS], key: h264.makeSlice({ idr: true }), next: h264.makeSlice() }
      : {
          sets: [h265.VPS, h265.SPS, h265.PPS],
          key: h265.makeSlice({ type: h265.SLICE.idr }),
          next: h265.makeSlice(),
        };
  const at = (unit: Uint8Array, picture: number, marker: boolean) =>
    h264.makePacket(unit, { timestamp: from + picture * 3600, marker });
  return [
    ...made.sets.map((set) => at(set, 0, false)),
    at(made.key, 0, true),
    ...[1, 2, 3, 4, 5].map((picture) => at(made.next, picture, true)),
  ];
}

function read(
  announced: NalCodec,
  packets: readonly RtpPacket[],
  fmtp: Readonly<Record<string, string>> = {},
) {
  const units: AccessUnit[] = [];
  const troubles: string[] = [];
  const reader = new SniffingReader(announced, new Map(Object.entries(fmtp)), {
    onAccessUnit: (unit) => units.push(unit),
    onTrouble: (message) => troubles.push(message),
  });
  const begunWith = reader.codec;
  for (const packet of packets) reader.push(packet, 0, ARRIVAL);
  return { units, troubles, begunWith, endedWith: reader.codec };
}

const base64 = (set: Buffer) => set.toString('base64');

describe('SniffingReader', () => {
  it.each<[NalCodec, NalCodec]>([
    ['H264', 'H265'],
    ['H265', 'H264'],
  ])('announced as %s, sends %s: nothing of it is lost', (announced, sent) => {
    const { units, endedWith } = read(announced, [...group(sent, 0), ...group(sent, 36_000)]);
    expect(endedWith).toBe(sent);
    expect(units.map(({ timestamp }) => timestamp).slice(0, 6)).toEqual([
      0, 3600, 7200, 10_800, 14_400, 18_000,
    ]);
    expect(units[0]?.active.config.codec).toBe(sent.toLowerCase());
  });

  it.each<[NalCodec, NalCodec]>([
    ['H264', 'H265'],
    ['H265', 'H264'],
  ])('goes from %s to %s in mid-stream, with a key frame', (first, second) => {
    const { units, troubles } = read(first, [
      ...group(first, 0),
      ...group(second, 36_000),
      ...group(second, 72_000),
    ]);
    const change = units.findIndex(({ active }) => active.config.codec === second.toLowerCase());
    expect(units[change]).toMatchObject({ timestamp: 36_000, keyframe: true });
    expect(troubles).toHaveLength(1);
  });

  it.each<[string, NalCodec, Readonly<Record<string, string>>, NalCodec]>([
    [
      '/media/video2: H264, but sets of H.265',
      'H264',
      {
        'packetization-mode': '1',
        'profile-level-id': '010101',
        'sprop-parameter-sets': `${H265_FIXTURES.find(({ camera }) => camera.includes('video2'))?.bytes},RAHgdrAmQA==`,
      },
      'H265',
    ],
    [
      'EZVIZ C6N: H265, but parameters of H.264',
      'H265',
      { 'profile-level-id': '420029', 'packetization-mode': '1', 'sprop-parameter-sets': '' },
      'H264',
    ],
    ['sets of H.264 under H265', 'H265', { 'sprop-sps': base64(h264.SPS) }, 'H264'],
    [
      'sets of both: as announced',
      'H265',
      { 'sprop-parameter-sets': `${base64(h264.SPS)},${base64(h265.SPS)}` },
      'H265',
    ],
    ['no parameters: as announced', 'H264', {}, 'H264'],
    [
      'Anjvision: H265 with a mode and a config',
      'H265',
      { 'packetization-mode': '0', config: '000001' },
      'H265',
    ],
  ])('begins with what the description speaks for: %s', (_name, announced, fmtp, expected) => {
    expect(read(announced, [], fmtp).begunWith).toBe(expected);
    // and whatever it says, the stream decides
    for (const sent of ['H264', 'H265'] as const) {
      const { units } = read(announced, [...group(sent, 0), ...group(sent, 36_000)], fmtp);
      expect(units[0]?.active.config.codec).toBe(sent.toLowerCase());
    }
  });

  it('finds out without parameter sets in the stream, by what packets cannot be', () => {
    const fmtp = {
      'sprop-vps': base64(h265.VPS),
      'sprop-sps': base64(h265.SPS),
      'sprop-pps': base64(h265.PPS),
    };
    const withoutSets = group('H265', 0).slice(3);
    const packets = Array.from({ length: 6 }, () => withoutSets).flat();
    // sets of H.264 in the description, too: it speaks for neither
    const { units, begunWith, endedWith } = read('H264', packets, {
      ...fmtp,
      'sprop-parameter-sets': base64(h264.SPS),
    });
    expect([begunWith, endedWith]).toEqual(['H264', 'H265']);
    expect(units.length).toBeGreaterThan(0);
  });

  it.each<[string, NalCodec, Buffer]>([
    ['STAP-A', 'H264', h264.makeAggregate([h264.SPS, h264.PPS])],
    ['aggregation packet', 'H265', h265.makeAggregate([h265.VPS, h265.SPS, h265.PPS])],
    ['numbered aggregation packet', 'H265', h265.makeAggregate([h265.VPS, h265.SPS, h265.PPS], true)],
    [
      'annex B of H.264',
      'H264',
      Buffer.concat([Buffer.of(0, 0, 0, 1), h264.SPS, Buffer.of(0, 0, 1), h264.PPS]),
    ],
    [
      'annex B of H.265',
      'H265',
      Buffer.concat([Buffer.of(0, 0, 0, 1), h265.VPS, Buffer.of(0, 0, 1), h265.SPS]),
    ],
  ])('finds the proof in %s', (_name, codec, payload) => {
    expect(findProvenCodec(payload)).toBe(codec);
  });

  it('knows the sets of every camera we know', () => {
    for (const fixture of H264_FIXTURES) expect(findProvenCodec(fixtureBytes(fixture))).toBe('H264');
    for (const { bytes } of H265_FIXTURES) expect(findProvenCodec(Buffer.from(bytes, 'base64'))).toBe('H265');
  });

  it('never takes one for the other', () => {
    const body = fc.uint8Array({ minLength: 1, maxLength: 60 });
    const made = fc.record({ idr: fc.boolean(), body, mtu: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(fc.array(made, { minLength: 1, maxLength: 30 }), (pictures) => {
        for (const { idr, body: bytes, mtu } of pictures) {
          const avc = h264.makeSlice({ idr, body: bytes });
          const hevc = h265.makeSlice({ type: idr ? h265.SLICE.idr : h265.SLICE.trail, body: bytes });
          for (const payload of [avc, ...h264.makeFragments(avc, mtu), h264.makeAggregate([avc])])
            expect(canBeOf('H264', payload)).toBe(true);
          for (const payload of [hevc, ...h265.makeFragments(hevc, mtu), h265.makeAggregate([hevc])])
            expect(canBeOf('H265', payload)).toBe(true);
        }
        expect(read('H264', group('H264', 0)).endedWith).toBe('H264');
      }),
    );
  });

  it('survives any payload and any description', () => {
    const payload = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    const text = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.constantFrom(base64(h264.SPS), base64(h265.SPS)),
    );
    const fmtp = fc.dictionary(
      fc.constantFrom('sprop-parameter-sets', 'sprop-sps', 'profile-level-id'),
      text,
    );
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 40 }), fmtp, (payloads, parameters) => {
        findHintedCodec(new Map(Object.entries(parameters)));
        read(
          'H264',
          payloads.map((each) => h264.makePacket(each)),
          parameters,
        );
      }),
      { numRuns: 500 },
    );
  });
});
