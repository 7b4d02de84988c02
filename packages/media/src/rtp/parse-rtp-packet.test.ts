import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MediaError } from '../media-error.ts';
import { parseRtpPacket } from './parse-rtp-packet.ts';

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

// V=2 PT=96 seq=4660 ts=0x01020304 SSRC=0xa1b2c3d4; the first two bytes vary
const REST = '1234 01020304 a1b2c3d4';

test.each([
  { name: 'plain', hex: `80 60 ${REST} 6588aa`, payload: '6588aa', marker: false },
  { name: 'marker', hex: `80 e0 ${REST} 6588aa`, payload: '6588aa', marker: true },
  { name: 'no payload', hex: `80 60 ${REST}`, payload: '', marker: false },
  { name: 'two CSRCs', hex: `82 60 ${REST} 11111111 22222222 6588`, payload: '6588', marker: false },
  {
    name: 'extension of 2 words',
    hex: `90 60 ${REST} abac 0002 0000000000000000 6588`,
    payload: '6588',
    marker: false,
  },
  { name: 'extension of 0 words', hex: `90 60 ${REST} abac 0000 6588`, payload: '6588', marker: false },
  { name: 'padding', hex: `a0 60 ${REST} 6588 000003`, payload: '6588', marker: false },
  { name: 'padding larger than the payload', hex: `a0 60 ${REST} 6588 ff`, payload: '', marker: false },
  { name: 'padding bit without payload', hex: `a0 60 ${REST}`, payload: '', marker: false },
  {
    name: 'CSRC, extension and padding',
    hex: `b1 60 ${REST} 11111111 abac 0001 00000000 6588 0002`,
    payload: '6588',
    marker: false,
  },
])('$name', ({ hex, payload, marker }) => {
  const packet = parseRtpPacket(bytesOf(hex));
  expect(packet).toEqual({
    payloadType: 96,
    marker,
    sequenceNumber: 0x1234,
    timestamp: 0x0102_0304,
    ssrc: 0xa1b2_c3d4,
    payload: bytesOf(payload),
  });
});

test.each([
  ['shorter than a header', '80 60 1234 01020304 a1b2c3'],
  ['version 1', `40 60 ${REST}`],
  ['more CSRCs than bytes', `8f 60 ${REST} 11111111`],
  ['extension header cut', `90 60 ${REST} abac`],
  ['extension longer than the packet', `90 60 ${REST} abac 0009 00000000`],
])('%s is refused', (_name, hex) => {
  expect(() => parseRtpPacket(bytesOf(hex))).toThrow(MediaError);
});

test('the payload is a view of the given range', () => {
  const around = Buffer.concat([
    Buffer.from('ffff', 'hex'),
    bytesOf(`80 60 ${REST} 6588`),
    Buffer.from('ffff', 'hex'),
  ]);
  const { payload } = parseRtpPacket(around, 2, around.length - 2);
  expect(payload.toString('hex')).toBe('6588');
  expect(payload.buffer).toBe(around.buffer);
});

test('any bytes: a packet inside its range, or MediaError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (raw, isRtp) => {
      const bytes = Buffer.from(raw);
      if (isRtp && bytes.length > 0) bytes[0] = ((bytes[0] ?? 0) % 64) | 0x80;
      try {
        const packet = parseRtpPacket(bytes);
        expect(packet.payload.length).toBeLessThanOrEqual(bytes.length - 12);
      } catch (error) {
        expect(error).toBeInstanceOf(MediaError);
      }
    }),
    { numRuns: 500 },
  );
});
