/** All SQL on the table `settings`: a JSON value per group. */
import type { Clock } from '@pantau/base/clock';
import { appendAuditEvent } from '../audit/append-event.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Database } from '../db/database.ts';

export interface SettingsStore {
  /** The JSON of a group; undefined before its first change. */
  find(key: string): Promise<string | undefined>;
  /**
   * Replaces the JSON of a group by what `change` makes of it, together with the audit entry; undefined changes nothing.
   * Raises the revision, so that other processes notice. @throws what `change` throws.
   */
  update(
    key: string,
    change: (
      stored: string | undefined,
    ) => { readonly value: string; readonly event: AuditEvent } | undefined,
  ): Promise<void>;
}

export function createSettingsStore(database: Database, clock: Clock): SettingsStore {
  return {
    async find(key) {
      const row = await database.read
        .selectFrom('settings')
        .select('value')
        .where('key', '=', key)
        .executeTakeFirst();
      return row?.value;
    },

    async update(key, change) {
      await database.write(async (transaction) => {
        const row = await transaction
          .selectFrom('settings')
          .select('value')
          .where('key', '=', key)
          .executeTakeFirst();
        const changed = change(row?.value);
        if (changed === undefined) return;
        const values = { value: changed.value, updated_at: clock.now() };
        await transaction
          .insertInto('settings')
          .values({ key, ...values })
          .onConflict((conflict) => conflict.column('key').doUpdateSet(values))
          .execute();
        await appendAuditEvent(transaction, changed.event, clock.now());
      });
    },
  };
}
