/** Accounts with their sessions and second factors, API keys, failed sign-ins, the audit trail, settings, and who may see a camera. */
import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DatabaseKind } from '../database.ts';

export function identityAndAccess(kind: DatabaseKind): Migration {
  const identity = (column: ColumnDefinitionBuilder) =>
    kind === 'sqlite'
      ? column.primaryKey().autoIncrement()
      : column.primaryKey().generatedByDefaultAsIdentity();
  const flag = (column: ColumnDefinitionBuilder) => column.notNull().defaultTo(0);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable('cameras')
        .addColumn('visibility', 'text', (column) =>
          column
            .notNull()
            .defaultTo('public')
            .check(sql`visibility in ('public', 'unlisted', 'private')`),
        )
        .execute();

      await db.schema
        .createTable('users')
        .addColumn('id', 'integer', identity)
        .addColumn('username', 'text', (column) => column.notNull())
        .addColumn('username_folded', 'text', (column) => column.notNull().unique())
        .addColumn('password_hash', 'text', (column) => column.notNull())
        .addColumn('role', 'text', (column) =>
          column.notNull().check(sql`role in ('administrator', 'operator', 'viewer')`),
        )
        .addColumn('enabled', 'integer', (column) =>
          column
            .notNull()
            .defaultTo(1)
            .check(sql`enabled in (0, 1)`),
        )
        .addColumn('must_change_password', 'integer', flag)
        .addColumn('password_changed_at', 'bigint', (column) => column.notNull())
        .addColumn('webauthn_user_id', 'text', (column) => column.notNull().unique())
        .addColumn('totp_secret', 'text')
        .addColumn('totp_pending_secret', 'text')
        .addColumn('totp_last_step', 'bigint')
        .addColumn('last_login_at', 'bigint')
        .addColumn('last_login_ip', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute();

      await db.schema
        .createTable('user_areas')
        .addColumn('user_id', 'integer', (column) =>
          column.notNull().references('users.id').onDelete('cascade'),
        )
        .addColumn('area_id', 'integer', (column) =>
          column.notNull().references('areas.id').onDelete('cascade'),
        )
        .addPrimaryKeyConstraint('user_areas_primary', ['user_id', 'area_id'])
        .execute();
      await db.schema.createIndex('user_areas_area_id').on('user_areas').column('area_id').execute();

      await db.schema
        .createTable('password_history')
        .addColumn('id', 'integer', identity)
        .addColumn('user_id', 'integer', (column) =>
          column.notNull().references('users.id').onDelete('cascade'),
        )
        .addColumn('password_hash', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('password_history_user_id')
        .on('password_history')
        .columns(['user_id', 'id'])
        .execute();

      await db.schema
        .createTable('recovery_codes')
        .addColumn('id', 'integer', identity)
        .addColumn('user_id', 'integer', (column) =>
          column.notNull().references('users.id').onDelete('cascade'),
        )
        .addColumn('code_hash', 'text', (column) => column.notNull())
        .addColumn('used_at', 'bigint')
        .execute();
      await db.schema.createIndex('recovery_codes_user_id').on('recovery_codes').column('user_id').execute();

      await db.schema
        .createTable('passkeys')
        .addColumn('id', 'integer', identity)
        .addColumn('user_id', 'integer', (column) =>
          column.notNull().references('users.id').onDelete('cascade'),
        )
        .addColumn('credential_id', 'text', (column) => column.notNull().unique())
        .addColumn('public_key', 'text', (column) => column.notNull())
        .addColumn('counter', 'bigint', (column) => column.notNull())
        .addColumn('transports', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('synced', 'integer', flag)
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('last_used_at', 'bigint')
        .execute();
      await db.schema.createIndex('passkeys_user_id').on('passkeys').column('user_id').execute();

      await db.schema
        .createTable('sessions')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('token_hash', 'text', (column) => column.notNull().unique())
        .addColumn('user_id', 'integer', (column) =>
          column.notNull().references('users.id').onDelete('cascade'),
        )
        .addColumn('remembered', 'integer', flag)
        .addColumn('ip', 'text')
        .addColumn('user_agent', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('last_used_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('confirmed_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('sessions_user_id').on('sessions').column('user_id').execute();
      await db.schema.createIndex('sessions_expires_at').on('sessions').column('expires_at').execute();

      await db.schema
        .createTable('known_devices')
        .addColumn('user_id', 'integer', (column) =>
          column.notNull().references('users.id').onDelete('cascade'),
        )
        .addColumn('device_hash', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('last_used_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('known_devices_primary', ['user_id', 'device_hash'])
        .execute();

      await db.schema
        .createTable('login_failures')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('failures', 'integer', (column) => column.notNull())
        .addColumn('first_at', 'bigint', (column) => column.notNull())
        .addColumn('last_at', 'bigint', (column) => column.notNull())
        .addColumn('locked_until', 'bigint')
        .execute();
      await db.schema.createIndex('login_failures_last_at').on('login_failures').column('last_at').execute();

      await db.schema
        .createTable('api_keys')
        .addColumn('id', 'integer', identity)
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('prefix', 'text', (column) => column.notNull())
        .addColumn('key_hash', 'text', (column) => column.notNull().unique())
        .addColumn('scopes', 'text', (column) => column.notNull())
        .addColumn('created_by', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint')
        .addColumn('last_used_at', 'bigint')
        .addColumn('last_used_ip', 'text')
        .execute();

      await db.schema
        .createTable('audit_events')
        .addColumn('id', 'integer', identity)
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('actor_kind', 'text', (column) => column.notNull())
        .addColumn('actor_id', 'integer')
        .addColumn('actor_name', 'text')
        .addColumn('actor_folded', 'text')
        .addColumn('ip', 'text')
        .addColumn('user_agent', 'text')
        .addColumn('endpoint', 'text')
        .addColumn('target_kind', 'text')
        .addColumn('target_id', 'text')
        .addColumn('target_name', 'text')
        .addColumn('details', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('audit_events_at').on('audit_events').columns(['at', 'id']).execute();
      await db.schema.createIndex('audit_events_type').on('audit_events').columns(['type', 'id']).execute();
      await db.schema
        .createIndex('audit_events_actor')
        .on('audit_events')
        .columns(['actor_folded', 'id'])
        .execute();
      await db.schema.createIndex('audit_events_ip').on('audit_events').columns(['ip', 'id']).execute();
      await db.schema
        .createIndex('audit_events_target')
        .on('audit_events')
        .columns(['target_kind', 'target_id', 'id'])
        .execute();

      await db.schema
        .createTable('settings')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}
