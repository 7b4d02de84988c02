/** All SQL on what is sealed, whatever table it is in, and on the marker that says that everything is. */
import type { Kysely, Transaction } from 'kysely';
import { appendAuditEvent } from '../audit/append-event.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Database } from '../db/database.ts';
import type { Schema } from '../db/schema.ts';

/** A sealed value and where it is. */
export interface StoredSecret {
  /** As it was given to `SecretBox.seal`. */
  readonly place: string;
  readonly text: string;
}

/** Row of `settings`: no stored secret is plain text any more. Texts cannot tell: a plain password may begin with `v1.` too. */
const MARKER = 'secrets_sealed';

export function cameraPasswordPlace(cameraId: number): string {
  return `cameras:${cameraId}:source_password`;
}

/** What a transaction may do with stored secrets as a whole. */
export interface SecretsTransaction {
  /** Those of version 0.1 are plain text until `isSealed`. */
  listCameraPasswords(): Promise<readonly StoredSecret[]>;
  /** Every secret of every table. */
  list(): Promise<readonly StoredSecret[]>;
  /** @param place one that `list` gave. */
  replace(place: string, text: string): Promise<void>;
  isSealed(): Promise<boolean>;
  markSealed(nowMs: number): Promise<void>;
  append(event: AuditEvent, nowMs: number): Promise<void>;
}

export interface SecretsStore {
  isSealed(): Promise<boolean>;
  /** As `list` of a transaction, for looking only. */
  list(): Promise<readonly StoredSecret[]>;
  /** One transaction; every other process and slice sees all of it or nothing. */
  change<T>(work: (secrets: SecretsTransaction) => Promise<T>): Promise<T>;
}

export function createSecretsStore(database: Database): SecretsStore {
  return {
    isSealed: () => isSealed(database.read),
    list: () => listAll(database.heavy),
    change: (work) =>
      database.write((transaction) =>
        work({
          listCameraPasswords: () => listCameras(transaction),
          list: () => listAll(transaction),
          replace: (place, text) => replace(transaction, place, text),
          isSealed: () => isSealed(transaction),
          async markSealed(nowMs) {
            await transaction
              .insertInto('settings')
              .values({ key: MARKER, value: 'true', updated_at: nowMs })
              .execute();
          },
          append: (event, nowMs) => appendAuditEvent(transaction, event, nowMs),
        }),
      ),
  };
}

async function isSealed(db: Kysely<Schema>): Promise<boolean> {
  const row = await db.selectFrom('settings').select('key').where('key', '=', MARKER).executeTakeFirst();
  return row !== undefined;
}

async function listAll(db: Kysely<Schema>): Promise<readonly StoredSecret[]> {
  const users = await db
    .selectFrom('users')
    .select(['id', 'totp_secret', 'totp_pending_secret'])
    .where((where) =>
      where.or([where('totp_secret', 'is not', null), where('totp_pending_secret', 'is not', null)]),
    )
    .orderBy('id')
    .execute();
  const ofUsers = users.flatMap((row) => [
    ...stored(`users:${row.id}:totp_secret`, row.totp_secret),
    ...stored(`users:${row.id}:totp_pending_secret`, row.totp_pending_secret),
  ]);
  return [...(await listCameras(db)), ...ofUsers];
}

async function listCameras(db: Kysely<Schema>): Promise<readonly StoredSecret[]> {
  const rows = await db
    .selectFrom('cameras')
    .select(['id', 'source_password'])
    .where('source_password', 'is not', null)
    .orderBy('id')
    .execute();
  return rows.flatMap((row) => stored(cameraPasswordPlace(row.id), row.source_password));
}

function stored(place: string, text: string | null): readonly StoredSecret[] {
  return text === null ? [] : [{ place, text }];
}

async function replace(transaction: Transaction<Schema>, place: string, text: string): Promise<void> {
  const [table, id, column] = place.split(':');
  if (table === 'cameras' && column === 'source_password') {
    const query = transaction.updateTable('cameras').set({ source_password: text });
    await query.where('id', '=', Number(id)).execute();
  } else if (table === 'users' && (column === 'totp_secret' || column === 'totp_pending_secret')) {
    const query = transaction.updateTable('users').set({ [column]: text });
    await query.where('id', '=', Number(id)).execute();
  } else {
    throw new Error(`no secret is stored at ${place}`);
  }
}
