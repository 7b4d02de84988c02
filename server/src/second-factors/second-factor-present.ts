/** What an account sees of its own passkeys. */
import type { Passkey as PresentedPasskey } from '@pantau/contract/user';
import type { Passkey } from './passkey.ts';

export function presentPasskey(passkey: Passkey): PresentedPasskey {
  return {
    id: passkey.id,
    name: passkey.name,
    synced: passkey.synced,
    created_at: new Date(passkey.createdAtMs).toISOString(),
    last_used_at: passkey.lastUsedAtMs === null ? null : new Date(passkey.lastUsedAtMs).toISOString(),
  };
}
