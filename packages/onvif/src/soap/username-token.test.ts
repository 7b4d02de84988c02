import { describe, expect, it } from 'vitest';
import { computePasswordDigest } from './username-token.ts';

describe('computePasswordDigest', () => {
  it('gives the value of the example in the ONVIF Application Programmer’s Guide, section 6.1.1.3', () => {
    const nonce = Buffer.from('LKqI6G/AikKCQrN0zqZFlg==', 'base64');
    expect(computePasswordDigest(nonce, '2010-09-16T07:50:45Z', 'userpassword')).toBe(
      'tuOSpGlFlIXsozq4HFNeeGeFLEI=',
    );
  });
});
