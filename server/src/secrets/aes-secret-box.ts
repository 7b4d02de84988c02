/**
 * Encryption at rest: AES-256-GCM (NIST SP 800-38D) with a random nonce, the place as additional data. A sealed text is
 * `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '@pantau/base/errors';
import { Secret } from '@pantau/base/secret';
import type { MasterKey } from './key-file.ts';
import type { KeyRing } from './key-ring.ts';
import type { SecretBox } from './secret-box.ts';

const PURPOSE = 'secrets at rest';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1\.([0-9a-f]{1,32})\.([\w-]{16})\.([\w-]{22,})$/;

export class AesSecretBox implements SecretBox {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  seal(secret: Secret, place: string): string {
    // A rotation may have ended a moment ago: what is sealed with a key it dropped could never be opened.
    this.#ring.refresh();
    const [newest] = this.#ring.keys;
    if (newest === undefined) throw new Error('a key ring has at least one key');
    return this.sealWith(newest, secret, place);
  }

  /** `seal` with a given key: for a rotation. */
  sealWith(key: MasterKey, secret: Secret, place: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#ring.derive(key, PURPOSE), nonce);
    cipher.setAAD(Buffer.from(place));
    const sealed = Buffer.concat([
      cipher.update(secret.reveal(), 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `v1.${key.id}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
  }

  open(sealed: string, place: string): Secret {
    const match = SEALED.exec(sealed);
    if (match === null) throw unreadable(place, 'it was not sealed, or was cut short');
    const [, keyId = '', nonce = '', bytes = ''] = match;
    const key = this.#findKey(keyId);
    if (key === undefined) throw unreadable(place, `its key ${keyId} is not in the key file`);
    const all = Buffer.from(bytes, 'base64url');
    const decipher = createDecipheriv(
      'aes-256-gcm',
      this.#ring.derive(key, PURPOSE),
      Buffer.from(nonce, 'base64url'),
      { authTagLength: TAG_BYTES },
    );
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(all.subarray(-TAG_BYTES));
    try {
      const text = Buffer.concat([decipher.update(all.subarray(0, -TAG_BYTES)), decipher.final()]);
      return new Secret(text.toString('utf8'));
    } catch (cause) {
      throw unreadable(place, 'it was changed, or sealed for another place', cause);
    }
  }

  #findKey(id: string): MasterKey | undefined {
    const find = () => this.#ring.keys.find((key) => key.id === id);
    const known = find();
    if (known !== undefined) return known;
    this.#ring.refresh();
    return find();
  }
}

/** The id of the key that a text was sealed with; undefined when it is not a sealed text. */
export function keyIdOf(sealed: string): string | undefined {
  return SEALED.exec(sealed)?.[1];
}

function unreadable(place: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'data-loss',
    'CREDENTIALS_UNREADABLE',
    `What is stored at ${place} cannot be decrypted: ${why}. Restore the key file that belongs to the database, or enter the secret again.`,
    { cause },
  );
}
