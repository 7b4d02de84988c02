import { expect, it } from 'vitest';
import { DATABASE_KINDS, openTestDatabase } from '../testing/open-test-database.ts';
import { listMigrations } from './migrations.ts';

const NEW_COLUMNS = [
  'transport',
  'tls_fingerprint',
  'sub_url',
  'snapshot_url',
  'onvif_url',
  'onvif_profile',
  'audio',
];

it.each(DATABASE_KINDS)(
  'cameras and areas of before 0003 stay as they are, with sound and no transport of their own, on %s',
  async (kind) => {
    const opened = await openTestDatabase(kind);
    try {
      const { database } = opened;
      await database.write(async (transaction) => {
        for (const column of NEW_COLUMNS)
          await transaction.schema.alterTable('cameras').dropColumn(column).execute();
        await transaction.schema.alterTable('areas').dropColumn('transport').execute();
      });
      const times = { created_at: 1, updated_at: 2 };
      const area = { id: 3, name: 'Kota', latitude: -7.15, longitude: 111.88, sort_order: 4, ...times };
      const camera = {
        id: 7,
        name: 'Simpang',
        area_id: 3,
        enabled: 0,
        status: 'maintenance',
        source_url: 'rtsp://10.0.0.5/live',
        source_username: 'admin',
        source_password: 'sealed',
        timezone: 'Asia/Makassar',
        pull_mode: 'always',
        stream_key: 'k',
        sort_order: 5,
        visibility: 'unlisted',
        ...times,
      } as const;
      await database.write(async (transaction) => {
        await transaction.insertInto('areas').values(area).execute();
        await transaction.insertInto('cameras').values(camera).execute();
      });
      await database.write(async (transaction) =>
        listMigrations(kind)['0003-camera-sources']?.up(transaction),
      );
      const cameras = await database.read.selectFrom('cameras').selectAll().execute();
      const nothing = Object.fromEntries(NEW_COLUMNS.map((column) => [column, null]));
      expect(cameras).toEqual([
        {
          description: null,
          location: null,
          group_name: null,
          latitude: null,
          longitude: null,
          video_codec: null,
          ...camera,
          ...nothing,
          audio: 1,
        },
      ]);
      const areas = await database.read.selectFrom('areas').selectAll().execute();
      expect(areas).toEqual([
        { description: null, rt: null, rw: null, kelurahan: null, kecamatan: null, ...area, transport: null },
      ]);
      const badTransport = (table: 'cameras' | 'areas') =>
        database.write(async (transaction) => {
          // The type forbids it; the database must, too.
          await transaction
            .updateTable(table)
            .set({ transport: 'pigeon' as 'tcp' })
            .execute();
        });
      await expect(badTransport('cameras')).rejects.toThrow();
      await expect(badTransport('areas')).rejects.toThrow();
    } finally {
      await opened.close();
    }
  },
  30_000,
);
