import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import type { PasswordHasher } from './password-hasher.ts';
import { listProblems, PASSWORD_REQUIREMENTS, PasswordPolicy } from './password-policy.ts';
import { PasswordStrengthThread } from './password-strength.ts';

/** What it "hashed" is readable; counts what it verified. */
class OpenHasher implements PasswordHasher {
  verified = 0;
  hash = (password: string) => Promise.resolve(`#${password}`);
  verify = (hash: string, password: string) => {
    this.verified++;
    return Promise.resolve(hash === `#${password}`);
  };
  verifyNobody = () => Promise.resolve(false as const);
}

describe('the rules for passwords', () => {
  const strength = new PasswordStrengthThread(systemClock);
  const hasher = new OpenHasher();
  const policy = new PasswordPolicy(strength, hasher);
  afterAll(() => strength[Symbol.asyncDispose]());

  const problems = async (password: string, username = 'operator-1', previousHashes: string[] = []) => {
    try {
      await policy.check({ password, username, previousHashes });
      return [];
    } catch (error) {
      const codes = listProblems(error);
      if (codes === undefined) throw error;
      return codes;
    }
  };

  it.each([
    ['Indonesian words', 'kucing makan ikan asin'],
    ['English words', 'correct horse battery staple'],
    ['random characters', '7Kd!mQz2pWx9'],
    ['emoji, counted as characters', '🐈🐕🐎🐄🐖🐑🐓🦆🐝🐞🐢🐍'],
    ['Cyrillic', 'пароль на завтра'],
    ['Chinese', '密码很长很安全的一个东西'],
    ['spaces at both ends', ' jembatan layang kuning '],
    ['200 characters', 'x7Q!'.concat('kebun raya dan sawah luas '.repeat(8)).slice(0, 200)],
    ['a product word among others', 'kamera jepit benar baterai kuda'],
    ['200 emoji, 400 UTF-16 units', '🐈🐕🐎🐄🐖🐑🐓🦆🐝🐞'.repeat(20)],
  ])('accepts %s', async (_name, password) => {
    expect(await problems(password)).toEqual([]);
  });

  it.each([
    ['', ['TOO_SHORT']],
    ['7Kd!mQz2pWx', ['TOO_SHORT']],
    ['🐈🐕🐎🐄🐖🐑', ['TOO_SHORT']],
    // Eleven letters and a combining accent are eleven characters.
    ['7Kd!mQz2pWe\u0301', ['TOO_SHORT']],
    ['k'.repeat(201), ['TOO_LONG']],
    // One code point that NFKC makes eighteen of.
    ['\ufdfa'.repeat(12), ['TOO_LONG']],
    ['operator-1', ['TOO_SHORT', 'CONTAINS_USERNAME']],
    ['7Kd!mQz2pWx\0', ['UNUSABLE_CHARACTERS']],
    ['7Kd!mQz2\tpWx9', ['UNUSABLE_CHARACTERS']],
    ['7Kd!mQz2pWx9\n', ['UNUSABLE_CHARACTERS']],
    ['7Kd!mQz2pWx9\ud83d', ['UNUSABLE_CHARACTERS']],
    ['pagar OPERATOR-1 kebun sawah', ['CONTAINS_USERNAME']],
    ['pagar ｏperator-1 kebun sawah', ['CONTAINS_USERNAME']],
    ['rahasia12345', ['TOO_WEAK']],
    ['bismillah1234', ['TOO_WEAK']],
    ['assalamualaikum', ['TOO_WEAK']],
    ['indonesia1945', ['TOO_WEAK']],
    ['Indonesia!1945', ['TOO_WEAK']],
    ['password1234!', ['TOO_WEAK']],
    ['P4ssw0rd!2026', ['TOO_WEAK']],
    ['qwertyuiop123', ['TOO_WEAK']],
    ['adminadmin123', ['TOO_WEAK']],
    ['123456789012', ['TOO_WEAK']],
    ['abcdefghijklmnop', ['TOO_WEAK']],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', ['TOO_WEAK']],
    ['            ', ['TOO_WEAK']],
    ['Pantau-CCTV-2026', ['TOO_WEAK']],
    ['P4nt4u-cctv-2026', ['TOO_WEAK']],
    ['p@nt@u c@m3r@ @dm1n', ['TOO_WEAK']],
    ['dishubkameracctv', ['TOO_WEAK']],
    ['1-rotarepo-2026', ['TOO_WEAK']],
    ['0per4t0r-1-2026', ['TOO_WEAK']],
  ])('refuses %j', async (password, codes) => {
    expect(await problems(password)).toEqual(codes);
  });

  it('refuses a name in it whatever the name is, but not the empty one', async () => {
    expect(await problems('jembatan layang kuning', 'Layang')).toEqual(['CONTAINS_USERNAME']);
    expect(await problems('jembatan layang kuning', '')).toEqual([]);
    // Not a pattern.
    expect(await problems('jembatan layang kuning', '...')).toEqual([]);
  });

  it('refuses the last five, in whatever form they are typed', async () => {
    const earlier = ['satu', 'dua', 'tiga', 'empat'].map((word) => `#${word} kerbau di sawah`);
    const fifth = '#caf\u00e9 kerbau di sawah';
    expect(await problems('satu kerbau di sawah', 'viewer-1', [...earlier, fifth])).toEqual(['USED_BEFORE']);
    expect(await problems('cafe\u0301 kerbau di sawah', 'viewer-1', [...earlier, fifth])).toEqual([
      'USED_BEFORE',
    ]);
    expect(await problems('cafe\u0301 kerbau di sawah', 'viewer-1', [...earlier, '#lima', fifth])).toEqual(
      [],
    );
  });

  it('costs no hash while something cheaper is wrong', async () => {
    hasher.verified = 0;
    await problems('rahasia12345', 'viewer-1', ['#x']);
    await problems('pendek', 'viewer-1', ['#x']);
    expect(hasher.verified).toBe(0);
  });

  it('says field by field what is wrong, never the password', async () => {
    const error: unknown = await policy
      .check({ password: 'operator-1', username: 'operator-1', previousHashes: [] })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      kind: 'invalid',
      code: 'PASSWORD_REFUSED',
      details: {
        errors: [
          { field: 'password', code: 'TOO_SHORT', message: 'It must have at least 12 characters.' },
          { field: 'password', code: 'CONTAINS_USERNAME', message: 'It must not contain the user name.' },
        ],
      },
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('operator-1');
  });

  it('tells clients its numbers', () => {
    expect(PASSWORD_REQUIREMENTS).toMatchObject({
      min_length: 12,
      max_length: 200,
      min_score: 3,
      history: 5,
    });
    expect(PASSWORD_REQUIREMENTS.penalty_words).toContain('pantau');
  });
});
