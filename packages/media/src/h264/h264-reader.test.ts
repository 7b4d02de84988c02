import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { BitWriter, encodeNal } from '../testing/bit-writer.ts';
import type { AccessUnit } from '../video/access-unit.ts';
import { H264Reader } from './h264-reader.ts';
import {
  OTHER_SPS,
  PPS,
  SPS,
  makeAggregate,
  makeFragments,
  makeMultiTime,
  makeNumberedAggregate,
  makeNumberedFragments,
  makePacket,
  makeSlice,
} from './testing-packetizer.ts';

const ARRIVAL = { wallMs: 0, monotonicMs: 0 };
const SEI = Buffer.from('06e501a780', 'hex'); // a private message
const RECOVERY_POINT = Buffer.from('060601c480', 'hex'); // recovery_frame_cnt 0, exact
const AUD = Buffer.from('0910', 'hex');
const FILLER = Buffer.from('0cffffff80', 'hex');
const IDR = makeSlice({ idr: true });
const P = makeSlice();

interface Seen {
  readonly units: AccessUnit[];
  readonly troubles: string[];
}

/** Packets in, access units out; a number among the packets is a loss of so many. */
function read(packets: readonly (RtpPacket | number)[], sprop?: string): Seen {
  const seen: Seen = { units: [], troubles: [] };
  const reader = new H264Reader(new Map(sprop === undefined ? [] : [['sprop-parameter-sets', sprop]]), {
    onAccessUnit: (unit) => seen.units.push(unit),
    onTrouble: (message) => seen.troubles.push(message),
  });
  let lost = 0;
  for (const packet of packets) {
    if (typeof packet === 'number') {
      lost = packet;
      continue;
    }
    reader.push(packet, lost, ARRIVAL);
    lost = 0;
  }
  return seen;
}

/** A packet of one unit at `timestamp`, `'m'` for the marker. */
function at(timestamp: number, unit: Uint8Array, marker?: 'm'): RtpPacket {
  return makePacket(unit, { timestamp, marker: marker === 'm' });
}

/** `count` frames after a key frame, all with markers: enough for markers to be trusted. */
function steadyFrames(count: number, from = 0): RtpPacket[] {
  return Array.from({ length: count }, (_, index) => at((from + index) * 3600, P, 'm'));
}

const START = [at(0, SPS), at(0, PPS), at(0, IDR, 'm')];
/** Ends the frame before it when markers are not trusted yet. */
const NEXT = at(0xffff_0000, P);

/** `timestamp/K or -/units`, the units by type. */
function describeUnits(units: readonly AccessUnit[]): string[] {
  return units.map(({ data, keyframe, timestamp }) => {
    const types: number[] = [];
    for (let offset = 0; offset < data.length; offset += 4 + data.readUInt32BE(offset)) {
      types.push((data[offset + 4] ?? 0) & 0x1f);
    }
    return `${timestamp}/${keyframe ? 'K' : '-'}/${types.join('+')}`;
  });
}

describe('H264Reader: bounds', () => {
  it('takes 2000 pictures a second and goes on at a key frame in the next', () => {
    const units: AccessUnit[] = [];
    const reader = new H264Reader(new Map(), {
      onAccessUnit: (unit) => units.push(unit),
      onTrouble: () => {},
    });
    for (const each of START) reader.push(each, 0, ARRIVAL);
    for (const each of steadyFrames(3000, 1)) reader.push(each, 0, ARRIVAL);
    expect(units).toHaveLength(2000);
    const later = { wallMs: 1000, monotonicMs: 1000 };
    for (const each of [at(1, P, 'm'), at(2, IDR, 'm'), at(3, P, 'm')]) reader.push(each, 0, later);
    expect(describeUnits(units.slice(2000))).toEqual(['2/K/5', '3/-/1']);
    expect(units[2000]?.afterLoss).toBe(true);
  });

  const tooMany = 70;

  it.each([
    ['an aggregate', makeAggregate(Array.from({ length: tooMany }, () => IDR))],
    [
      'start codes',
      Buffer.concat(
        Array.from({ length: tooMany }, () => Buffer.concat([IDR, Buffer.from('000001', 'hex')])),
      ),
    ],
  ])('%s of hundreds of pictures is not believed', (_name, payload) => {
    const { units, troubles } = read([at(0, SPS), at(0, PPS), makePacket(payload), NEXT]);
    expect(units.length).toBeLessThan(tooMany);
    expect(troubles).toContain('a packet holds too many units');
  });

  it('a unit of fragments without end is given up', () => {
    const fragments = makeFragments(makeSlice({ body: Buffer.alloc(4_300_000, 7) }), 60_000);
    const { units, troubles } = read([
      ...START,
      ...fragments.map((each) => at(3600, each)),
      at(7200, IDR),
      NEXT,
    ]);
    expect(describeUnits(units)).toEqual(['0/K/5', '7200/K/5']);
    expect(troubles).toContain('a fragmented unit is too large');
  });
});

describe('H264Reader: where a picture ends', () => {
  it.each<[string, readonly RtpPacket[], readonly string[]]>([
    ['markers on pictures', [...START, at(3600, P, 'm'), NEXT], ['0/K/5', '3600/-/1']],
    [
      'no markers',
      [at(0, SPS), at(0, PPS), at(0, IDR), at(3600, P), at(7200, P), NEXT],
      ['0/K/5', '3600/-/1', '7200/-/1'],
    ],
    [
      'marker on SPS, PPS and SEI',
      [at(0, SPS, 'm'), at(0, PPS, 'm'), at(0, SEI, 'm'), at(0, IDR, 'm'), NEXT],
      ['0/K/5'],
    ],
    [
      'parameter sets with the timestamp of the picture before',
      [...START, at(3600, P, 'm'), at(3600, SPS), at(3600, PPS), at(7200, IDR, 'm'), NEXT],
      ['0/K/5', '3600/-/1', '7200/K/5'],
    ],
    [
      'the same without markers',
      [at(0, SPS), at(0, PPS), at(0, IDR), at(3600, P), at(3600, SPS), at(3600, PPS), at(7200, IDR), NEXT],
      ['0/K/5', '3600/-/1', '7200/K/5'],
    ],
    [
      'delimiter, sets, message, slice',
      [
        at(0, AUD),
        at(0, SPS),
        at(0, PPS),
        at(0, SEI),
        at(0, IDR, 'm'),
        at(3600, AUD),
        at(3600, SEI),
        at(3600, P, 'm'),
        NEXT,
      ],
      ['0/K/5', '3600/-/1'],
    ],
    [
      'a packet with nothing but a message',
      [...START, at(3600, SEI, 'm'), at(7200, P, 'm'), NEXT],
      ['0/K/5', '7200/-/1'],
    ],
    [
      'filler behind the slice, with the marker',
      [at(0, SPS), at(0, PPS), at(0, IDR), at(0, FILLER, 'm'), at(3600, P, 'm'), NEXT],
      ['0/K/5+12', '3600/-/1'],
    ],
    [
      'several slices, marker on the last',
      [at(0, SPS), at(0, PPS), at(0, IDR), at(0, makeSlice({ idr: true, firstMacroblock: 40 }), 'm'), NEXT],
      ['0/K/5+5'],
    ],
    [
      'several slices, a marker on each',
      [
        at(0, SPS),
        at(0, PPS),
        at(0, IDR, 'm'),
        at(0, makeSlice({ idr: true, firstMacroblock: 40 }), 'm'),
        at(3600, P, 'm'),
        at(3600, makeSlice({ firstMacroblock: 40 }), 'm'),
        NEXT,
      ],
      ['0/K/5+5', '3600/-/1+1'],
    ],
    [
      'one timestamp for everything',
      [...START, at(0, P, 'm'), at(0, P, 'm'), at(0, P)],
      ['0/K/5', '0/-/1', '0/-/1'],
    ],
  ])('%s', (_name, packets, expected) => {
    expect(describeUnits(read(packets).units)).toEqual(expected);
  });

  it('hands pictures on at their marker once markers have proved true', () => {
    const { units } = read([...START, ...steadyFrames(5, 1)]);
    expect(units).toHaveLength(6); // the last one too: nothing had to follow it
  });

  it('stops trusting markers that turn out to end slices, and resumes at a key frame', () => {
    const second = makeSlice({ firstMacroblock: 40 });
    const { units, troubles } = read([
      ...START,
      ...steadyFrames(6, 1),
      at(30_000, P, 'm'), // handed on: half a picture
      at(30_000, second, 'm'),
      at(33_600, P, 'm'),
      at(33_600, second, 'm'),
      at(37_200, IDR, 'm'),
      at(37_200, makeSlice({ idr: true, firstMacroblock: 40 }), 'm'),
      NEXT,
    ]);
    expect(describeUnits(units).slice(7)).toEqual(['30000/-/1', '37200/K/5+5']);
    expect(units.at(-1)?.afterLoss).toBe(true);
    expect(troubles).toHaveLength(1);
  });
});

describe('H264Reader: key frames and parameter sets', () => {
  it('begins with a key frame', () => {
    const { units } = read([
      at(0, P, 'm'),
      at(3600, P, 'm'),
      at(7200, SPS),
      at(7200, PPS),
      at(7200, IDR, 'm'),
      NEXT,
    ]);
    expect(describeUnits(units)).toEqual(['7200/K/5']);
  });

  it('takes an exact recovery point for a key frame, and keeps its message', () => {
    const i = makeSlice({ type: 'i' });
    const { units } = read([
      at(0, SPS),
      at(0, PPS),
      at(0, RECOVERY_POINT),
      at(0, i, 'm'),
      at(3600, P, 'm'),
      NEXT,
    ]);
    expect(describeUnits(units)).toEqual(['0/K/6+1', '3600/-/1']);
  });

  it.each([
    ['gradual refresh', [Buffer.from('06060164', 'hex'), makeSlice({ type: 'i' })]],
    ['an I picture without a recovery point', [makeSlice({ type: 'i' })]],
  ])('does not begin with %s', (_name, units) => {
    const packets = units.map((unit, index) => at(0, unit, index === units.length - 1 ? 'm' : undefined));
    expect(read([at(0, SPS), at(0, PPS), ...packets, at(3600, P, 'm'), NEXT]).units).toEqual([]);
  });

  it.each([
    ['plain', `${SPS.toString('base64')},${PPS.toString('base64')}`],
    ['swapped', `${PPS.toString('base64')},${SPS.toString('base64')}`],
    [
      'with start codes before them',
      [SPS, PPS].map((set) => Buffer.concat([Buffer.of(0, 0, 0, 1), set]).toString('base64')).join(','),
    ],
    [
      'with a start code behind',
      `${Buffer.concat([SPS, Buffer.of(0, 0, 0, 1)]).toString('base64')},${PPS.toString('base64')},`,
    ],
    [
      'both in one item',
      Buffer.concat([Buffer.of(0, 0, 1), SPS, Buffer.of(0, 0, 1), PPS]).toString('base64'),
    ],
  ])('takes parameter sets from the SDP: %s', (_name, sprop) => {
    const [unit] = read([at(0, IDR, 'm'), NEXT], sprop).units;
    expect([unit?.active.config.width, unit?.active.config.height]).toEqual([640, 360]);
  });

  it.each([
    '',
    ',',
    '6QDwBE/LCAAAH0gAB1TgIAAAAAA=,AAAAAA==',
    'not base64 at all',
    'QgEBAWAAAAMAsAAAAwAAAwBa,RAHgdrAmQA==',
  ])('waits for parameter sets in the stream when the SDP says %j', (sprop) => {
    const { units } = read([at(0, IDR, 'm'), at(3600, SPS), at(3600, PPS), at(3600, IDR, 'm'), NEXT], sprop);
    expect(describeUnits(units)).toEqual(['3600/K/5']);
  });

  it('lets sets in the stream win over the SDP', () => {
    const sprop = `${OTHER_SPS.toString('base64')},${PPS.toString('base64')}`;
    expect(read([...START, NEXT], sprop).units[0]?.active.config.height).toBe(360);
  });

  it('makes a new configuration only when bytes changed', () => {
    const repeated = [at(7200, SPS), at(7200, PPS), at(7200, IDR, 'm')];
    const changed = [at(9000, OTHER_SPS), at(9000, PPS), at(9000, IDR, 'm')];
    const { units } = read([...START, ...repeated, ...changed, NEXT]);
    expect(units.map(({ active }) => active.config.height)).toEqual([360, 360, 480]);
    expect(units[1]?.active).toBe(units[0]?.active);
  });
});

describe('H264Reader: more about parameter sets', () => {
  it('takes stray bytes behind an SPS for no change, and hands decoders none of them', () => {
    const stray = Buffer.concat([SPS, Buffer.from('0404', 'hex')]);
    const { units } = read([...START, at(7200, stray), at(7200, PPS), at(7200, IDR, 'm'), NEXT]);
    expect(units).toHaveLength(2);
    expect(units[1]?.active).toBe(units[0]?.active);
    const reversed = read([at(0, stray), at(0, PPS), at(0, IDR, 'm'), NEXT]);
    expect(reversed.units[0]?.active.config.decoderConfig).toEqual(units[0]?.active.config.decoderConfig);
  });

  it('keeps all three sets of a DVR that lists two PPS, and counts its fields as one picture', () => {
    const sprop = 'Z2QAKawTMUB4BEfeA+oCAgPgAAADACAAAAZSgA==,aPqPLA==,aF6jzAMA';
    // the second field has a first slice of its own, and the same time
    const { units } = read([at(0, IDR), at(0, P), at(3600, P), at(3600, P), NEXT], sprop);
    expect(describeUnits(units)).toEqual(['0/K/5+1', '3600/-/1+1']);
    expect(units[0]?.active.config.height).toBe(1080);
    expect(units[0]?.active.config.decoderConfig.includes(Buffer.from('685ea3cc03', 'hex'))).toBe(true);
  });

  it('finds the SPS that a PPS names, whatever its number', () => {
    const other = new BitWriter().bits(66, 8).bits(0xc0, 8).bits(31, 8).unsigned(5); // SPS 5, Constrained Baseline
    other.unsigned(0).unsigned(2).unsigned(1).flag(false); // frame numbers, picture order, references, gaps
    other.unsigned(19).unsigned(14).flag(true).flag(true).flag(false).flag(false); // 320×240
    const pps = new BitWriter().unsigned(3).unsigned(5).bits(0, 8); // PPS 3 of SPS 5
    const slice = new BitWriter().unsigned(0).unsigned(7).unsigned(3).bits(0xff, 8); // of PPS 3
    const packets = [
      at(0, SPS),
      at(0, PPS),
      at(0, encodeNal(0x67, other.finish())),
      at(0, encodeNal(0x68, pps.finish())),
      at(0, encodeNal(0x65, slice.finish()), 'm'),
      at(3600, IDR, 'm'),
      NEXT,
    ];
    expect(read(packets).units.map(({ active }) => active.config.height)).toEqual([240, 360]);
  });

  it('gives the codec string as the SPS says, also without constraint flags', () => {
    const { units } = read([at(0, OTHER_SPS), at(0, PPS), at(0, IDR, 'm'), NEXT]);
    expect(units[0]?.active.config.codecString).toBe('avc1.42001e');
  });

  it('says each time that only a key frame helps', () => {
    let missed = 0;
    const reader = new H264Reader(new Map(), {
      onAccessUnit: () => {},
      onTrouble: () => {},
      onKeyframeMissed: () => missed++,
    });
    for (const each of [at(0, P, 'm'), at(3600, P, 'm'), ...START, at(7200, P, 'm')])
      reader.push(each, 0, ARRIVAL);
    expect(missed).toBe(2);
    reader.push(at(10_800, P, 'm'), 1, ARRIVAL);
    reader.push(at(14_400, P, 'm'), 0, ARRIVAL);
    expect(missed).toBeGreaterThan(2);
  });
});

describe('H264Reader: loss and damage', () => {
  const fragments = makeFragments(makeSlice({ body: Buffer.alloc(280, 7) }), 100).map((payload) =>
    at(10_800, payload),
  );
  const [first, second, third] = fragments;
  const keyAgain = [at(21_600, SPS), at(21_600, PPS), at(21_600, IDR, 'm'), NEXT];
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('three fragments expected');

  it.each<[string, readonly (RtpPacket | number)[]]>([
    ['between pictures', [2, at(14_400, P, 'm')]],
    ['at the start of a fragmented unit', [1, second, third]],
    ['inside a fragmented unit', [first, 1, third]],
    ['of the end of a fragmented unit', [first, second, 1, at(14_400, P, 'm')]],
    ['of the end, without a gap in the sequence', [first, second, at(14_400, P, 'm')]],
    ['of the end, another fragmented unit follows', [first, first, second, third]],
    ['of a first slice', [1, at(10_800, makeSlice({ firstMacroblock: 9 }), 'm')]],
    ['to an aggregate that lies about sizes', [at(10_800, Buffer.from('18000241020700', 'hex'))]],
    ['to a type that is not in use', [at(10_800, Buffer.from('1e00', 'hex'))]],
    ['to a numbered fragment that does not begin', [at(10_800, Buffer.from('1d00', 'hex'))]],
    ['to a fragment without a header', [at(10_800, Buffer.from('7c', 'hex'))]],
  ])('drops up to the next key frame after loss %s', (_name, damage) => {
    const { units } = read([
      ...START,
      at(3600, P, 'm'),
      at(7200, P, 'm'),
      ...damage,
      at(18_000, P, 'm'),
      ...keyAgain,
    ]);
    expect(describeUnits(units).filter((unit) => unit.startsWith('18000'))).toEqual([]);
    expect(describeUnits(units).at(-1)).toBe('21600/K/5');
    expect(units.at(-1)?.afterLoss).toBe(true);
    for (const unit of describeUnits(units))
      expect(['0/K/5', '3600/-/1', '7200/-/1', '21600/K/5']).toContain(unit);
  });

  it('keeps a key frame whose parameter sets were lost with its beginning', () => {
    const { units } = read([...START, at(3600, P, 'm'), 3, at(7200, IDR, 'm'), NEXT]);
    expect(describeUnits(units)).toEqual(['0/K/5', '3600/-/1', '7200/K/5']);
  });

  it.each<[string, readonly RtpPacket[], readonly string[]]>([
    [
      'start and end in one fragment',
      makeFragments(P, 999).map((payload) => at(3600, payload, 'm')),
      ['3600/-/1'],
    ],
    [
      'another type in later fragments',
      [first, at(10_800, Buffer.concat([Buffer.of(0x7c, 0x05), second.payload.subarray(2)])), third],
      ['10800/-/1'],
    ],
    ['an empty fragment', [first, at(10_800, second.payload.subarray(0, 2)), second, third], ['10800/-/1']],
    [
      'a padded aggregate',
      [at(3600, Buffer.concat([makeAggregate([P]), Buffer.alloc(9)]), 'm')],
      ['3600/-/1'],
    ],
    ['a numbered aggregate', [at(3600, makeNumberedAggregate([SPS, PPS, IDR]), 'm')], ['3600/K/5']],
    [
      'numbered fragments',
      makeNumberedFragments(makeSlice({ body: Buffer.alloc(90, 7) }), 20).map((payload) => at(3600, payload)),
      ['3600/-/1'],
    ],
    ...([2, 3] as const).map((bytes): [string, readonly RtpPacket[], readonly string[]] => [
      `units of several times in one packet, offsets of ${bytes} bytes`,
      [
        at(
          0xffff_fff0,
          makeMultiTime(
            [
              [0x10 + 3600, P],
              [0x10 + 7200, P],
            ],
            bytes,
          ),
        ),
      ],
      ['3600/-/1', '7200/-/1'],
    ]),
    [
      'the reserved bit in fragments (Longse)',
      [first, second, third].map(({ payload }) =>
        at(
          10_800,
          Buffer.concat([Buffer.of(payload[0] ?? 0, (payload[1] ?? 0) | 0x20), payload.subarray(2)]),
        ),
      ),
      ['10800/-/1'],
    ],
    [
      'other values of nal_ref_idc',
      [
        at(3600, Buffer.concat([Buffer.of(0x47), SPS.subarray(1)])),
        at(3600, Buffer.concat([Buffer.of(0x28), PPS.subarray(1)])),
        at(3600, Buffer.concat([Buffer.of(0x25), IDR.subarray(1)]), 'm'),
        at(7200, Buffer.concat([Buffer.of(0x01), P.subarray(1)]), 'm'),
      ],
      ['3600/K/5', '7200/-/1'],
    ],
    ['a packet of padding alone', [at(3600, Buffer.alloc(0)), at(3600, P, 'm')], ['3600/-/1']],
    [
      'sets and slice in one unit with start codes',
      makeFragments(Buffer.concat([SPS, Buffer.of(0, 0, 0, 1), PPS, Buffer.of(0, 0, 1), IDR]), 13).map(
        (payload) => at(3600, payload),
      ),
      ['3600/K/5'],
    ],
    ['a unit behind a start code', [at(3600, Buffer.concat([Buffer.of(0, 0, 0, 1), P]), 'm')], ['3600/-/1']],
  ])('tolerates %s', (_name, packets, expected) => {
    const { units } = read([...START, ...packets, NEXT]);
    expect(describeUnits(units)).toEqual(['0/K/5', ...expected]);
  });

  it('drops a picture that never ends, in bounded memory', () => {
    const body = Buffer.alloc(60_000, 7);
    const slices = Array.from({ length: 200 }, (_, index) =>
      at(3600, makeSlice({ firstMacroblock: index, body })),
    );
    const { units, troubles } = read([...START, ...slices, ...keyAgain]);
    expect(describeUnits(units)).toEqual(['0/K/5', '21600/K/5']);
    expect(troubles).toContain('a picture is too large');
  });
});

describe('H264Reader: any input', () => {
  const slices = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 4 });
  const pictures = fc.array(fc.record({ idr: fc.boolean(), slices }), { minLength: 1, maxLength: 12 });

  it('gives back the same pictures, however they are packed', () => {
    fc.assert(
      fc.property(
        pictures,
        fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        (made, ways, mtu, markers) => {
          const expected: Buffer[] = [];
          const packets: RtpPacket[] = [];
          made.forEach((picture, index) => {
            const timestamp = (index * 3600 + 0xffff_ff00) % 2 ** 32;
            const idr = picture.idr || index === 0;
            const units = picture.slices.map((body, number) =>
              makeSlice({ idr, firstMacroblock: number * 7, body }),
            );
            expected.push(
              Buffer.concat(
                units.flatMap((unit) => [Buffer.of(0, 0, unit.length >> 8, unit.length & 0xff), unit]),
              ),
            );
            const payloads = pack(idr ? [SPS, PPS, ...units] : units, ways, mtu);
            payloads.forEach((payload, number) => {
              packets.push(
                makePacket(payload, { timestamp, marker: markers && number === payloads.length - 1 }),
              );
            });
          });
          const { units, troubles } = read([...packets, makePacket(P, { timestamp: 5 })]);
          expect(troubles).toEqual([]);
          expect(units.map(({ data }) => data.toString('hex'))).toEqual(
            expected.map((data) => data.toString('hex')),
          );
        },
      ),
    );
  });

  it('survives any payload', () => {
    const header = fc.constantFrom(0x00, 0x18, 0x1c, 0x5c, 0x65, 0x67, 0x68, 0x06, 0x09, 0x41, 0x1d, 0xff);
    const payload = fc
      .tuple(fc.option(header, { nil: undefined }), fc.uint8Array({ maxLength: 40 }))
      .map(([first, rest]) => Buffer.from(first === undefined ? rest : [first, ...rest]));
    const packet = fc.tuple(payload, fc.nat(3), fc.boolean(), fc.nat(1));
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 60 }), (made) => {
        const packets = made.flatMap(([bytes, timestamp, marker, lost]) => [
          lost,
          makePacket(bytes, { timestamp, marker }),
        ]);
        for (const unit of read([...START, ...packets]).units) expect(unit.data.length).toBeGreaterThan(4);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Packs units into payloads: alone (0), together with the next ones (1) or in fragments (2). */
function pack(units: readonly Buffer[], ways: Iterator<number>, mtu: number): Buffer[] {
  const payloads: Buffer[] = [];
  for (let index = 0; index < units.length; index++) {
    const unit = units[index];
    if (unit === undefined) break;
    const way: unknown = ways.next().value;
    if (way === 1) {
      const next = units[index + 1];
      payloads.push(makeAggregate(next === undefined ? [unit] : [unit, next]));
      index++;
    } else if (way === 2) {
      payloads.push(...makeFragments(unit, mtu));
    } else {
      payloads.push(unit);
    }
  }
  return payloads;
}
