import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetiseAac, packetiseNals, splitFrames, stampRuns, type PacketShape } from './rtp-layout.ts';

const SHAPE: PacketShape = { payloadType: 96, mtuBytes: 10, aggregate: false };
const STAMP = { channel: 2, sequence: 0xffff, timestamp: 0x01020304, ssrc: 0xa0b0c0d0, markers: true };

function hexFrames(bytes: Buffer): string[] {
  return splitFrames(bytes).map((frame) => frame.toString('hex'));
}

describe('packetiseNals', () => {
  it('writes single NAL units and FU-A fragments, patched for a client', () => {
    const nals = [Buffer.from('6742c01e', 'hex'), Buffer.from('65' + '0102030405060708090a', 'hex')];
    const { bytes, nextSequence } = stampRuns([packetiseNals(nals, SHAPE, true)], STAMP);
    expect(hexFrames(bytes)).toEqual([
      // $ ch length | V=2, PT 96, seq 65535, timestamp, ssrc | NAL unit
      '2402' + '0010' + '8060ffff' + '01020304' + 'a0b0c0d0' + '6742c01e',
      // seq 0 | FU indicator 0x7c, start of type 5 | 8 bytes
      '2402' + '0016' + '80600000' + '01020304' + 'a0b0c0d0' + '7c85' + '0102030405060708',
      // marker, seq 1 | end of type 5 | the rest
      '2402' + '0010' + '80e00001' + '01020304' + 'a0b0c0d0' + '7c45' + '090a',
    ]);
    expect(nextSequence).toBe(2);
  });

  it('aggregates what fits into one packet', () => {
    const nals = ['6742', '68ce', '0605', '65aabbccdd'].map((hex) => Buffer.from(hex, 'hex'));
    const { bytes } = stampRuns([packetiseNals(nals, { ...SHAPE, aggregate: true }, true)], STAMP);
    expect(hexFrames(bytes).map((frame) => frame.slice(32))).toEqual(
      [
        // STAP-A with the highest importance of its units | 16-bit size, unit …
        '78' + '0002' + '6742' + '0002' + '68ce',
        '78' + '0002' + '0605',
        '65aabbccdd',
      ].map((hex, at) => (at === 1 ? '0605' : hex)),
    );
  });

  it('clears markers on demand', () => {
    const run = packetiseNals([Buffer.from('41', 'hex')], SHAPE, true);
    expect(stampRuns([run], { ...STAMP, markers: false }).bytes[5]).toBe(96);
  });

  it('can be put together again, whatever the units and the size of packets', () => {
    const units = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(units, fc.integer({ min: 4, max: 120 }), fc.boolean(), (raw, mtuBytes, aggregate) => {
        const nals = raw.map((bytes) => Buffer.from([((bytes[0] ?? 0) & 0x60) | 1, ...bytes.subarray(1)]));
        const { bytes } = stampRuns(
          [packetiseNals(nals, { payloadType: 96, mtuBytes, aggregate }, true)],
          STAMP,
        );
        const payloads = splitFrames(bytes).map((frame) => frame.subarray(16));
        expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThanOrEqual(mtuBytes);
        expect(reassemble(payloads).map((nal) => nal.toString('hex'))).toEqual(
          nals.map((nal) => nal.toString('hex')),
        );
      }),
    );
  });
});

describe('packetiseAac', () => {
  it('puts an AU header of 16 bits before the frame', () => {
    const { bytes } = stampRuns([packetiseAac(Buffer.from('00c80007', 'hex'), 97)], STAMP);
    // marker, PT 97 | AU-headers-length 16 bits, size 4 << 3 | frame
    expect(hexFrames(bytes)).toEqual([
      '2402' + '0014' + '80e1ffff' + '01020304' + 'a0b0c0d0' + '00100020' + '00c80007',
    ]);
  });
});

/** The receiver's side of RFC 6184, for the test alone. */
function reassemble(payloads: readonly Buffer[]): Buffer[] {
  const nals: Buffer[] = [];
  for (const payload of payloads) {
    const type = (payload[0] ?? 0) & 31;
    if (type === 24) {
      for (let at = 1; at < payload.length; at += 2 + payload.readUInt16BE(at)) {
        nals.push(payload.subarray(at + 2, at + 2 + payload.readUInt16BE(at)));
      }
    } else if (type === 28) {
      const header = ((payload[0] ?? 0) & 0xe0) | ((payload[1] ?? 0) & 31);
      if (((payload[1] ?? 0) & 0x80) !== 0) nals.push(Buffer.from([header]));
      nals.push(Buffer.concat([nals.pop() ?? Buffer.alloc(0), payload.subarray(2)]));
    } else {
      nals.push(payload);
    }
  }
  return nals;
}
