/**
 * What a new password must be. Length and strength instead of character classes, after NIST SP 800-63B section 5.1.1.2;
 * the words below are no secret for anybody who looks at this server, so they count as nothing.
 */
import { AppError } from '@pantau/base/errors';
import type { PasswordRequirements } from '@pantau/contract/user';
import { foldName } from '../fields.ts';
import { normalizePassword } from './normalize-password.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { PasswordStrength } from './password-strength.ts';

/** Code points of the normalised password. */
const MIN_LENGTH = 12;
const MAX_LENGTH = 200;
const MIN_SCORE = 3;
/** The estimator takes more than linear time; what 100 characters do not reach, the rest will not. */
const SCORED_LENGTH = 100;
/** A shorter word is in every second password by chance. */
const MIN_WORD_LENGTH = 4;
/** Earlier passwords that may not come again, the current one among them. */
export const PASSWORD_HISTORY = 5;

/** Names of the product, of what it shows, and of those who run such servers. */
const PENALTY_WORDS = [
  'pantau', 'cctv', 'kamera', 'camera', 'stream', 'streaming', 'rtsp', 'viewer', 'operator', 'admin', 'administrator',
  'polisi', 'polri', 'polres', 'polsek', 'dishub', 'diskominfo', 'kominfo', 'satpol', 'pemkot', 'pemkab', 'pemda', 'desa',
  'lalulintas', 'simpang', 'kantor', 'server', 'jaringan', 'hikvision', 'dahua', 'password', 'katasandi', 'rahasia',
  'sandi', 'indonesia', 'merdeka', 'bismillah',
]; // prettier-ignore

export type PasswordProblem =
  | 'TOO_SHORT'
  | 'TOO_LONG'
  | 'UNUSABLE_CHARACTERS'
  | 'CONTAINS_USERNAME'
  | 'TOO_WEAK'
  | 'USED_BEFORE';

const MESSAGES: Readonly<Record<PasswordProblem, string>> = {
  TOO_SHORT: `It must have at least ${MIN_LENGTH} characters.`,
  TOO_LONG: `It must have at most ${MAX_LENGTH} characters.`,
  UNUSABLE_CHARACTERS: 'It must not contain control characters or broken Unicode.',
  CONTAINS_USERNAME: 'It must not contain the user name.',
  TOO_WEAK: 'It is too easy to guess. Take several unrelated words, or a password manager.',
  USED_BEFORE: `It must not be one of the last ${PASSWORD_HISTORY} passwords.`,
};

export interface NewPassword {
  readonly password: string;
  readonly username: string;
  /** Of the last passwords of the account, the current one first; none for a new account. */
  readonly previousHashes: readonly string[];
}

export class PasswordPolicy {
  readonly #strength: PasswordStrength;
  readonly #hasher: PasswordHasher;

  constructor(strength: PasswordStrength, hasher: PasswordHasher) {
    this.#strength = strength;
    this.#hasher = hasher;
  }

  /**
   * @throws AppError PASSWORD_REFUSED with `details.errors`: what can be told at once, or that it is weak, or that it
   * was used before; OVERLOADED.
   */
  async check(wanted: NewPassword): Promise<void> {
    const password = normalizePassword(wanted.password);
    const problems = listPlainProblems(password, wanted.username);
    if (problems.length > 0) throw refused(problems);
    const { texts, words } = forEstimator(password, wanted.username);
    if ((await this.#strength.score(texts, words)) < MIN_SCORE) throw refused(['TOO_WEAK']);
    for (const hash of wanted.previousHashes.slice(0, PASSWORD_HISTORY)) {
      if (await this.#hasher.verify(hash, password)) throw refused(['USED_BEFORE']);
    }
  }
}

/** For clients that tell while somebody types. */
export const PASSWORD_REQUIREMENTS: PasswordRequirements = {
  min_length: MIN_LENGTH,
  max_length: MAX_LENGTH,
  min_score: MIN_SCORE,
  history: PASSWORD_HISTORY,
  penalty_words: PENALTY_WORDS,
};

/** The codes of a PASSWORD_REFUSED that `check` threw; undefined for every other error. */
export function listProblems(error: unknown): readonly string[] | undefined {
  if (!(error instanceof AppError) || error.code !== 'PASSWORD_REFUSED') return undefined;
  const { codes } = error.details;
  return Array.isArray(codes) ? codes.map(String) : [];
}

function listPlainProblems(password: string, username: string): PasswordProblem[] {
  const problems: PasswordProblem[] = [];
  const length = countCodePoints(password);
  if (length < MIN_LENGTH) problems.push('TOO_SHORT');
  if (length > MAX_LENGTH) problems.push('TOO_LONG');
  // What no keyboard writes, and what would become U+FFFD: another password would then do as well.
  if (/\p{Cc}/u.test(password) || !password.isWellFormed()) problems.push('UNUSABLE_CHARACTERS');
  const name = foldName(username);
  if (name !== '' && password.toLowerCase().includes(name)) problems.push('CONTAINS_USERNAME');
  return problems;
}

/** The beginning of the password, and once more without the words that everybody would try first. */
function forEstimator(password: string, username: string): { texts: string[]; words: string[] } {
  const name = foldName(username);
  const words = [name, Array.from(name).toReversed().join(''), ...PENALTY_WORDS];
  const text = Array.from(password).slice(0, SCORED_LENGTH).join('');
  const rest = withoutWords(text, words);
  return { texts: rest === text ? [text] : [text, rest], words };
}

/** Cuts words out, also those in capitals and with digits for letters (`P4ntau`). */
function withoutWords(text: string, words: readonly string[]): string {
  let rest = text;
  for (const word of words.toSorted((a, b) => b.length - a.length)) {
    if (word.length < MIN_WORD_LENGTH) continue;
    const plain = unmask(word);
    for (let at = unmask(rest).indexOf(plain); at >= 0; at = unmask(rest).indexOf(plain))
      rest = rest.slice(0, at) + rest.slice(at + plain.length);
  }
  return rest;
}

/** Lower case, with letters for the digits and signs that stand for them; as long as before. */
function unmask(text: string): string {
  return text.replaceAll(/[A-Z013457@$!|]/g, (mark) => UNMASKED[mark] ?? mark.toLowerCase());
}

const UNMASKED: Readonly<Record<string, string>> = {
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

function countCodePoints(text: string): number {
  return Array.from(text).length;
}

function refused(codes: readonly PasswordProblem[]): AppError {
  const errors = codes.map((code) => ({ field: 'password', code, message: MESSAGES[code] }));
  const sentences = errors.map(({ message }) => message).join(' ');
  return new AppError('invalid', 'PASSWORD_REFUSED', `The password is not accepted. ${sentences}`, {
    details: { errors, codes },
  });
}
