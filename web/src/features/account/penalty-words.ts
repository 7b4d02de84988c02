/** Words that everybody who looks at this server would try first, cut out of a password before it is judged. */

/** Shorter words are in every second password by chance. */
const MIN_WORD_LENGTH = 4;

/** Digits and signs that stand for letters. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'i',
};

/** `P4ntau kuda` without `pantau` is ` kuda`. */
export function withoutWords(text: string, words: readonly string[]): string {
  let rest = text;
  for (const word of words.toSorted((a, b) => b.length - a.length)) {
    if (word.length < MIN_WORD_LENGTH) continue;
    const plain = unmask(word);
    for (let at = unmask(rest).indexOf(plain); at >= 0; at = unmask(rest).indexOf(plain))
      rest = rest.slice(0, at) + rest.slice(at + plain.length);
  }
  return rest;
}

/** As long as before, so that positions stay. */
function unmask(text: string): string {
  return text.replaceAll(/[A-Z013457@$!|]/g, (mark) => STANDS_FOR[mark] ?? mark.toLowerCase());
}
