import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { H264Reader } from '../h264/h264-reader.ts';
import { PPS, SPS, makeSlice } from '../h264/testing-packetizer.ts';
import type { AccessUnit } from '../video/access-unit.ts';
import { MAX_PAYLOAD_BYTES, packetizePicture, readParameterSets } from './video-payloads.ts';

/** An AVCDecoderConfigurationRecord with one SPS and one PPS (ISO 14496-15 5.3.3). */
function avcRecord(sps: Buffer, pps: Buffer): Buffer {
  const length = (set: Buffer) => Buffer.from([set.length >> 8, set.length & 0xff]);
  const head = Buffer.from([1, sps[1] ?? 0, sps[2] ?? 0, sps[3] ?? 0, 0xff, 0xe1]);
  return Buffer.concat([head, length(sps), sps, Buffer.from([1]), length(pps), pps]);
}

function withLength(...units: Buffer[]): Buffer {
  return Buffer.concat(
    units.flatMap((unit) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(unit.length);
      return [length, unit];
    }),
  );
}

const CONFIG = { codec: 'h264', decoderConfig: avcRecord(SPS, PPS) } as const;

/** Reads payloads back with the engine's own depacketiser. */
function readBack(pictures: readonly Buffer[][]): AccessUnit[] {
  const units: AccessUnit[] = [];
  const trouble: string[] = [];
  const reader = new H264Reader(new Map(), {
    onAccessUnit: (unit) => units.push({ ...unit, data: Buffer.from(unit.data) }),
    onTrouble: (message) => trouble.push(message),
  });
  let sequenceNumber = 0;
  pictures.forEach((payloads, picture) => {
    payloads.forEach((payload, index) => {
      const packet = {
        payloadType: 96,
        marker: index === payloads.length - 1,
        sequenceNumber: sequenceNumber++,
        timestamp: picture * 3600,
        ssrc: 1,
        payload,
      };
      reader.push(packet, 0, { wallMs: 0, monotonicMs: picture * 40 });
    });
  });
  expect(trouble).toEqual([]);
  return units;
}

describe('payloads of H.264', () => {
  it('are what a depacketiser makes the same pictures of, whatever their size', () => {
    const sizeOf = fc.integer({ min: 8, max: 6000 });
    fc.assert(
      fc.property(fc.array(sizeOf, { minLength: 6, maxLength: 12 }), (sizes) => {
        const pictures = sizes.map((size, index) => {
          const slice = Buffer.concat([makeSlice({ idr: index === 0 }), Buffer.alloc(size, 0x5a)]);
          return withLength(slice);
        });
        const payloads = pictures.map((data, index) =>
          packetizePicture({ data, keyframe: index === 0 }, CONFIG),
        );
        for (const payload of payloads.flat()) expect(payload.length).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
        const read = readBack(payloads);
        // The last picture ends with the one after it, or once markers have proved true.
        expect(read.length).toBeGreaterThanOrEqual(pictures.length - 1);
        read.forEach((unit, index) =>
          expect(unit.data.equals(pictures[index] ?? Buffer.alloc(0))).toBe(true),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('begin a key frame with its parameter sets in one packet, and no other picture', () => {
    const data = withLength(makeSlice({ idr: true }));
    const [sets, ...rest] = packetizePicture({ data, keyframe: true }, CONFIG);
    expect((sets?.[0] ?? 0) & 0x1f).toBe(24);
    expect(rest).toHaveLength(1);
    expect(packetizePicture({ data: withLength(makeSlice()), keyframe: false }, CONFIG)).toHaveLength(1);
  });
});

describe('payloads of H.265', () => {
  it('carry a large unit in fragments with its header taken apart (RFC 7798 section 4.4.3)', () => {
    const unit = Buffer.concat([Buffer.from([19 << 1, 1]), Buffer.alloc(3000, 7)]);
    const config = { codec: 'h265', decoderConfig: Buffer.alloc(23) } as const;
    const payloads = packetizePicture({ data: withLength(unit), keyframe: true }, config);
    expect(payloads.map((payload) => (payload[0] ?? 0) >> 1)).toEqual([49, 49, 49]);
    expect(payloads.map((payload) => payload[2])).toEqual([0x80 | 19, 19, 0x40 | 19]);
    expect(Buffer.concat(payloads.map((payload) => payload.subarray(3)))).toEqual(unit.subarray(2));
  });

  it('find the sets of an hvcC in its order', () => {
    const set = (type: number) => Buffer.from([type << 1, 1, type]);
    const arrays = [32, 33, 34].map((type) =>
      Buffer.concat([Buffer.from([0x80 | type, 0, 1, 0, 3]), set(type)]),
    );
    const record = Buffer.concat([Buffer.alloc(22), Buffer.from([3]), ...arrays]);
    expect(readParameterSets({ codec: 'h265', decoderConfig: record })).toEqual([32, 33, 34].map(set));
  });
});

describe('records that lie', () => {
  it.each(['h264', 'h265'] as const)('of %s give what is there, and never throw', (codec) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const decoderConfig = Buffer.from(bytes);
        for (const set of readParameterSets({ codec, decoderConfig })) expect(set.length).toBeLessThan(80);
        expect(() =>
          packetizePicture({ data: decoderConfig, keyframe: true }, { codec, decoderConfig }),
        ).not.toThrow();
      }),
    );
  });
});
