/** All SQL on the table `passkeys`. */
import type { Selectable } from 'kysely';
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import { appendAuditEvent } from '../audit/append-event.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Database } from '../db/database.ts';
import { isUniqueViolation } from '../db/database-error.ts';
import type { PasskeyTable } from '../db/schema.ts';
import {
  countPasskeys,
  hasFactor,
  removeCodesWithoutFactor,
  replaceRecoveryCodes,
  touchUser,
} from './factor-rows.ts';
import {
  MAX_PASSKEYS,
  passkeyInvalid,
  passkeyLimit,
  passkeyNotFound,
  type NewPasskey,
  type Passkey,
} from './passkey.ts';
import type { PasskeyUse } from './passkey-ceremony.ts';

export interface AddedPasskey {
  readonly passkey: Passkey;
  /** The account had no second factor before, so recovery codes were stored too. */
  readonly wasFirst: boolean;
}

export interface PasskeyStore {
  /** Oldest first. */
  list(userId: number): Promise<readonly Passkey[]>;
  /** What WebAuthn calls the account, base64url; undefined when there is no such account. */
  findWebauthnUserId(userId: number): Promise<string | undefined>;
  findByCredential(credentialId: string): Promise<Passkey | undefined>;
  /**
   * @param codeHashes recovery codes, stored only when this is the account's first factor.
   * @param events get the same facts.
   * @throws AppError PASSKEY_LIMIT; PASSKEY_INVALID when some account has it already; USER_NOT_FOUND
   */
  add(
    passkey: NewPasskey,
    codeHashes: readonly string[],
    events: (passkey: Passkey, wasFirst: boolean) => readonly AuditEvent[],
  ): Promise<AddedPasskey>;
  /** @throws AppError PASSKEY_NOT_FOUND, also for one of another account. */
  rename(userId: number, id: number, name: string, event: (before: Passkey) => AuditEvent): Promise<Passkey>;
  /** @param event gets whether it was the last factor. @throws AppError as `rename`. */
  remove(
    userId: number,
    id: number,
    event: (passkey: Passkey, wasLast: boolean) => AuditEvent,
  ): Promise<void>;
  /**
   * Remembers a use. Counters only grow; one that does not means a copied authenticator (WebAuthn section 6.1.1). Zero before and
   * now: the authenticator does not count.
   */
  use(id: number, use: PasskeyUse): Promise<'used' | 'counter' | 'gone'>;
  /** Writes an entry of the audit trail for something that changes nothing. */
  recordEvent(event: AuditEvent): Promise<void>;
}

export function createPasskeyStore(database: Database, clock: Clock): PasskeyStore {
  return {
    async list(userId) {
      const rows = await database.read
        .selectFrom('passkeys')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('id')
        .execute();
      return rows.map(toPasskey);
    },

    async findWebauthnUserId(userId) {
      const row = await database.read
        .selectFrom('users')
        .select('webauthn_user_id')
        .where('id', '=', userId)
        .executeTakeFirst();
      return row?.webauthn_user_id;
    },

    async findByCredential(credentialId) {
      const row = await database.read
        .selectFrom('passkeys')
        .selectAll()
        .where('credential_id', '=', credentialId)
        .executeTakeFirst();
      return row === undefined ? undefined : toPasskey(row);
    },

    async add(passkey, codeHashes, events) {
      try {
        return await database.write(async (transaction) => {
          const nowMs = clock.now();
          const { userId } = passkey;
          if (!(await touchUser(transaction, userId, nowMs)))
            throw new AppError('not-found', 'USER_NOT_FOUND', 'The account does not exist any more.');
          const wasFirst = !(await hasFactor(transaction, userId));
          if ((await countPasskeys(transaction, userId)) >= MAX_PASSKEYS) throw passkeyLimit();
          const row = await transaction
            .insertInto('passkeys')
            .values({
              user_id: userId,
              credential_id: passkey.credentialId,
              public_key: passkey.publicKey,
              counter: passkey.counter,
              transports: JSON.stringify(passkey.transports),
              name: passkey.name,
              synced: passkey.synced ? 1 : 0,
              created_at: nowMs,
              last_used_at: null,
            })
            .returningAll()
            .executeTakeFirstOrThrow();
          if (wasFirst) await replaceRecoveryCodes(transaction, userId, codeHashes);
          const added = toPasskey(row);
          for (const event of events(added, wasFirst)) await appendAuditEvent(transaction, event, nowMs);
          return { passkey: added, wasFirst };
        });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        throw passkeyInvalid('This passkey was added before.', error);
      }
    },

    rename(userId, id, name, event) {
      return database.write(async (transaction) => {
        const before = await transaction
          .selectFrom('passkeys')
          .selectAll()
          .where('id', '=', id)
          .where('user_id', '=', userId)
          .executeTakeFirst();
        if (before === undefined) throw passkeyNotFound();
        const row = await transaction
          .updateTable('passkeys')
          .set({ name })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) throw passkeyNotFound();
        await appendAuditEvent(transaction, event(toPasskey(before)), clock.now());
        return toPasskey(row);
      });
    },

    remove(userId, id, event) {
      return database.write(async (transaction) => {
        await touchUser(transaction, userId, clock.now());
        const row = await transaction
          .deleteFrom('passkeys')
          .where('id', '=', id)
          .where('user_id', '=', userId)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) throw passkeyNotFound();
        const wasLast = await removeCodesWithoutFactor(transaction, userId);
        await appendAuditEvent(transaction, event(toPasskey(row), wasLast), clock.now());
      });
    },

    use(id, { counter, synced }) {
      return database.record(async (transaction) => {
        const query = transaction
          .updateTable('passkeys')
          .set({ counter, synced: synced ? 1 : 0, last_used_at: clock.now() })
          .where('id', '=', id);
        const result = await (
          counter === 0 ? query.where('counter', '=', 0) : query.where('counter', '<', counter)
        ).executeTakeFirst();
        if (result.numUpdatedRows > 0n) return 'used';
        const row = await transaction
          .selectFrom('passkeys')
          .select('id')
          .where('id', '=', id)
          .executeTakeFirst();
        return row === undefined ? 'gone' : 'counter';
      });
    },

    recordEvent(event) {
      return database.record((transaction) => appendAuditEvent(transaction, event, clock.now()));
    },
  };
}

function toPasskey(row: Selectable<PasskeyTable>): Passkey {
  return {
    id: row.id,
    userId: row.user_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: parseTransports(row.transports),
    name: row.name,
    synced: row.synced === 1,
    createdAtMs: row.created_at,
    lastUsedAtMs: row.last_used_at,
  };
}

/** We wrote it; whatever else is in there is not worth a failed sign-in. */
function parseTransports(json: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}
