import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePacket } from '../h264/testing-packetizer.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { AccessUnit } from '../video/access-unit.ts';
import { H265Reader } from './h265-reader.ts';
import {
  OTHER_SPS,
  PPS,
  SLICE,
  SPS,
  VPS,
  makeAggregate,
  makeFragments,
  makePaci,
  makeSlice,
  unitHeader,
} from './testing-packetizer.ts';

const ARRIVAL = { wallMs: 0, monotonicMs: 0 };
const IDR = makeSlice({ type: SLICE.idr });
const CRA = makeSlice({ type: SLICE.cra });
const BLA = makeSlice({ type: SLICE.bla });
const P = makeSlice();
const RASL = makeSlice({ type: SLICE.rasl, kind: 'b' });
const RADL = makeSlice({ type: SLICE.radl, kind: 'b' });
const AUD = Buffer.concat([unitHeader(35), Buffer.of(0x50)]);
const SEI = Buffer.concat([unitHeader(39), Buffer.from('e501a780', 'hex')]);
const SUFFIX_SEI = Buffer.concat([unitHeader(40), Buffer.from('e501a780', 'hex')]);
const END_OF_SEQUENCE = unitHeader(36);
const HINTS = { 'sprop-vps': VPS, 'sprop-sps': SPS, 'sprop-pps': PPS };

interface Seen {
  readonly units: AccessUnit[];
  readonly troubles: string[];
  keyframesMissed: number;
}

/** Packets in, access units out; a number among the packets is a loss of so many. */
function read(packets: readonly (RtpPacket | number)[], fmtp: Readonly<Record<string, string>> = {}): Seen {
  const seen: Seen = { units: [], troubles: [], keyframesMissed: 0 };
  const reader = new H265Reader(new Map(Object.entries(fmtp)), {
    onAccessUnit: (unit) => seen.units.push(unit),
    onTrouble: (message) => seen.troubles.push(message),
    onKeyframeMissed: () => seen.keyframesMissed++,
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

function at(timestamp: number, unit: Uint8Array, marker?: 'm'): RtpPacket {
  return makePacket(unit, { timestamp, marker: marker === 'm' });
}

const SETS = [at(0, VPS), at(0, SPS), at(0, PPS)];
const START = [...SETS, at(0, IDR, 'm')];
/** Ends the frame before it when markers are not trusted yet. */
const NEXT = at(0xffff_0000, P);

/** `timestamp/K or -/units`, the units by type. */
function describeUnits(units: readonly AccessUnit[]): string[] {
  return units.map(({ data, keyframe, timestamp }) => {
    const types: number[] = [];
    for (let offset = 0; offset < data.length; offset += 4 + data.readUInt32BE(offset)) {
      types.push(((data[offset + 4] ?? 0) >> 1) & 63);
    }
    return `${timestamp}/${keyframe ? 'K' : '-'}/${types.join('+')}`;
  });
}

describe('H265Reader: packets', () => {
  const numbered = { 'sprop-max-don-diff': '2' };
  const withNumber = (unit: Buffer) =>
    Buffer.concat([unit.subarray(0, 2), Buffer.of(9, 9), unit.subarray(2)]);

  it.each<[string, readonly Uint8Array[], Record<string, string>?]>([
    ['single units', [VPS, SPS, PPS, IDR]],
    ['an aggregate', [makeAggregate([VPS, SPS, PPS]), IDR]],
    ['an aggregate of everything', [makeAggregate([VPS, SPS, PPS, IDR])]],
    ['a padded aggregate', [Buffer.concat([makeAggregate([VPS, SPS, PPS, IDR]), Buffer.alloc(7)])]],
    ['fragments', [VPS, SPS, PPS, ...makeFragments(IDR, 3)]],
    ['one fragment with start and end', [VPS, SPS, PPS, ...makeFragments(IDR, 999)]],
    ['fragmented parameter sets', [VPS, ...makeFragments(SPS, 11), PPS, IDR]],
    ['decoding order numbers: single', [VPS, SPS, PPS, IDR].map(withNumber), numbered],
    ['decoding order numbers: aggregate', [makeAggregate([VPS, SPS, PPS, IDR], true)], numbered],
    [
      'decoding order numbers: fragments',
      [makeAggregate([VPS, SPS, PPS], true), ...makeFragments(IDR, 3, true)],
      numbered,
    ],
    ['numbers of difference 0 are none', [VPS, SPS, PPS, IDR], { 'sprop-max-don-diff': '0' }],
    ['a PACI packet around a unit', [VPS, SPS, makePaci(PPS, Buffer.from('aabbcc', 'hex')), makePaci(IDR)]],
    ['a PACI packet around an aggregate', [makePaci(makeAggregate([VPS, SPS, PPS])), IDR]],
    [
      'PACI packets around fragments',
      [VPS, SPS, PPS, ...makeFragments(IDR, 3).map((each) => makePaci(each))],
    ],
    ['annex B in one unit', [Buffer.concat([VPS, Buffer.of(0, 0, 0, 1), SPS, Buffer.of(0, 0, 1), PPS]), IDR]],
    [
      'annex B that begins with a start code',
      [Buffer.concat([VPS, SPS, PPS, IDR].flatMap((unit) => [Buffer.of(0, 0, 0, 1), unit]))],
    ],
    [
      'annex B in fragments',
      makeFragments(
        Buffer.concat([VPS, Buffer.of(0, 0, 0, 1), SPS, Buffer.of(0, 0, 0, 1), PPS, Buffer.of(0, 0, 1), IDR]),
        17,
      ),
    ],
    [
      'units of another layer between',
      [VPS, SPS, PPS, makeSlice({ layer: 1 }), IDR, makeSlice({ layer: 33 })],
    ],
    ['padding alone', [VPS, Buffer.alloc(0), SPS, PPS, IDR]],
  ])('%s', (_name, payloads, fmtp) => {
    const { units, troubles } = read([...payloads.map((payload) => at(0, payload)), NEXT], fmtp);
    expect(describeUnits(units)).toEqual(['0/K/19']);
    expect(troubles).toEqual([]);
    expect(units[0]?.data.subarray(4).equals(IDR)).toBe(true);
  });

  it('takes the type from the first fragment', () => {
    const [first, ...rest] = makeFragments(IDR, 3);
    if (first === undefined) throw new Error('no fragments');
    const wrong = rest.map((each) =>
      Buffer.concat([each.subarray(0, 2), Buffer.of((each[2] ?? 0) & 0xc0), each.subarray(3)]),
    );
    expect(
      describeUnits(read([...SETS, at(0, first), ...wrong.map((each) => at(0, each)), NEXT]).units),
    ).toEqual(['0/K/19']);
  });

  it.each<[string, readonly (Uint8Array | number)[]]>([
    ['a fragment without its start', makeFragments(P, 2).slice(1)],
    ['fragments without their end', [...makeFragments(P, 2).slice(0, -1), P]],
    ['a fragment without header', [unitHeader(49)]],
    ['an aggregate that lies about sizes', [Buffer.concat([unitHeader(48), Buffer.from('0200', 'hex')])]],
    ['a type that is not in use', [unitHeader(55)]],
    ['a PACI packet that is cut off', [Buffer.concat([unitHeader(50), Buffer.of(2)])]],
    ['a PACI packet within another', [makePaci(makePaci(P))]],
    ['a PACI packet whose extension does not fit', [Buffer.concat([unitHeader(50), Buffer.of(2, 0xf0)])]],
    ['one byte', [Buffer.of(2)]],
    ['packets that are missing', [3]],
  ])('drops up to the next key frame after %s', (_name, damage) => {
    const packets = damage.map((each) => (typeof each === 'number' ? each : at(3600, each)));
    const { units, keyframesMissed } = read([
      ...START,
      ...packets,
      at(7200, P),
      ...START.map((each) => ({ ...each, timestamp: 10_800 })),
      NEXT,
    ]);
    expect(describeUnits(units)).toEqual(['0/K/19', '10800/K/19']);
    expect(units[1]?.afterLoss).toBe(true);
    expect(keyframesMissed).toBeGreaterThan(0);
  });
});

describe('H265Reader: where a picture ends', () => {
  it.each<[string, readonly RtpPacket[], readonly string[]]>([
    ['markers on pictures', [...START, at(3600, P, 'm'), NEXT], ['0/K/19', '3600/-/1']],
    ['no markers', [...SETS, at(0, IDR), at(3600, P), NEXT], ['0/K/19', '3600/-/1']],
    [
      'markers on sets and messages',
      [at(0, VPS, 'm'), at(0, SPS, 'm'), at(0, PPS, 'm'), at(0, SEI, 'm'), at(0, IDR, 'm'), NEXT],
      ['0/K/19'],
    ],
    [
      'several slices, a marker on each',
      [
        ...SETS,
        at(0, IDR, 'm'),
        at(0, makeSlice({ type: SLICE.idr, first: false }), 'm'),
        at(3600, P, 'm'),
        NEXT,
      ],
      ['0/K/19+19', '3600/-/1'],
    ],
    ['one timestamp for everything', [...START, at(0, P), at(0, P), at(0, P)], ['0/K/19', '0/-/1', '0/-/1']],
    [
      'delimiters and messages',
      [at(0, AUD), ...START, at(3600, AUD), at(3600, SEI), at(3600, P), at(3600, SUFFIX_SEI, 'm'), NEXT],
      ['0/K/19', '3600/-/1'],
    ],
    [
      'a packet with nothing but a message',
      [...START, at(3600, SEI, 'm'), at(7200, P, 'm'), NEXT],
      ['0/K/19', '7200/-/1'],
    ],
    [
      'parameter sets with the timestamp of the picture before',
      [...START, at(3600, P), at(3600, VPS), at(3600, SPS), at(3600, PPS), at(7200, CRA), NEXT],
      ['0/K/19', '3600/-/1', '7200/K/21'],
    ],
    ['a picture of type 0', [...START, at(3600, makeSlice({ type: 0 })), NEXT], ['0/K/19', '3600/-/0']],
  ])('%s', (_name, packets, expected) => {
    expect(describeUnits(read(packets).units)).toEqual(expected);
  });
});

describe('H265Reader: key frames', () => {
  it.each([16, 17, 18, 19, 20, 21])('begins with type %i', (type) => {
    const { units } = read([at(0, P), ...SETS, at(3600, makeSlice({ type })), at(7200, P), NEXT]);
    expect(describeUnits(units)).toEqual([`3600/K/${type}`, '7200/-/1']);
  });

  it.each<[string, readonly (RtpPacket | number)[], readonly string[]]>([
    [
      'at the start',
      [...SETS, at(0, CRA), at(1, RASL), at(2, RADL), at(3, P), NEXT],
      ['0/K/21', '2/-/6', '3/-/1'],
    ],
    ['after loss', [...START, 2, at(9, CRA), at(8, RASL), at(11, P), NEXT], ['0/K/19', '9/K/21', '11/-/1']],
    [
      'not where everything was received',
      [...START, at(9, CRA), at(8, RASL), at(11, P), NEXT],
      ['0/K/19', '9/K/21', '8/-/8', '11/-/1'],
    ],
    [
      'of a broken link',
      [...START, at(9, BLA), at(8, RASL), at(11, P), NEXT],
      ['0/K/19', '9/K/16', '11/-/1'],
    ],
    [
      'after the end of a sequence',
      [...START, at(0, END_OF_SEQUENCE), at(9, CRA), at(8, RASL), at(11, P), NEXT],
      ['0/K/19+36', '9/K/21', '11/-/1'],
    ],
  ])('leaves out pictures that lean on what was before, %s', (_name, packets, expected) => {
    const { units, keyframesMissed } = read(packets);
    expect(describeUnits(units)).toEqual(expected);
    if (packets.every((packet) => typeof packet !== 'number')) {
      expect(units.some(({ afterLoss }) => afterLoss)).toBe(false);
      expect(keyframesMissed).toBe(0);
    }
  });

  it('waits for all three parameter sets', () => {
    const { units, troubles } = read([at(0, SPS), at(0, PPS), at(0, IDR), at(1, VPS), at(1, IDR), NEXT]);
    expect(describeUnits(units)).toEqual(['1/K/19']);
    expect(troubles).toEqual(['a key frame without parameter sets']);
  });

  it('does not take B slices for reordering where the SPS excludes it', () => {
    const { units } = read([...START, at(3600, makeSlice({ kind: 'b' })), NEXT]);
    expect(units[1]).toMatchObject({ bidirectional: true, active: { knownReorder: 0 } });
  });
});

describe('H265Reader: parameter sets of the SDP', () => {
  const hints = (changes: Readonly<Record<string, Buffer | undefined>> = {}) =>
    Object.fromEntries(
      Object.entries({ ...HINTS, ...changes }).flatMap(([name, set]) =>
        set === undefined ? [] : [[name, set.toString('base64')]],
      ),
    );
  const annexB = (set: Buffer) => Buffer.concat([Buffer.of(0, 0, 0, 1), set]);

  it.each([
    ['all three', hints()],
    [
      'with start codes',
      hints({ 'sprop-vps': annexB(VPS), 'sprop-sps': annexB(SPS), 'sprop-pps': annexB(PPS) }),
    ],
    ['under the wrong names', hints({ 'sprop-vps': PPS, 'sprop-sps': VPS, 'sprop-pps': SPS })],
    [
      'in the parameter of H.264',
      { 'sprop-parameter-sets': [VPS, SPS, PPS].map((set) => set.toString('base64')).join(',') },
    ],
    ['two PPS', { ...hints(), 'sprop-pps': `${PPS.toString('base64')},${PPS.toString('base64')}` }],
  ])('are taken: %s', (_name, fmtp) => {
    expect(read([at(0, IDR), NEXT], fmtp).units[0]?.active.config).toMatchObject({
      codec: 'h265',
      codecString: 'hvc1.1.6.L90.B0',
      width: 704,
      height: 480,
      announcedFps: 12,
    });
  });

  it.each([
    ['one missing', hints({ 'sprop-vps': undefined })],
    ['one cut off', hints({ 'sprop-sps': SPS.subarray(0, 8) })],
    ['nonsense', { 'sprop-vps': '%%%', 'sprop-sps': '', 'sprop-pps': 'AAAA' }],
  ])('are not taken: %s', (_name, fmtp) => {
    expect(read([at(0, IDR), NEXT], fmtp).units).toEqual([]);
  });

  it('lose against the stream', () => {
    const fmtp = hints({ 'sprop-sps': OTHER_SPS });
    expect(read([...START, NEXT], fmtp).units[0]?.active.config.height).toBe(480);
    expect(read([at(0, IDR), NEXT], fmtp).units[0]?.active.config.height).toBe(368);
  });

  it('make a new configuration only when bytes changed', () => {
    const again = [at(1, VPS), at(1, SPS), at(1, PPS), at(1, IDR)];
    const changed = [at(2, VPS), at(2, OTHER_SPS), at(2, PPS), at(2, IDR)];
    const { units } = read([...START, ...again, ...changed, NEXT]);
    expect(units.map(({ active }) => active.config.height)).toEqual([480, 480, 368]);
    expect(units[1]?.active).toBe(units[0]?.active);
  });
});

describe('H265Reader: any input', () => {
  const slices = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 4 });
  const pictures = fc.array(fc.record({ key: fc.boolean(), slices }), { minLength: 1, maxLength: 12 });

  it('gives back the same pictures, however they are packed', () => {
    fc.assert(
      fc.property(
        pictures,
        fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        (made, ways, mtu, markers) => {
          const expected: string[] = [];
          const packets: RtpPacket[] = [];
          made.forEach((picture, index) => {
            const type = picture.key || index === 0 ? SLICE.idr : SLICE.trail;
            const units = picture.slices.map((body, number) =>
              makeSlice({ type, first: number === 0, body }),
            );
            expected.push(
              Buffer.concat(
                units.flatMap((unit) => [Buffer.of(0, 0, unit.length >> 8, unit.length & 0xff), unit]),
              ).toString('hex'),
            );
            const payloads = pack(type === SLICE.idr ? [VPS, SPS, PPS, ...units] : units, ways, mtu);
            payloads.forEach((payload, number) => {
              const marker = markers && number === payloads.length - 1;
              packets.push(makePacket(payload, { timestamp: index * 3600, marker }));
            });
          });
          const { units, troubles } = read([...packets, makePacket(P, { timestamp: 5 })]);
          expect(troubles).toEqual([]);
          expect(units.map(({ data }) => data.toString('hex'))).toEqual(expected);
        },
      ),
    );
  });

  it('survives any payload', () => {
    const header = fc.constantFrom(0, 2, 16, 32, 38, 42, 64, 66, 68, 70, 72, 78, 80, 96, 98, 100, 102, 255);
    const payload = fc
      .tuple(fc.option(header, { nil: undefined }), fc.uint8Array({ maxLength: 40 }))
      .map(([first, rest]) => Buffer.from(first === undefined ? rest : [first, 1, ...rest]));
    const packet = fc.tuple(payload, fc.nat(3), fc.boolean(), fc.nat(1));
    const fmtp = fc.dictionary(
      fc.constantFrom('sprop-vps', 'sprop-sps', 'sprop-pps', 'sprop-max-don-diff'),
      fc.oneof(
        fc.constantFrom(VPS, SPS, PPS).map((set) => set.toString('base64')),
        fc.string(),
      ),
    );
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 60 }), fmtp, (made, parameters) => {
        const packets = made.flatMap(([bytes, timestamp, marker, lost]) => [
          lost,
          makePacket(bytes, { timestamp, marker }),
        ]);
        for (const unit of read([...START, ...packets], parameters).units)
          expect(unit.data.length).toBeGreaterThan(4);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Packs units into payloads: alone (0), with the next one (1), in fragments (2) or in fragments within PACI packets (3). */
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
    } else if (way === 3) {
      payloads.push(...makeFragments(unit, mtu).map((each) => makePaci(each)));
    } else {
      payloads.push(unit);
    }
  }
  return payloads;
}
