/** All SQL on the table `audit_events` but the appending of a change's own entry, see `append-event.ts`. */
import { sql, type ExpressionBuilder, type Selectable } from 'kysely';
import type { Database } from '../db/database.ts';
import type { AuditEventTable, Schema } from '../db/schema.ts';
import { appendAuditEvent } from './append-event.ts';
import { containsWords, type AuditFilter, type StoredAuditEntry } from './audit-entry.ts';
import type { AuditEvent } from './audit-event.ts';

export interface TimedAuditEvent {
  readonly event: AuditEvent;
  /** UTC ms. */
  readonly atMs: number;
}

export interface AuditStore {
  /** Appends all or none. */
  append(events: readonly TimedAuditEvent[]): Promise<void>;
  /** Newest first. A heavy read. @returns `nextBefore`: where the next page begins; null at the end. */
  list(filter: AuditFilter): Promise<{
    readonly entries: readonly StoredAuditEntry[];
    readonly nextBefore: number | null;
  }>;
  /** Entries of each type since `sinceMs`, most first; those of `weighedTypes` count as often as they say they happened. */
  countByType(
    sinceMs: number,
    weighedTypes: readonly string[],
  ): Promise<readonly { type: string; count: number }[]>;
  /** Addresses that caused most events of `types` since `sinceMs`, most first. */
  countByAddress(
    sinceMs: number,
    types: readonly string[],
    limit: number,
  ): Promise<readonly { ip: string; count: number }[]>;
  /** Removes at most `limit` entries from before `beforeMs`. @returns how many. */
  removeOlder(beforeMs: number, limit: number): Promise<number>;
}

/** Rows that a search for other than ASCII letters reads at once, and how often before it says "go on from here". */
const SEARCH_BATCH = 500;
const MAX_SEARCH_BATCHES = 20;

const SEARCHED = ['actor_name', 'target_name', 'ip', 'endpoint', 'details'] as const;

export function createAuditStore(database: Database): AuditStore {
  /** How often an entry says it happened: `details.count`, else once. */
  const details = database.kind === 'postgres' ? sql`cast(details as json)` : sql`details`;
  const weight = sql`coalesce(cast(${details} ->> 'count' as integer), 1)`;

  return {
    async append(events) {
      await database.record(async (transaction) => {
        for (const { event, atMs } of events) await appendAuditEvent(transaction, event, atMs);
      });
    },

    async list(filter) {
      const size = Math.max(filter.limit + 1, filter.words.every(isAscii) ? 0 : SEARCH_BATCH);
      const entries: StoredAuditEntry[] = [];
      let beforeId = filter.beforeId;
      for (let batch = 0; batch < MAX_SEARCH_BATCHES; batch++) {
        const rows = await selectCandidates(database, { ...filter, beforeId }, size);
        for (const entry of rows.map(toEntry)) {
          if (!containsWords(entry, filter.words)) continue;
          if (entries.length === filter.limit) return { entries, nextBefore: entries.at(-1)?.id ?? null };
          entries.push(entry);
        }
        if (rows.length < size) return { entries, nextBefore: null };
        beforeId = rows.at(-1)?.id;
      }
      return { entries, nextBefore: beforeId ?? null };
    },

    async countByType(sinceMs, weighedTypes) {
      const isWeighed = weighedTypes.length === 0 ? sql`1 = 0` : sql`type in (${sql.join(weighedTypes)})`;
      const rows = await database.heavy
        .selectFrom('audit_events')
        .select([
          'type',
          sql<number | bigint | string>`sum(case when ${isWeighed} then ${weight} else 1 end)`.as('total'),
        ])
        .where('at', '>=', sinceMs)
        .groupBy('type')
        .orderBy('total', 'desc')
        .orderBy('type')
        .execute();
      return rows.map(({ type, total }) => ({ type, count: Number(total) }));
    },

    async countByAddress(sinceMs, types, limit) {
      if (types.length === 0) return [];
      const rows = await database.heavy
        .selectFrom('audit_events')
        .select(['ip', sql<number | bigint | string>`sum(${weight})`.as('total')])
        .where('at', '>=', sinceMs)
        .where('type', 'in', types)
        .where('ip', 'is not', null)
        .groupBy('ip')
        .orderBy('total', 'desc')
        .orderBy('ip')
        .limit(limit)
        .execute();
      return rows.flatMap(({ ip, total }) => (ip === null ? [] : [{ ip, count: Number(total) }]));
    },

    async removeOlder(beforeMs, limit) {
      const result = await database.record((transaction) =>
        transaction
          .deleteFrom('audit_events')
          .where('id', 'in', (query) =>
            query
              .selectFrom('audit_events')
              .select('id')
              .where('at', '<', beforeMs)
              .orderBy('at')
              .limit(limit),
          )
          .executeTakeFirst(),
      );
      return Number(result.numDeletedRows);
    },
  };
}

/** Every entry that fits the filter, and where words are looked for perhaps some that do not: `containsWords` decides. */
function selectCandidates(
  database: Database,
  filter: AuditFilter,
  limit: number,
): Promise<readonly Selectable<AuditEventTable>[]> {
  let query = database.heavy.selectFrom('audit_events').selectAll().orderBy('id', 'desc').limit(limit);
  if (filter.types.length > 0) query = query.where('type', 'in', filter.types);
  if (filter.actor !== undefined) query = query.where('actor_folded', '=', filter.actor);
  if (filter.ip !== undefined) query = query.where('ip', '=', filter.ip);
  if (filter.targetKind !== undefined) query = query.where('target_kind', '=', filter.targetKind);
  if (filter.targetId !== undefined) query = query.where('target_id', '=', filter.targetId);
  if (filter.fromMs !== undefined) query = query.where('at', '>=', filter.fromMs);
  if (filter.toMs !== undefined) query = query.where('at', '<', filter.toMs);
  if (filter.beforeId !== undefined) query = query.where('id', '<', filter.beforeId);
  for (const word of filter.words) query = query.where((builder) => mentions(builder, word));
  return query.execute();
}

function mentions(builder: ExpressionBuilder<Schema, 'audit_events'>, word: string) {
  const pattern = likePattern(word);
  return builder.or(
    SEARCHED.map((column) => sql<boolean>`lower(${builder.ref(column)}) like ${pattern} escape '!'`),
  );
}

/** SQLite folds ASCII letters only, so any other text is left open here. */
function likePattern(word: string): string {
  const open = word.replace(/[%_!]/g, '!$&').replace(/[^\p{ASCII}]+/gu, '%');
  return `%${open}%`;
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}

function toEntry(row: Selectable<AuditEventTable>): StoredAuditEntry {
  return {
    id: row.id,
    atMs: row.at,
    type: row.type,
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    actorName: row.actor_name,
    ip: row.ip,
    userAgent: row.user_agent,
    endpoint: row.endpoint,
    targetKind: row.target_kind,
    targetId: row.target_id,
    targetName: row.target_name,
    details: row.details,
  };
}
