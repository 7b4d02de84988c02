import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flacFormat } from '../flac/flac-format.ts';
import { decodeFlacFrame } from '../flac/testing-decoder.ts';
import { A_LAW, MU_LAW } from '../g711/g711.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { PCM_LAYOUTS } from './pcm-layout.ts';
import { PcmReader } from './pcm-reader.ts';

const ARRIVAL = { wallMs: 0, monotonicMs: 0 };
type Encoding = keyof typeof PCM_LAYOUTS;

interface Feed {
  readonly bytes: readonly number[] | Buffer;
  readonly timestamp: number;
  readonly lostBefore?: number;
}

function packet({ bytes, timestamp }: Feed): RtpPacket {
  const payload = Buffer.from(bytes);
  return { payloadType: 0, marker: false, sequenceNumber: 0, timestamp, ssrc: 1, payload };
}

/** Feeds packets; returns the decoded samples of each frame and its timestamp. */
function read(encoding: Encoding, feeds: readonly Feed[], rate = 8000, channels = 1) {
  const frames: { readonly timestamp: number; readonly channels: readonly (readonly number[])[] }[] = [];
  const troubles: string[] = [];
  const reader = new PcmReader(PCM_LAYOUTS[encoding], flacFormat(rate, channels), {
    onFrame: ({ data, timestamp }) => frames.push({ timestamp, channels: decodeFlacFrame(data).channels }),
    onTrouble: (message) => troubles.push(message),
  });
  for (const feed of feeds) reader.push(packet(feed), feed.lostBefore ?? 0, ARRIVAL);
  return { frames, troubles };
}

/** Packets of `size` µ-law bytes each, counting up. */
function counting(size: number, count: number, timestamp = 0): Feed[] {
  return Array.from({ length: count }, (_, index) => ({
    bytes: Array.from({ length: size }, (_none, at) => (index * size + at) & 0xff),
    timestamp: (timestamp + index * size) >>> 0,
  }));
}

describe('PcmReader', () => {
  it.each([
    ['20 ms, as most send', 160, 8],
    ['40 ms, as Hikvision sends', 320, 4],
    ['30 ms', 240, 6],
    ['an odd number', 37, 40],
    ['one large packet', 1600, 1],
    ['a sample at a time', 1, 700],
  ])('packets of %s become frames of 40 ms, sample for sample', (_name, size, count) => {
    const { frames, troubles } = read('PCMU', counting(size, count));
    expect(troubles).toEqual([]);
    expect(frames).toHaveLength(Math.floor((size * count) / 320));
    frames.forEach(({ timestamp, channels: [samples = []] }, index) => {
      expect(timestamp).toBe(index * 320);
      expect(samples).toEqual(
        Array.from({ length: 320 }, (_none, at) => MU_LAW[(index * 320 + at) & 0xff] ?? 0),
      );
    });
  });

  it.each<[Encoding, number, number, readonly number[], readonly (readonly number[])[]]>([
    ['PCMA', 8000, 1, [0xd5, 0x2a], [[8, -32_256]]],
    ['PCMA', 16_000, 2, [0xd5, 0x55], [[A_LAW[0xd5] ?? 0], [A_LAW[0x55] ?? 0]]],
    ['L16', 8000, 1, [0x12, 0x34, 0xff, 0xfe], [[0x1234, -2]]],
    ['L16', 44_100, 2, [0, 1, 0xff, 0xff], [[1], [-1]]],
    ['PCM', 48_000, 1, [0x34, 0x12, 0xfe, 0xff], [[0x1234, -2]]],
  ])('%s at %d Hz, %d channels', (encoding, rate, channels, pattern, expected) => {
    const groups = rate / 25 / (expected[0]?.length ?? 1);
    const bytes = Array.from({ length: groups }, () => pattern).flat();
    const { frames } = read(encoding, [{ bytes, timestamp: 0 }], rate, channels);
    expect(frames).toHaveLength(1);
    expect(frames[0]?.channels).toEqual(
      expected.map((samples) => Array.from({ length: groups }, () => samples).flat()),
    );
  });

  it('makes silence of what was lost, to the sample', () => {
    const [first, , third, fourth] = counting(160, 4);
    if (first === undefined || third === undefined || fourth === undefined) throw new Error('no packets');
    const { frames } = read('PCMU', [first, { ...third, lostBefore: 1 }, fourth]);
    expect(frames.map(({ timestamp }) => timestamp)).toEqual([0, 320]);
    expect(frames[0]?.channels[0]?.slice(160)).toEqual(Array.from({ length: 160 }, () => 0));
    expect(frames[1]?.channels[0]?.[0]).toBe(MU_LAW[320 & 0xff]);
  });

  it.each(['PCMU', 'PCMA'] as const)('hands %s on as it came, with silence where it was lost', (law) => {
    const frames: (Buffer | undefined)[] = [];
    const reader = new PcmReader(PCM_LAYOUTS[law], flacFormat(8000, 1, law), {
      onFrame: ({ data, g711 }) => {
        frames.push(g711);
        const decoded = Array.from(g711 ?? [], (_byte, at) => PCM_LAYOUTS[law].read(g711 ?? Buffer.of(), at));
        // our silence in A-law is the least of its steps: it has no zero
        const loudest = Math.max(
          ...decoded.map((each, at) => Math.abs(each - (decodeFlacFrame(data).channels[0]?.[at] ?? 0))),
        );
        expect(loudest).toBeLessThanOrEqual(8);
      },
      onTrouble: (message) => expect.fail(message),
    });
    const feeds = counting(160, 5).toSpliced(1, 1);
    feeds.forEach((feed, index) => reader.push(packet(feed), index === 1 ? 1 : 0, ARRIVAL));
    const silence = Buffer.alloc(160, law === 'PCMU' ? 0xff : 0xd5);
    expect(frames).toEqual([
      Buffer.concat([Buffer.from(feeds[0]?.bytes ?? []), silence]),
      Buffer.concat([Buffer.from(feeds[1]?.bytes ?? []), Buffer.from(feeds[2]?.bytes ?? [])]),
    ]);
    expect(frames[0]?.buffer === frames[1]?.buffer && frames[0]?.byteOffset === frames[1]?.byteOffset).toBe(
      false,
    );
  });

  it('leaves a pause, a long loss and a jump to the timeline: each packet says anew what time it is', () => {
    const [first, second] = counting(200, 2);
    if (first === undefined || second === undefined) throw new Error('no packets');
    const paused = read('PCMU', [first, { ...second, timestamp: 50_200 }]).frames;
    expect(paused.map(({ timestamp }) => timestamp)).toEqual([50_000]);
    const lost = read('PCMU', [first, { ...second, timestamp: 50_200, lostBefore: 9 }]).frames;
    expect(lost.map(({ timestamp }) => timestamp)).toEqual([50_000]);
    const back = read('PCMU', [
      { ...first, timestamp: 50_000 },
      { ...second, timestamp: 100 },
    ]).frames;
    expect(back.map(({ timestamp }) => timestamp)).toEqual([2 ** 32 - 100]);
  });

  it('goes through the wrap of the timestamp', () => {
    const { frames } = read('PCMU', counting(160, 6, 2 ** 32 - 320));
    expect(frames.map(({ timestamp }) => timestamp)).toEqual([2 ** 32 - 320, 0, 320]);
  });

  it('counts half samples and goes on', () => {
    const { frames, troubles } = read('L16', [
      { bytes: Buffer.alloc(641), timestamp: 0 },
      { bytes: [], timestamp: 320 },
    ]);
    expect(frames).toHaveLength(1);
    expect(troubles).toHaveLength(1);
  });

  it('survives any packets: every frame whole, every sample but the last few out', () => {
    const feed = fc.record({
      bytes: fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
      timestamp: fc.oneof(fc.nat(2000), fc.nat(2 ** 32 - 1)),
      lostBefore: fc.oneof(fc.constant(0), fc.nat(3)),
    });
    const encoding = fc.constantFrom<Encoding[]>('PCMU', 'PCMA', 'L16', 'PCM');
    fc.assert(
      fc.property(
        fc.array(feed, { maxLength: 12 }),
        encoding,
        fc.integer({ min: 1, max: 2 }),
        (feeds, of, channels) => {
          const { frames } = read(of, feeds, 8000, channels);
          const bytes = PCM_LAYOUTS[of].sampleBytes * channels;
          const samples = feeds.reduce((sum, { bytes: { length } }) => sum + Math.floor(length / bytes), 0);
          expect(frames.length).toBeGreaterThanOrEqual(Math.floor(samples / 320));
          expect(frames.length).toBeLessThanOrEqual((samples + feeds.length * 16_000) / 320);
          for (const frame of frames)
            expect(frame.channels.map(({ length }) => length)).toEqual(Array(channels).fill(320));
        },
      ),
    );
  });
});
