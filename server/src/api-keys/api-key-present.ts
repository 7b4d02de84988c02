/** What who manages API keys sees of one: never its hash. */
import type { ApiKey as PresentedApiKey } from '@pantau/contract/api-key';
import { isoTime, isoTimeOrNull } from '../iso-time.ts';
import type { ApiKey } from './api-key.ts';

export function presentApiKey(key: ApiKey): PresentedApiKey {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    created_at: isoTime(key.createdAtMs),
    created_by: key.createdBy,
    expires_at: isoTimeOrNull(key.expiresAtMs),
    last_used_at: isoTimeOrNull(key.lastUsedAtMs),
    last_used_ip: key.lastUsedIp,
  };
}
