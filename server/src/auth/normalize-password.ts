/**
 * One form for what keyboards write differently: `é` as one code point or two, full-width letters of an input method.
 * NFKC is one of the two forms that NIST SP 800-63B section 5.1.1.2 names. The hasher applies it to everything it hashes
 * or verifies, the rules to what they measure; nobody else needs to.
 */
export function normalizePassword(password: string): string {
  return password.normalize('NFKC');
}
