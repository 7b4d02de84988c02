import { describe, expect, it } from 'vitest';
import { passwordScore } from './password-strength.ts';
import { withoutWords } from './penalty-words.ts';

describe('words that count as nothing', () => {
  it.each([
    ['Pantau-kuda', ['pantau'], '-kuda'],
    ['P4NT4U kuda', ['pantau'], ' kuda'],
    ['papantauntau', ['pantau'], ''],
    ['operator-1operator-1', ['operator-1'], ''],
    ['cctv dan abc', ['cctv', 'abc'], ' dan abc'],
    ['kuda', [], 'kuda'],
  ])('%j without %j', (text, words, rest) => expect(withoutWords(text, words)).toBe(rest));
});

describe('the strength of a password', () => {
  it('is low for what people try first, in both languages', () => {
    for (const password of ['rahasia12345', 'bismillah1234', 'password1234!', 'qwertyuiop123'])
      expect(passwordScore(password, []), password).toBeLessThan(3);
  });

  it('is high for several unrelated words', () => {
    expect(passwordScore('kerbau lampu jendela pasar', [])).toBe(4);
  });

  it('takes no credit from the words of this server', () => {
    expect(passwordScore('P4ntau-operator-1-kamera', ['pantau', 'operator-1', 'kamera'])).toBeLessThan(3);
  });

  it('looks at the beginning of very long passwords only: the estimate takes more than linear time', () => {
    const judged = 'a'.repeat(100);
    expect(passwordScore(judged, [])).toBeLessThan(3);
    expect(passwordScore(`${judged}${'kuda-Nil 7 rebana!'.repeat(300)}`, [])).toBe(passwordScore(judged, []));
  });
});
