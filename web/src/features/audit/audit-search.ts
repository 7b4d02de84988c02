/** The filters of the audit page: what its address says, and what the API is asked for. */
import { dayRange } from '../../lib/format-time.ts';
import { EVENT_GROUPS, isEventGroup, isEventType } from './event-words.ts';

/** As in the address; every part may be left out. */
export interface AuditSearch {
  /** A type or a group of types. */
  readonly jenis?: string;
  readonly orang?: string;
  readonly alamat?: string;
  /** Days, `2026-11-25`. */
  readonly dari?: string;
  readonly sampai?: string;
  readonly cari?: string;
  /** The page that begins after this entry. */
  readonly sebelum?: string;
  /** The entry that is looked at. */
  readonly entri?: string;
}

const NAMES = ['jenis', 'orang', 'alamat', 'dari', 'sampai', 'cari', 'sebelum', 'entri'] as const;
const PAGE_SIZE = 50;

/** Only what is known and says something. */
export function readAuditSearch(search: Readonly<Record<string, unknown>>): AuditSearch {
  const known = NAMES.flatMap((name) => {
    const value = search[name];
    const text = typeof value === 'string' ? value.trim().slice(0, 100) : '';
    return text === '' ? [] : [[name, text] as const];
  });
  return Object.fromEntries(known);
}

export function hasFilter({ sebelum: _page, entri: _entry, ...filters }: AuditSearch): boolean {
  return Object.keys(filters).length > 0;
}

/** The query of `GET /api/admin/audit` and of its export. @param isPage false: everything that fits, for the export */
export function auditQuery(search: AuditSearch, isPage = true): string {
  const { jenis, orang, alamat, cari, sebelum } = search;
  const query = new URLSearchParams();
  const type = jenis === undefined ? undefined : typesOf(jenis);
  if (type !== undefined) query.set('type', type);
  if (orang !== undefined) query.set('actor', orang);
  if (alamat !== undefined) query.set('ip', alamat);
  if (cari !== undefined) query.set('q', cari);
  for (const [name, time] of Object.entries(dayRange(search.dari, search.sampai))) query.set(name, time);
  if (isPage) {
    if (sebelum !== undefined && /^[1-9]\d{0,14}$/.test(sebelum)) query.set('before', sebelum);
    query.set('limit', String(PAGE_SIZE));
  }
  return query.toString();
}

function typesOf(kind: string): string | undefined {
  if (isEventGroup(kind)) return EVENT_GROUPS[kind].join(',');
  return isEventType(kind) ? kind : undefined;
}
