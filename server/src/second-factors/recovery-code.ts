/**
 * Recovery codes: what signs in when phone and passkeys are lost. Each works once. A code has 80 random bits, so a plain
 * SHA-256 of it can be stored: there is nothing to guess.
 */
import { createHash, randomBytes } from 'node:crypto';

export const RECOVERY_CODE_COUNT = 10;

/** Without I, L, O and U, which people misread; 32 letters carry five bits each. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_BYTES = 10;
const CODE = new RegExp(`^[${ALPHABET}]{16}$`);
const GROUP_LETTERS = 4;

/** A new set, as shown to its owner: `XXXX-XXXX-XXXX-XXXX`. */
export function createRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODE_COUNT }, () => formatRecoveryCode(randomBytes(CODE_BYTES)));
}

/** @param bytes ten of them. */
export function formatRecoveryCode(bytes: Uint8Array): string {
  let letters = '';
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) letters += ALPHABET.charAt((value >> (bits - 5)) & 31);
  }
  return letters.match(new RegExp(`.{${GROUP_LETTERS}}`, 'g'))?.join('-') ?? '';
}

/**
 * Reads what somebody typed: without regard to case, dashes and spaces, and with letters taken for the digits they resemble.
 * @returns the 16 letters without dashes; undefined when it cannot be a code.
 */
export function parseRecoveryCode(text: string): string | undefined {
  const letters = text
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return CODE.test(letters) ? letters : undefined;
}

/** What is stored of a code: SHA-256 of its letters, hex. @returns undefined when `text` cannot be a code. */
export function hashRecoveryCode(text: string): string | undefined {
  const letters = parseRecoveryCode(text);
  return letters === undefined ? undefined : createHash('sha256').update(letters).digest('hex');
}
