/** What who may read the audit trail sees of an entry. */
import type { AuditEntry } from '@pantau/contract/audit';
import { isoTime } from '../iso-time.ts';
import type { StoredAuditEntry } from './audit-entry.ts';

export function presentAuditEntry(entry: StoredAuditEntry): AuditEntry {
  return {
    id: entry.id,
    at: isoTime(entry.atMs),
    type: entry.type,
    actor: { kind: entry.actorKind, id: entry.actorId, name: entry.actorName },
    ip: entry.ip,
    user_agent: entry.userAgent,
    endpoint: entry.endpoint,
    target:
      entry.targetKind === null
        ? null
        : { kind: entry.targetKind, id: entry.targetId, name: entry.targetName },
    details: parseDetails(entry.details),
  };
}

/** What somebody edited by hand may be no JSON: the rest of the entry is shown all the same. */
function parseDetails(json: string): AuditEntry['details'] {
  try {
    const details: unknown = JSON.parse(json);
    return typeof details === 'object' && details !== null && !Array.isArray(details) ? { ...details } : {};
  } catch {
    return {};
  }
}
