/** Everything that opens with the key file, over an open database. The server and the command line begin with this. */
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import type { Database } from '../db/database.ts';
import { AesSecretBox } from './aes-secret-box.ts';
import { openKeyRing, type KeyRing } from './key-ring.ts';
import { sealPlainPasswords } from './seal-plain-passwords.ts';
import { createSecretsStore, type SecretsStore } from './secrets-store.ts';

export interface Secrets {
  readonly ring: KeyRing;
  readonly box: AesSecretBox;
  readonly store: SecretsStore;
}

/** @throws AppError KEY_FILE_INVALID, DATABASE_… */
export async function openSecrets(options: {
  readonly dataDir: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<Secrets> {
  const { dataDir, database, clock, logger } = options;
  const ring = openKeyRing({ dataDir, clock, logger });
  const box = new AesSecretBox(ring);
  const store = createSecretsStore(database);
  await sealPlainPasswords({ store, box, clock, logger });
  return { ring, box, store };
}
