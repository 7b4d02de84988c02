import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { AacReader } from './aac-reader.ts';

const ARRIVAL = { wallMs: 0, monotonicMs: 0 };
const HBR = { mode: 'AAC-hbr', sizelength: '13', indexlength: '3', indexdeltalength: '3' };

function packet(hex: string, timestamp = 0, marker = true): RtpPacket {
  return {
    payloadType: 97,
    marker,
    sequenceNumber: 0,
    timestamp,
    ssrc: 1,
    payload: Buffer.from(hex.replaceAll(' ', ''), 'hex'),
  };
}

/** Frames as `timestamp:hex`; a number among the packets is a loss of so many. */
function read(packets: readonly (RtpPacket | number)[], fmtp: Record<string, string> = HBR) {
  const frames: string[] = [];
  const troubles: string[] = [];
  const reader = new AacReader(new Map(Object.entries(fmtp)), 1024, {
    onFrame: ({ data, timestamp }) => frames.push(`${timestamp}:${data.toString('hex')}`),
    onTrouble: (message) => troubles.push(message),
  });
  let lost = 0;
  for (const each of packets) {
    if (typeof each === 'number') {
      lost = each;
    } else {
      reader.push(each, lost, ARRIVAL);
      lost = 0;
    }
  }
  return { frames, troubles };
}

describe('AacReader: parts of a frame', () => {
  it('are copied as they come: a part does not keep the chunk it came in', () => {
    const chunk = packet('0010 0020 aabb', 5, false); // size 4, two bytes of it
    const rest = packet('0010 0020 ccdd', 5);
    const frames: string[] = [];
    const reader = new AacReader(new Map(Object.entries(HBR)), 1024, {
      onFrame: ({ data }) => frames.push(data.toString('hex')),
      onTrouble: () => {},
    });
    reader.push(chunk, 0, ARRIVAL);
    chunk.payload.fill(0);
    reader.push(rest, 0, ARRIVAL);
    expect(frames).toEqual(['aabbccdd']);
  });
});

describe('AacReader', () => {
  it.each<[string, readonly (RtpPacket | number)[], readonly string[]]>([
    // AU-headers-length in bits, AU headers (13 bits of size, 3 of index), frames
    ['one frame', [packet('0010 0020 aabbccdd', 5)], ['5:aabbccdd']],
    ['several frames', [packet('0020 0010 0018 aabb ccddee', 5)], ['5:aabb', '1029:ccddee']],
    [
      'a timestamp that wraps within the packet',
      [packet('0020 0008 0008 aa bb', 2 ** 32 - 1)],
      ['4294967295:aa', '1023:bb'],
    ],
    [
      'a frame over three packets',
      [packet('0010 0028 aabb', 5, false), packet('0010 0028 cc', 5, false), packet('0010 0028 ddee', 5)],
      ['5:aabbccddee'],
    ],
    ['a size of zero', [packet('0010 0000 aabb', 5)], ['5:aabb']],
    ['a size beyond the packet, with the marker', [packet('0010 0190 aabb', 5)], ['5:aabb']],
    ['a size short of the packet', [packet('0010 0008 aabb', 5)], ['5:aa']],
    ['ADTS inside the frame', [packet('0010 0048 fff15040013ffcaabb', 5)], ['5:aabb']],
    ['ADTS with a checksum', [packet('0010 0058 fff05040017ffc1234aabb', 5)], ['5:aabb']],
    ['ADTS without AU headers', [packet('fff15040013ffcaabb fff15040011ffccc', 5)], ['5:aabb', '1029:cc']],
    ['padding alone', [packet('', 5)], []],
  ])('%s', (_name, packets, expected) => {
    expect(read(packets)).toEqual({ frames: expected, troubles: [] });
  });

  it.each<[string, readonly (RtpPacket | number)[], readonly string[]]>([
    ['a header section beyond the packet', [packet('0100 0020 aabb')], []],
    ['no header section', [packet('00')], []],
    ['an empty header section', [packet('0000 aabb')], []],
    ['the second frame beyond the packet', [packet('0020 0010 0190 aabb cc', 5)], ['5:aabb']],
    ['parts that do not add up', [packet('0010 0028 aabb', 5, false), packet('0010 0028 cc', 5)], []],
    ['a part without an end', [packet('0010 0028 aabb', 5, false), packet('0010 0008 cc', 9)], ['9:cc']],
    ['a last part whose beginning is lost', [3, packet('0010 0028 ddee', 5)], []],
  ])('counts %s', (_name, packets, expected) => {
    const { frames, troubles } = read(packets);
    expect(frames).toEqual(expected);
    expect(troubles).toHaveLength(1);
  });

  it.each<[string, Record<string, string>, string, readonly string[]]>([
    ['AAC-lbr', { mode: 'AAC-lbr' }, '0010 0804 aabb cc', ['0:aabb', '1024:cc']],
    ['no widths: AAC-hbr', {}, '0010 0010 aabb', ['0:aabb']],
    ['a size alone', { sizelength: '16' }, '0020 0002 0001 aabb cc', ['0:aabb', '1024:cc']],
    ['no headers at all', { sizelength: '0' }, 'aabb', ['0:aabb']],
    ['nonsense', { sizelength: '99', indexlength: '-4' }, '0010 0010 aabb', ['0:aabb']],
  ])('AU header widths: %s', (_name, fmtp, hex, expected) => {
    expect(read([packet(hex)], fmtp).frames).toEqual(expected);
  });

  it('gives back the same frames, however they are packed', () => {
    const frame = fc
      .uint8Array({ minLength: 1, maxLength: 60 })
      .map((bytes) => Buffer.from([0x21, ...bytes]));
    fc.assert(
      fc.property(
        fc.array(fc.array(frame, { minLength: 1, maxLength: 4 }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 80 }),
        (groups, mtu) => {
          const packets: RtpPacket[] = [];
          groups.forEach((group, index) => {
            const [only] = group;
            const timestamp = index * 8192;
            if (group.length > 1 || only === undefined) {
              const headers = group.map(({ length }) => (length << 3).toString(16).padStart(4, '0')).join('');
              const bits = (group.length * 16).toString(16).padStart(4, '0');
              packets.push(packet(`${bits}${headers}${Buffer.concat(group).toString('hex')}`, timestamp));
              return;
            }
            for (let at = 0; at < only.length; at += mtu) {
              const header = (only.length << 3).toString(16).padStart(4, '0');
              const part = only.subarray(at, at + mtu).toString('hex');
              packets.push(packet(`0010${header}${part}`, timestamp, at + mtu >= only.length));
            }
          });
          const expected = groups.flatMap((group, index) =>
            group.map((data, number) => `${index * 8192 + number * 1024}:${data.toString('hex')}`),
          );
          expect(read(packets)).toEqual({ frames: expected, troubles: [] });
        },
      ),
    );
  });

  it('survives any payload', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.of(0, 16, ...bytes)),
    );
    const any = fc.tuple(
      payload,
      fc.nat(3),
      fc.boolean(),
      fc.nat(1),
      fc.constantFrom(HBR, { mode: 'AAC-lbr' }, { sizelength: '0' }),
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (made) => {
        for (const [bytes, timestamp, marker, lost, fmtp] of made) {
          const { frames } = read(
            [lost, packet(Buffer.from(bytes).toString('hex'), timestamp, marker)],
            fmtp,
          );
          expect(frames.join('').length).toBeLessThan(40 * 2 * 64);
        }
      }),
    );
  });
});
