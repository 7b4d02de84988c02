/** All SQL on the table `api_keys`. No list or stream shows keys, so nothing here raises the revision. */
import type { Selectable } from 'kysely';
import { AppError } from '@pantau/base/errors';
import type { Clock } from '@pantau/base/clock';
import { appendAuditEvent } from '../audit/append-event.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Database } from '../db/database.ts';
import type { ApiKeyTable } from '../db/schema.ts';
import { MAX_API_KEYS, parseScopes, type ApiKey } from './api-key.ts';

export interface NewApiKey extends Omit<ApiKey, 'id' | 'createdAtMs' | 'lastUsedAtMs' | 'lastUsedIp'> {
  /** SHA-256 of the whole key, hex. */
  readonly hash: string;
}

export interface ApiKeyUse {
  readonly id: number;
  /** UTC ms. */
  readonly atMs: number;
  readonly ip: string | null;
}

export interface ApiKeyStore {
  /** Oldest first. */
  list(): Promise<readonly ApiKey[]>;
  find(id: number): Promise<ApiKey | undefined>;
  findByHash(hash: string): Promise<ApiKey | undefined>;
  /** @param event the audit entry of the change. @throws AppError API_KEYS_FULL */
  create(key: NewApiKey, event: (created: ApiKey) => AuditEvent): Promise<ApiKey>;
  /** @returns false when there was none. */
  remove(id: number, event: (removed: ApiKey) => AuditEvent): Promise<boolean>;
  /** Writes when keys were last used. Keys that are gone are no error. */
  recordUses(uses: readonly ApiKeyUse[]): Promise<void>;
}

export function createApiKeyStore(database: Database, clock: Clock): ApiKeyStore {
  return {
    async list() {
      return (await database.read.selectFrom('api_keys').selectAll().orderBy('id').execute()).map(toApiKey);
    },

    async find(id) {
      const row = await database.read
        .selectFrom('api_keys')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : toApiKey(row);
    },

    async findByHash(hash) {
      const row = await database.read
        .selectFrom('api_keys')
        .selectAll()
        .where('key_hash', '=', hash)
        .executeTakeFirst();
      return row === undefined ? undefined : toApiKey(row);
    },

    create(key, event) {
      return database.record(async (transaction) => {
        const existing = await transaction.selectFrom('api_keys').select('id').limit(MAX_API_KEYS).execute();
        if (existing.length >= MAX_API_KEYS) {
          throw new AppError(
            'conflict',
            'API_KEYS_FULL',
            `There are ${MAX_API_KEYS} API keys already; revoke those that nobody needs.`,
          );
        }
        const row = await transaction
          .insertInto('api_keys')
          .values({
            name: key.name,
            prefix: key.prefix,
            key_hash: key.hash,
            scopes: JSON.stringify(key.scopes),
            created_by: key.createdBy,
            created_at: clock.now(),
            expires_at: key.expiresAtMs,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        const created = toApiKey(row);
        await appendAuditEvent(transaction, event(created), clock.now());
        return created;
      });
    },

    remove(id, event) {
      return database.record(async (transaction) => {
        const row = await transaction
          .deleteFrom('api_keys')
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) return false;
        await appendAuditEvent(transaction, event(toApiKey(row)), clock.now());
        return true;
      });
    },

    async recordUses(uses) {
      await database.record(async (transaction) => {
        for (const { id, atMs, ip } of uses) {
          await transaction
            .updateTable('api_keys')
            .set({ last_used_at: atMs, last_used_ip: ip })
            .where('id', '=', id)
            .execute();
        }
      });
    },
  };
}

function toApiKey(row: Selectable<ApiKeyTable>): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: parseScopes(row.scopes),
    createdBy: row.created_by,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    lastUsedAtMs: row.last_used_at,
    lastUsedIp: row.last_used_ip,
  };
}
