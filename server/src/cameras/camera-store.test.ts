import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { Secret } from '@pantau/base/secret';
import { createAreaStore, type AreaStore } from '../areas/area-store.ts';
import { checkArea } from '../areas/area.ts';
import type { Database } from '../db/database.ts';
import { DATABASE_KINDS, openTestDatabase } from '../testing/open-test-database.ts';
import { createCameraStore, type CameraStore } from './camera-store.ts';
import { checkCamera, createStreamKey, type Camera, type CameraInput } from './camera.ts';

const source = { url: 'rtsp://10.0.0.5/live', username: 'admin', password: new Secret('hunter2') };

function newCamera(name: string, more: Partial<CameraInput> = {}): Omit<Camera, 'id'> {
  return { ...checkCamera({ name, source, ...more }), streamKey: createStreamKey() };
}

describe.each(DATABASE_KINDS)('cameras and areas on %s', (kind) => {
  let opened: { database: Database; close(): Promise<void> };
  let cameras: CameraStore;
  let areas: AreaStore;

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    const clock = new VirtualClock();
    cameras = createCameraStore(opened.database, clock);
    areas = createAreaStore(opened.database, clock);
  }, 30_000);
  afterAll(() => opened.close());

  it('gives back exactly what was stored', async () => {
    const area = await areas.create(
      checkArea({
        name: 'Kota',
        rt: '1',
        rw: '02',
        kelurahan: 'K',
        kecamatan: 'B',
        latitude: -7.15,
        longitude: 111.88,
      }),
    );
    const full = newCamera('Simpang Empat', {
      areaId: area.id,
      description: 'Persimpangan\nutama',
      location: 'Jl. A. Yani',
      groupName: 'Dishub',
      enabled: false,
      status: 'maintenance',
      latitude: -7.1502,
      longitude: 111.8817,
      timezone: 'Asia/Makassar',
      pull: 'always',
      videoCodec: 'h264',
      sortOrder: 3,
    });
    const created = await cameras.create(full);
    const { source: storedSource, ...stored } = (await cameras.find(created.id)) ?? created;
    const { source: givenSource, ...given } = full;
    expect(stored).toEqual({ ...given, id: created.id });
    expect(storedSource.url).toBe(givenSource.url);
    expect(storedSource.password?.reveal()).toBe('hunter2');
    expect(await areas.find(area.id)).toEqual(area);
    expect(await areas.list()).toEqual([area]);
  });

  it('finds by name whatever the case', async () => {
    expect((await cameras.findByName('SIMPANG empat'))?.name).toBe('Simpang Empat');
    expect((await areas.findByName('kOTA'))?.name).toBe('Kota');
    expect(await cameras.findByName("' or 1=1 --")).toBeUndefined();
    expect(await cameras.find(999)).toBeUndefined();
  });

  it('tells names apart that differ in more than case, in every script', async () => {
    await cameras.create(newCamera('\u00c0B'));
    await cameras.create(newCamera('\u00e0b c'));
    expect((await cameras.findByName('\u00c0B'))?.name).toBe('\u00c0B');
    expect((await cameras.findByName('\u00e0b'))?.name).toBe('\u00c0B');
    expect((await cameras.findByName('A\u0300B'))?.name).toBe('\u00c0B');
    expect((await cameras.findByName('\u00c0B C'))?.name).toBe('\u00e0b c');
    expect(await cameras.findByName('AB')).toBeUndefined();
    await areas.create(checkArea({ name: '\u0416\u0410' }));
    expect((await areas.findByName('\u0436\u0430'))?.name).toBe('\u0416\u0410');
    for (const name of ['\u00c0B', '\u00e0b c']) {
      const camera = await cameras.findByName(name);
      expect(await cameras.remove(camera?.id ?? 0)).toBe(true);
    }
  });

  it('refuses a name twice and an area that does not exist', async () => {
    await expect(cameras.create(newCamera('Simpang Empat'))).rejects.toMatchObject({ code: 'CAMERA_EXISTS' });
    await expect(cameras.create(newCamera('Lain', { areaId: 999 }))).rejects.toMatchObject({
      code: 'AREA_NOT_FOUND',
    });
    await expect(areas.create(checkArea({ name: 'Kota' }))).rejects.toMatchObject({ code: 'AREA_EXISTS' });
    expect(await cameras.count()).toBe(1);
  });

  it('does not remove an area with cameras', async () => {
    const area = await areas.findByName('Kota');
    await expect(areas.remove(area?.id ?? 0)).rejects.toMatchObject({ code: 'AREA_IN_USE' });
  });

  it('lists in the order of sort_order, then age', async () => {
    await cameras.create(newCamera('Ketiga', { sortOrder: 9 }));
    await cameras.create(newCamera('Pertama', { sortOrder: 1 }));
    expect((await cameras.list()).map(({ name }) => name)).toEqual(['Pertama', 'Simpang Empat', 'Ketiga']);
  });

  it('updates every field, and only that row', async () => {
    const camera = await cameras.findByName('Ketiga');
    if (camera === undefined) throw new Error('the camera is gone');
    const changed = { ...camera, name: 'Baru', enabled: false, source: { ...source, password: undefined } };
    expect(await cameras.update(changed)).toEqual(changed);
    expect((await cameras.findByName('Pertama'))?.enabled).toBe(true);
    await expect(cameras.update({ ...changed, id: 999 })).rejects.toMatchObject({ code: 'CAMERA_NOT_FOUND' });
    await expect(cameras.update({ ...changed, name: 'Pertama' })).rejects.toMatchObject({
      code: 'CAMERA_EXISTS',
    });
  });

  it('removes', async () => {
    const camera = await cameras.findByName('Baru');
    expect(await cameras.remove(camera?.id ?? 0)).toBe(true);
    expect(await cameras.remove(camera?.id ?? 0)).toBe(false);
  });

  it('raises the revision with each committed change, not with a refused one', async () => {
    const before = await opened.database.readRevision();
    await cameras.create(newCamera('Revisi'));
    expect(await opened.database.readRevision()).toBe(before + 1);
    await expect(cameras.create(newCamera('Revisi'))).rejects.toThrow();
    expect(await opened.database.readRevision()).toBe(before + 1);
  });

  it('rolls back a transaction whose work fails, and goes on', async () => {
    const failing = opened.database.write(async (transaction) => {
      await transaction.deleteFrom('cameras').execute();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await cameras.count()).toBeGreaterThan(0);
  });
});
