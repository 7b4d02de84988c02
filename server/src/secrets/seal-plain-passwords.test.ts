import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { openSqlite } from '../db/sqlite-database.ts';
import { makeTestFolder } from '../testing/open-test-database.ts';
import { openSecrets } from './open-secrets.ts';

it('leaves nothing of a plain password in the files of the database', async () => {
  const folder = makeTestFolder();
  const options = { dataDir: folder.path, readConnections: 1, clock: systemClock, logger: silentLogger };
  const readFiles = () =>
    readdirSync(folder.path).map((name) => readFileSync(join(folder.path, name), 'latin1'));
  try {
    {
      await using database = await openSqlite(options);
      await database.write(async (transaction) => {
        for (let id = 1; id <= 200; id++) {
          await transaction
            .insertInto('cameras')
            .values({
              id,
              name: `Camera ${id}`,
              enabled: 1,
              status: 'active',
              source_url: 'rtsp://10.0.0.5/live',
              source_password: `S4ndi-${id}-Polos`,
              timezone: 'Asia/Jakarta',
              pull_mode: 'on-demand',
              stream_key: `key-${id}`,
              sort_order: 0,
              visibility: 'public',
              created_at: 0,
              updated_at: 0,
            })
            .execute();
        }
      });
    }
    expect(readFiles().some((text) => text.includes('S4ndi-'))).toBe(true);
    {
      await using database = await openSqlite(options);
      await openSecrets({ ...options, database });
    }
    expect(readFiles().length).toBeGreaterThan(1);
    expect(readFiles().filter((text) => /S4ndi-|-Polos/.test(text))).toEqual([]);
  } finally {
    folder.remove();
  }
});
