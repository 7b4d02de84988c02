/**
 * Seals what version 0.1 stored as plain text. A migration could not: migrations have no key. It runs once, wherever the
 * database is opened together with the key file, and leaves a marker; the texts themselves cannot tell whether they are sealed.
 */
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import type { SecretBox } from './secret-box.ts';
import type { SecretsStore } from './secrets-store.ts';

/** Does nothing when it was done before. One transaction: killed at any step, it begins anew. */
export async function sealPlainPasswords(options: {
  readonly store: SecretsStore;
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<void> {
  const { store, box, clock, logger } = options;
  if (await store.isSealed()) return;
  const count = await store.change(async (secrets) => {
    // Another process may have been faster.
    if (await secrets.isSealed()) return 0;
    const plain = await secrets.listCameraPasswords();
    for (const { place, text } of plain) await secrets.replace(place, box.seal(new Secret(text), place));
    await secrets.markSealed(clock.now());
    return plain.length;
  });
  if (count > 0) logger.info({ count }, 'Stored camera passwords are encrypted from now on');
}
