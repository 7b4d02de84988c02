/** Areas, cameras and the revision counter. */
import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DatabaseKind } from '../database.ts';

export function camerasAndAreas(kind: DatabaseKind): Migration {
  const identity = (column: ColumnDefinitionBuilder) =>
    kind === 'sqlite'
      ? column.primaryKey().autoIncrement()
      : column.primaryKey().generatedByDefaultAsIdentity();

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('areas')
        .addColumn('id', 'integer', identity)
        .addColumn('name', 'text', (column) => column.notNull().unique())
        .addColumn('description', 'text')
        .addColumn('rt', 'text')
        .addColumn('rw', 'text')
        .addColumn('kelurahan', 'text')
        .addColumn('kecamatan', 'text')
        .addColumn('latitude', 'double precision')
        .addColumn('longitude', 'double precision')
        .addColumn('sort_order', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute();

      await db.schema
        .createTable('cameras')
        .addColumn('id', 'integer', identity)
        .addColumn('name', 'text', (column) => column.notNull().unique())
        .addColumn('description', 'text')
        .addColumn('location', 'text')
        .addColumn('group_name', 'text')
        .addColumn('area_id', 'integer', (column) => column.references('areas.id').onDelete('restrict'))
        .addColumn('enabled', 'integer', (column) =>
          column
            .notNull()
            .defaultTo(1)
            .check(sql`enabled in (0, 1)`),
        )
        .addColumn('status', 'text', (column) =>
          column
            .notNull()
            .defaultTo('active')
            .check(sql`status in ('active', 'maintenance')`),
        )
        .addColumn('source_url', 'text', (column) => column.notNull())
        .addColumn('source_username', 'text')
        .addColumn('source_password', 'text')
        .addColumn('latitude', 'double precision')
        .addColumn('longitude', 'double precision')
        .addColumn('timezone', 'text', (column) => column.notNull())
        .addColumn('pull_mode', 'text', (column) =>
          column
            .notNull()
            .defaultTo('on-demand')
            .check(sql`pull_mode in ('always', 'on-demand')`),
        )
        .addColumn('video_codec', 'text')
        .addColumn('stream_key', 'text', (column) => column.notNull().unique())
        .addColumn('sort_order', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute();

      await db.schema.createIndex('cameras_area_id').on('cameras').column('area_id').execute();

      await db.schema
        .createTable('revision')
        .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
        .addColumn('value', 'bigint', (column) => column.notNull())
        .execute();
      await sql`insert into revision (id, value) values (1, 0)`.execute(db);
    },
  };
}
