/** A hasher that costs nothing: rules about accounts are tested without argon2's milliseconds. */
import { normalizePassword } from '../auth/normalize-password.ts';
import type { PasswordHasher } from '../auth/password-hasher.ts';

export const plainHasher: PasswordHasher = {
  hash: (password) => Promise.resolve(`plain:${normalizePassword(password)}`),
  verify: (hash, password) => Promise.resolve(hash === `plain:${normalizePassword(password)}`),
  verifyNobody: () => Promise.resolve(false),
};
