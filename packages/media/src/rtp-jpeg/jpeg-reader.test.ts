import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJpegSize } from '../jpeg/jpeg-header.ts';
import { makeTestJpeg } from '../jpeg/testing-pictures.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { AccessUnit } from '../video/access-unit.ts';
import { JpegReader } from './jpeg-reader.ts';
import { makeQuantisationTables } from './jpeg-tables.ts';
import { packetizeJpeg } from './testing-packetizer.ts';

const ARRIVAL = { wallMs: 0, monotonicMs: 0 };
const PICTURE = makeTestJpeg('', 640, 480);
/** As the reader makes it: without the comment. */
const READ = Buffer.concat([PICTURE.subarray(0, 2), PICTURE.subarray(6)]);

/** A number among the packets is a loss of so many. */
function read(packets: readonly (RtpPacket | number)[], announced?: { width: number; height: number }) {
  const units: AccessUnit[] = [];
  const troubles: string[] = [];
  const reader = new JpegReader(announced, {
    onAccessUnit: (unit) => units.push(unit),
    onTrouble: (message) => troubles.push(message),
  });
  let lost = 0;
  for (const each of packets) {
    if (typeof each === 'number') {
      lost = each;
      continue;
    }
    const payload = Buffer.from(each.payload);
    reader.push({ ...each, payload }, lost, ARRIVAL);
    payload.fill(0xee);
    lost = 0;
  }
  return { units, troubles, pictures: units.map(({ data }) => data) };
}

const send = (timestamp: number, more: Partial<Parameters<typeof packetizeJpeg>[1]> = {}) =>
  packetizeJpeg(PICTURE, { timestamp, ...more });

describe('JpegReader makes the picture anew from', () => {
  it('tables in the stream', () => {
    const { units, troubles } = read(send(9000));
    expect(units[0]).toMatchObject({
      timestamp: 9000,
      keyframe: true,
      afterLoss: false,
      bidirectional: false,
    });
    expect(units[0]?.active.config).toMatchObject({ codec: 'jpeg', width: 640, height: 480 });
    expect(units[0]?.data).toEqual(READ);
    expect(troubles).toEqual([]);
  });

  it.each([10, 50, 75, 99])('tables by the quality factor %i', (quality) => {
    const { pictures } = read(send(0, { quality }));
    expect(pictures[0]?.subarray(7, 71)).toEqual(makeQuantisationTables(quality).subarray(0, 64));
  });

  it('tables of an earlier picture of the same quality, but never those of quality 255', () => {
    expect(
      read([...send(0, { quality: 200 }), ...send(1, { quality: 200, omitsTables: true })]).pictures,
    ).toEqual([READ, READ]);
    expect(read([...send(0), ...send(1, { omitsTables: true })]).troubles).toEqual([
      'a picture has no quantisation tables',
    ]);
  });

  it('pictures whose size only the session description tells', () => {
    const { pictures } = read(send(0, { hidesSize: true }), { width: 2560, height: 1920 });
    expect(readJpegSize(pictures[0] ?? Buffer.alloc(0))).toEqual({ width: 2560, height: 1920 });
    expect(read(send(0, { hidesSize: true })).troubles).toEqual(['a picture has no size']);
  });

  it('a camera that sets no marker: the next time ends the picture', () => {
    const { units } = read([0, 1, 2].flatMap((timestamp) => send(timestamp, { hasMarker: false })));
    expect(units.map(({ timestamp, afterLoss }) => [timestamp, afterLoss])).toEqual([
      [0, false],
      [1, false],
    ]);
  });
});

describe('JpegReader drops', () => {
  it.each([0, 2, 4])('the picture of which packet %i is lost, and no other', (index) => {
    const packets = send(1);
    const { units } = read([
      ...send(0),
      ...packets.slice(0, index),
      1,
      ...packets.slice(index + 1),
      ...send(2),
    ]);
    expect(units.map(({ timestamp }) => timestamp)).toEqual([0, 2]);
  });

  it.each([
    ['headers that are cut off', Buffer.alloc(5)],
    ['a type that is not in the standard', Buffer.from([0, 0, 0, 0, 7, 50, 1, 1, 0])],
    ['tables that are longer than the packet', Buffer.from([0, 0, 0, 0, 1, 255, 1, 1, 0, 0, 2, 0, 1])],
    ['a quality that is not in the standard', Buffer.from([0, 0, 0, 0, 1, 0, 1, 1, 0])],
  ])('%s', (_name, payload) => {
    const bad: RtpPacket = {
      payloadType: 26,
      marker: true,
      sequenceNumber: 0,
      timestamp: 5,
      ssrc: 1,
      payload,
    };
    const { units, troubles } = read([bad, ...send(9)]);
    expect(troubles).toHaveLength(1);
    expect(units.map(({ timestamp }) => timestamp)).toEqual([9]);
  });

  it('a picture that grows without bound', () => {
    const payload = (offset: number) =>
      Buffer.concat([
        Buffer.from([0, offset >> 16, offset >> 8, offset, 1, 50, 80, 60]),
        Buffer.alloc(60_000),
      ]);
    const packets = Array.from({ length: 100 }, (_, index): RtpPacket => ({
      payloadType: 26,
      marker: false,
      sequenceNumber: index,
      timestamp: 1,
      ssrc: 1,
      payload: payload(index * 60_000),
    }));
    expect(read(packets).troubles[0]).toBe('a picture is too large');
  });

  it('whatever else comes, without failing', () => {
    const packet = fc.record({
      marker: fc.boolean(),
      timestamp: fc.nat(3),
      payload: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 20 }), (packets) => {
        read(
          packets.map(({ marker, timestamp, payload }) => ({
            payloadType: 26,
            marker,
            sequenceNumber: 0,
            timestamp,
            ssrc: 1,
            payload: Buffer.from(payload),
          })),
        );
      }),
    );
  });
});
