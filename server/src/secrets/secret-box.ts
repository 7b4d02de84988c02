/** What stores know of encryption at rest: seal before the database, open after it. See `docs/design/identity-and-access.md`. */
import type { Secret } from '@pantau/base/secret';

export interface SecretBox {
  /**
   * Encrypts and binds to a place: what was sealed for one row cannot be opened as another's. Call it inside the transaction
   * that stores the result: a rotation then cannot drop the key in between.
   * @param place where it is stored, such as `cameras:17:source_password`.
   */
  seal(secret: Secret, place: string): string;
  /** @throws AppError CREDENTIALS_UNREADABLE when it was sealed with a key that is gone, for another place, or was changed. */
  open(sealed: string, place: string): Secret;
}
