/** What who manages API keys sees of one: never its hash. */
import type { ApiKey as PresentedApiKey } from '@pantau/contract/api-key';
import type { ApiKey } from './api-key.ts';

export function presentApiKey(key: ApiKey): PresentedApiKey {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    created_at: isoTime(key.createdAtMs),
    created_by: key.createdBy,
    expires_at: key.expiresAtMs === null ? null : isoTime(key.expiresAtMs),
    last_used_at: key.lastUsedAtMs === null ? null : isoTime(key.lastUsedAtMs),
    last_used_ip: key.lastUsedIp,
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
