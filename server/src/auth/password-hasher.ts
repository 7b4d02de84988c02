/** What services know of password hashing. */

export interface PasswordHasher {
  /** @returns argon2id in PHC form. @throws AppError OVERLOADED when too many wait. */
  hash(password: string): Promise<string>;
  /** @throws AppError OVERLOADED when too many wait. */
  verify(hash: string, password: string): Promise<boolean>;
  /** Takes as long as `verify` of an account that does not exist would; always false. @throws AppError OVERLOADED */
  verifyNobody(password: string): Promise<false>;
}
