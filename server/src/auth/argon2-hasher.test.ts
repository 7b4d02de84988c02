import { describe, expect, it } from 'vitest';
import { createArgon2Hasher } from './argon2-hasher.ts';

describe('the password hasher', () => {
  const hasher = createArgon2Hasher();

  it('writes argon2id with the parameters of the design, salted', async () => {
    const [one, two] = await Promise.all([hasher.hash('kata sandi'), hasher.hash('kata sandi')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(two).not.toBe(one);
    expect(await hasher.verify(one, 'kata sandi')).toBe(true);
    expect(await hasher.verify(two, 'kata sandi')).toBe(true);
    expect(await hasher.verify(one, 'Kata sandi')).toBe(false);
  });

  it.each([
    ['two ways to write é', 'caf\u00e9 di pojok', 'cafe\u0301 di pojok', true],
    ['full-width letters', 'pagar biru', '\uff50agar biru', true],
    ['what follows a NUL counts', 'pagar\0biru', 'pagar\0hijau', false],
    ['what follows 72 bytes counts', `${'x'.repeat(80)}a`, `${'x'.repeat(80)}b`, false],
    ['a space at the end counts', 'pagar biru', 'pagar biru ', false],
  ])('%s', async (_name, stored, given, same) => {
    expect(await hasher.verify(await hasher.hash(stored), given)).toBe(same);
  });

  it('is nobody’s password, whatever is given', async () => {
    expect(await hasher.verifyNobody('')).toBe(false);
    expect(await hasher.verifyNobody('kata sandi')).toBe(false);
  });

  it('lets 2 run and 32 wait', async () => {
    const busy = Array.from({ length: 34 }, (_, index) => hasher.verifyNobody(`sandi ${index}`));
    await expect(hasher.hash('satu lagi')).rejects.toMatchObject({ code: 'OVERLOADED' });
    await expect(hasher.verifyNobody('satu lagi')).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(await Promise.all(busy)).toEqual(Array.from({ length: 34 }, () => false));
    expect(await hasher.hash('satu lagi')).toContain('$argon2id$');
  });

  it('does not hold the main thread: the event loop turns between two hashes', async () => {
    // On the main thread the second hash would begin in the same turn in which the first ended, and no turn would be counted.
    let turns = 0;
    let done = false;
    const count = () => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    for (let index = 0; index < 3; index++) await hasher.hash('kata sandi');
    done = true;
    expect(turns).toBeGreaterThanOrEqual(2);
  });
});
