/** What an account sees of its own passkeys. */
import type { Passkey as PresentedPasskey } from '@pantau/contract/user';
import { isoTime, isoTimeOrNull } from '../iso-time.ts';
import type { Passkey } from './passkey.ts';

export function presentPasskey(passkey: Passkey): PresentedPasskey {
  return {
    id: passkey.id,
    name: passkey.name,
    synced: passkey.synced,
    created_at: isoTime(passkey.createdAtMs),
    last_used_at: isoTimeOrNull(passkey.lastUsedAtMs),
  };
}
