import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MediaError } from '../media-error.ts';
import { parseRtcp } from './rtcp.ts';
import { encodeReceiverReport } from './receiver-report.ts';

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');

const SENDER_REPORT = [
  '80 c8 0006', // V=2 RC=0 PT=200, 7 words
  'a1b2c3d4', // SSRC
  'e9d4b2a0 80000000', // NTP
  '00015f90', // RTP timestamp
  '00000064 0000fa00', // packets, bytes
].join('');
const SDES = '81 ca 0002 a1b2c3d4 01 00 0000';
const GOODBYE = '82 cb 0002 a1b2c3d4 00000007';

const report = {
  type: 'sender-report',
  ssrc: 0xa1b2_c3d4,
  ntpSeconds: 0xe9d4_b2a0,
  ntpFraction: 0x8000_0000,
  rtpTimestamp: 90_000,
};
const goodbye = { type: 'goodbye', ssrcs: [0xa1b2_c3d4, 7] };

test.each([
  { name: 'sender report', hex: SENDER_REPORT, items: [report] },
  {
    name: 'sender report, description, goodbye',
    hex: SENDER_REPORT + SDES + GOODBYE,
    items: [report, goodbye],
  },
  { name: 'description only', hex: SDES, items: [] },
  { name: 'application packet first', hex: `80 cc 0002 a1b2c3d4 41424344 ${SENDER_REPORT}`, items: [report] },
  { name: 'broken tail is cut', hex: `${SENDER_REPORT} 80 c8 00ff a1b2`, items: [report] },
  { name: 'sender report too short for its fields', hex: `80 c8 0001 a1b2c3d4`, items: [] },
  {
    name: 'goodbye that counts more sources than it holds',
    hex: '9f cb 0001 a1b2c3d4',
    items: [{ type: 'goodbye', ssrcs: [0xa1b2_c3d4] }],
  },
  { name: 'goodbye without sources', hex: '80 cb 0000', items: [{ type: 'goodbye', ssrcs: [] }] },
])('$name', ({ hex, items }) => {
  expect(parseRtcp(bytesOf(hex))).toEqual(items);
});

test.each([
  ['empty', ''],
  ['RTP instead', '80 60 1234 01020304 a1b2c3d4'],
  ['version 0', '00 c8 0000'],
  ['longer than the packet', '80 c8 0006 a1b2c3d4'],
])('%s is refused', (_name, hex) => {
  expect(() => parseRtcp(bytesOf(hex))).toThrow(MediaError);
});

test('any bytes: items or MediaError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 192, max: 223 }), (raw, packetType) => {
      const bytes = Buffer.concat([Buffer.from([0x9f, packetType, 0, raw.length >> 3]), raw]);
      try {
        expect(parseRtcp(bytes).length).toBeLessThan(100);
      } catch (error) {
        expect(error).toBeInstanceOf(MediaError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a receiver report, byte by byte', () => {
  const block = {
    ssrc: 0xa1b2_c3d4,
    fractionLost: 64,
    cumulativeLost: 5,
    extendedHighest: 0x0001_1194,
    jitter: 33.9,
    lastSenderReport: 0xb2a0_8000,
    delaySinceLastSenderReport: 98_304,
  };
  const expected = [
    '81 c9 0007', // V=2 RC=1 PT=201, 8 words
    '0badcafe', // our SSRC
    'a1b2c3d4', // whom the block is about
    '40 000005', // a quarter lost lately, 5 in all
    '00011194', // highest sequence number
    '00000021', // jitter
    'b2a08000', // last sender report
    '00018000', // 1.5 s ago
    '81 ca 0003', // V=2 SC=1 PT=202, 4 words
    '0badcafe',
    '01 03 616263', // CNAME "abc"
    '000000', // end of items, padding
  ];
  expect(encodeReceiverReport(0x0bad_cafe, 'abc', block)).toEqual(bytesOf(expected.join('')));
});

test('a receiver report without a source, and out of range figures clamped', () => {
  expect(encodeReceiverReport(1, 'ab', undefined)).toEqual(
    bytesOf('80c90001 00000001 81ca0003 00000001 0102 6162 00000000'),
  );
  const wild = {
    ssrc: 1,
    fractionLost: 300,
    cumulativeLost: 1e9,
    extendedHighest: 0,
    jitter: 2 ** 33,
    lastSenderReport: 0,
    delaySinceLastSenderReport: 0,
  };
  const bytes = encodeReceiverReport(1, 'ab', wild);
  expect(bytes.subarray(12, 16)).toEqual(bytesOf('ff 7fffff'));
  expect(parseRtcp(bytes)).toEqual([]);
});
