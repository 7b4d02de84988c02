/** How media of a camera travels, its other addresses (sub stream, still picture, ONVIF), and what an area says for its cameras. */
import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export function cameraSources(): Migration {
  const isTransport = (column: ColumnDefinitionBuilder) =>
    column.check(sql`transport in ('auto', 'tcp', 'udp', 'http')`);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('areas').addColumn('transport', 'text', isTransport).execute();
      // SQLite adds one column per statement.
      await db.schema.alterTable('cameras').addColumn('transport', 'text', isTransport).execute();
      for (const name of ['tls_fingerprint', 'sub_url', 'snapshot_url', 'onvif_url', 'onvif_profile'])
        await db.schema.alterTable('cameras').addColumn(name, 'text').execute();
      await db.schema
        .alterTable('cameras')
        .addColumn('audio', 'integer', (column) =>
          column
            .notNull()
            .defaultTo(1)
            .check(sql`audio in (0, 1)`),
        )
        .execute();
    },
  };
}
