/**
 * How hard a password is to guess, 0 to 4. The dictionaries weigh more than the rest of the administration together: this module is
 * fetched only when somebody is about to choose a password. The server decides in the end, by the same rules.
 */
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as english from '@zxcvbn-ts/language-en';
import * as indonesian from '@zxcvbn-ts/language-id';
import { withoutWords } from './penalty-words.ts';

/** What is longer is judged by its beginning: the estimate takes more than linear time. */
const JUDGED_LENGTH = 100;

let estimator: ZxcvbnFactory | undefined;

/** @param words count as nothing: product names, the user name */
export function passwordScore(password: string, words: readonly string[]): number {
  estimator ??= new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary, ...indonesian.dictionary },
    graphs: common.adjacencyGraphs,
  });
  const text = Array.from(password).slice(0, JUDGED_LENGTH).join('');
  const rest = withoutWords(text, words);
  const scores = (rest === text ? [text] : [text, rest]).map(
    (part) => estimator?.check(part, [...words]).score ?? 0,
  );
  return Math.min(...scores);
}
