/** All SQL on the table `login_failures`. */
import type { Transaction } from 'kysely';
import type { Clock } from '@pantau/base/clock';
import type { Database } from '../db/database.ts';
import type { Schema } from '../db/schema.ts';
import { storableText } from '../storable-text.ts';
import { countFailure, takeBack, waitMs, type FailureRecord, type ThrottleRule } from './login-throttle.ts';

/** One thing that failures are counted by, with its rule. */
export interface ThrottleKey {
  /** May hold what a stranger calls himself: any text. */
  readonly key: string;
  readonly rule: ThrottleRule;
}

export type Admission =
  | {
      readonly admitted: true;
      /** Keys that this attempt has just locked, if it fails. */ readonly locked: readonly string[];
    }
  | { readonly admitted: false; readonly waitMs: number };

export interface LoginThrottleStore {
  /** Admits an attempt and counts it as failed, under all keys or none: in one transaction, so that attempts at once are one after the other. */
  admit(keys: readonly ThrottleKey[]): Promise<Admission>;
  /** The attempt was good: `forgive` keys lose one failure, `clear` keys all. */
  succeed(clear: readonly string[], forgive: readonly string[]): Promise<void>;
  /** Removes records that mean nothing any more. */
  prune(lastBeforeMs: number): Promise<number>;
}

export function createLoginThrottleStore(database: Database, clock: Clock): LoginThrottleStore {
  return {
    async admit(keys) {
      return database.record(async (transaction) => {
        const nowMs = clock.now();
        const records = await Promise.all(keys.map(({ key }) => find(transaction, key)));
        const longestMs = Math.max(0, ...keys.map(({ rule }, index) => waitMs(records[index], rule, nowMs)));
        if (longestMs > 0) return { admitted: false, waitMs: longestMs };
        const locked: string[] = [];
        for (const [index, { key, rule }] of keys.entries()) {
          const record = countFailure(records[index], rule, nowMs);
          if (record.lockedUntilMs !== null) locked.push(key);
          await write(transaction, key, record);
        }
        return { admitted: true, locked };
      });
    },

    async succeed(clear, forgive) {
      await database.record(async (transaction) => {
        if (clear.length > 0)
          await transaction
            .deleteFrom('login_failures')
            .where('key', 'in', clear.map(storableText))
            .execute();
        for (const key of forgive) {
          const record = await find(transaction, key);
          const left = record && takeBack(record);
          if (left !== undefined) await write(transaction, key, left);
          else await transaction.deleteFrom('login_failures').where('key', '=', storableText(key)).execute();
        }
      });
    },

    async prune(lastBeforeMs) {
      const result = await database.record((transaction) =>
        transaction.deleteFrom('login_failures').where('last_at', '<', lastBeforeMs).executeTakeFirst(),
      );
      return Number(result.numDeletedRows);
    },
  };
}

async function find(transaction: Transaction<Schema>, key: string): Promise<FailureRecord | undefined> {
  const row = await transaction
    .selectFrom('login_failures')
    .selectAll()
    .where('key', '=', storableText(key))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    failures: row.failures,
    firstAtMs: row.first_at,
    lastAtMs: row.last_at,
    lockedUntilMs: row.locked_until,
  };
}

async function write(transaction: Transaction<Schema>, key: string, record: FailureRecord): Promise<void> {
  const columns = {
    failures: record.failures,
    first_at: record.firstAtMs,
    last_at: record.lastAtMs,
    locked_until: record.lockedUntilMs,
  };
  await transaction
    .insertInto('login_failures')
    .values({ key: storableText(key), ...columns })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(columns))
    .execute();
}
