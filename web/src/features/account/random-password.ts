/** A password nobody thought of: 20 characters without those that look alike, in groups that can be read out; about 97 bits. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 5;

export function randomPassword(
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown = (bytes) => crypto.getRandomValues(bytes),
): string {
  const letters: string[] = [];
  const byte = new Uint8Array(1);
  // Bytes beyond the last whole alphabet are thrown away, or its first letters would come more often.
  const limit = 256 - (256 % ALPHABET.length);
  while (letters.length < GROUPS * GROUP_LENGTH) {
    fill(byte);
    const value = byte[0] ?? limit;
    if (value < limit) letters.push(ALPHABET[value % ALPHABET.length] ?? '');
  }
  const groups = Array.from({ length: GROUPS }, (_, index) =>
    letters.slice(index * GROUP_LENGTH, (index + 1) * GROUP_LENGTH).join(''),
  );
  return groups.join('-');
}
