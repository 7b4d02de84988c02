import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { qrPath } from './qr-path.ts';

describe('the path of a QR code', () => {
  it('has one rectangle per run of dark modules', () => {
    expect(
      qrPath([
        [true, true, false, true],
        [false, false, false, false],
        [false, true, true, true],
      ]),
    ).toBe('M0 0h2v1h-2zM3 0h1v1h-1zM1 2h3v1h-3z');
  });

  it('covers exactly the dark modules', () => {
    const { data } = encode('otpauth://totp/Pantau:admin?secret=JBSWY3DPEHPK3PXP&issuer=Pantau', {
      ecc: 'M',
    });
    const drawn = data.map((row) => row.map(() => false));
    for (const [, x, y, width] of qrPath(data).matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
      const row = drawn[Number(y)] ?? [];
      for (let i = 0; i < Number(width); i++) row[Number(x) + i] = true;
    }
    expect(drawn).toEqual(data);
  });
});
