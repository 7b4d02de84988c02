import { expect, it } from 'vitest';
import { encodeSenderReport } from './sender-report.ts';

it('encodes a sender report with its CNAME', () => {
  const bytes = encodeSenderReport({
    ssrc: 0x11223344,
    wallMs: 500, // half a second after 1970
    timestamp: 0xdeadbeef,
    packets: 3,
    octets: 4000,
  });
  expect(bytes.toString('hex')).toBe(
    '80c80006' + // V=2, SR, 7 words
      '11223344' +
      '83aa7e80' + // 2 208 988 800 s since 1900
      '80000000' + // 1/2 s
      'deadbeef' +
      '00000003' +
      '00000fa0' +
      '81ca0004' + // V=2, one chunk, SDES, 5 words
      '11223344' +
      '0106' +
      Buffer.from('camera').toString('hex') +
      '00000000',
  );
});
