/** The audit trail as CSV (RFC 4180), for spreadsheets and whoever keeps it longer than we do. */
import type { StoredAuditEntry } from './audit-entry.ts';

const COLUMNS = {
  id: (entry) => entry.id,
  at: (entry) => new Date(entry.atMs).toISOString(),
  type: (entry) => entry.type,
  actor_kind: (entry) => entry.actorKind,
  actor_id: (entry) => entry.actorId,
  actor_name: (entry) => entry.actorName,
  ip: (entry) => entry.ip,
  user_agent: (entry) => entry.userAgent,
  endpoint: (entry) => entry.endpoint,
  target_kind: (entry) => entry.targetKind,
  target_id: (entry) => entry.targetId,
  target_name: (entry) => entry.targetName,
  details: (entry) => entry.details,
} satisfies Record<string, (entry: StoredAuditEntry) => string | number | null>;

/** The names of the columns, as the first line. */
export const AUDIT_CSV_HEAD = `${Object.keys(COLUMNS).join(',')}\r\n`;

/** One line, with its end. */
export function formatAuditCsvLine(entry: StoredAuditEntry): string {
  return `${Object.values(COLUMNS)
    .map((read) => formatCell(read(entry)))
    .join(',')}\r\n`;
}

/**
 * Spreadsheets take a cell that begins with one of these for a formula and run it, whoever wrote it; an apostrophe in
 * front makes it text.
 */
const FORMULA = /^[=+\-@\t\r\n]/;

function formatCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
