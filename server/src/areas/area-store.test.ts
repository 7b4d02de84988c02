import { expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { consoleActor } from '../audit/actor.ts';
import { DATABASE_KINDS, openTestDatabase } from '../testing/open-test-database.ts';
import { createAreaStore } from './area-store.ts';
import { checkArea } from './area.ts';

it.each(DATABASE_KINDS)(
  'lists areas by sort_order and name, in the same order on %s',
  async (kind) => {
    const opened = await openTestDatabase(kind);
    try {
      const store = createAreaStore(opened.database, new VirtualClock());
      for (const [name, sortOrder] of [
        ['kota 10', 0],
        ['Kota-Baru', 0],
        ['Élan', 0],
        ['ayodya', 0],
        ['Zona', 0],
        ['Pusat', -1],
        ['_uji', 0],
      ] as const) {
        await store.create(checkArea({ name, sortOrder }), () => ({
          type: 'AREA_CREATED',
          actor: consoleActor('test'),
        }));
      }
      const names = (await store.list()).map((area) => area.name);
      expect(names).toEqual(['Pusat', '_uji', 'ayodya', 'kota 10', 'Kota-Baru', 'Zona', 'Élan']);
    } finally {
      await opened.close();
    }
  },
  30_000,
);
