import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { Secret } from '@pantau/base/secret';
import { silentLogger, type Logger } from '@pantau/base/logger';
import { consoleActor } from '../audit/actor.ts';
import { createAreaStore, type AreaStore } from '../areas/area-store.ts';
import { checkArea } from '../areas/area.ts';
import type { Database } from '../db/database.ts';
import { AesSecretBox } from '../secrets/aes-secret-box.ts';
import { keyFilePath, replaceKeyFile } from '../secrets/key-file.ts';
import { openKeyRing } from '../secrets/key-ring.ts';
import { cameraCreated, cameraDeleted, cameraUpdated } from './camera-events.ts';
import { areaCreated, areaDeleted } from '../areas/area-events.ts';
import { DATABASE_KINDS, makeTestFolder, openTestDatabase } from '../testing/open-test-database.ts';
import { createCameraStore, type CameraStore } from './camera-store.ts';
import { checkCamera, createStreamKey, type Camera, type CameraInput } from './camera.ts';

const source = { url: 'rtsp://10.0.0.5/live', username: 'admin', password: new Secret('hunter2') };

function newCamera(name: string, more: Partial<CameraInput> = {}): Omit<Camera, 'id'> {
  return { ...checkCamera({ name, source, ...more }), streamKey: createStreamKey() };
}

const actor = consoleActor('test');

/** The store as the tests below want it: what is audited is the services' tests' matter. */
function plain(store: CameraStore) {
  return {
    ...store,
    create: (camera: Omit<Camera, 'id'>) => store.create(camera, (made) => cameraCreated(made, actor)),
    update: (camera: Camera) =>
      store.update(camera.id, (current) => ({ camera, event: cameraUpdated(current, camera, actor) })),
    remove: (id: number) => store.remove(id, (camera) => cameraDeleted(camera, actor)),
  };
}

function plainAreas(store: AreaStore) {
  return {
    ...store,
    create: (area: Parameters<AreaStore['create']>[0]) =>
      store.create(area, (made) => areaCreated(made, actor)),
    remove: (id: number) => store.remove(id, (area) => areaDeleted(area, actor)),
  };
}

describe.each(DATABASE_KINDS)('cameras and areas on %s', (kind) => {
  const clock = new VirtualClock();
  const said: string[] = [];
  const logger: Logger = { ...silentLogger, error: (_fields, message) => void said.push(message) };
  let opened: { database: Database; close(): Promise<void> };
  let folder: ReturnType<typeof makeTestFolder>;
  let cameras: ReturnType<typeof plain>;
  let areas: ReturnType<typeof plainAreas>;

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    folder = makeTestFolder();
    cameras = plain(openCameras());
    areas = plainAreas(createAreaStore(opened.database, clock));
  }, 30_000);
  afterAll(async () => {
    await opened.close();
    folder.remove();
  });

  /** As another process would. */
  function openCameras(): CameraStore {
    const ring = openKeyRing({ dataDir: folder.path, clock, logger });
    return createCameraStore(opened.database, clock, new AesSecretBox(ring), logger);
  }

  const readPassword = async (id: number) =>
    (
      await opened.database.read
        .selectFrom('cameras')
        .select('source_password')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    ).source_password;

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
        transport: 'tcp',
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
      source: { ...source, transport: 'udp', tlsFingerprint: 'AB:'.repeat(31) + 'CD', audio: false },
      subUrl: 'rtsp://10.0.0.5/sub',
      snapshotUrl: 'http://10.0.0.5/snap.jpg',
      onvifUrl: 'https://10.0.0.5:8000/onvif/device_service',
      onvifProfile: 'Profile_1',
    });
    const created = await cameras.create(full);
    const { source: storedSource, sub: storedSub, ...stored } = (await cameras.find(created.id)) ?? created;
    const { source: givenSource, sub: _givenSub, ...given } = full;
    expect(stored).toEqual({ ...given, id: created.id });
    expect(storedSource.url).toBe(givenSource.url);
    expect(storedSource.password?.reveal()).toBe('hunter2');
    expect(storedSource).toMatchObject({
      transport: 'udp',
      tlsFingerprint: 'ab'.repeat(31) + 'cd',
      audio: false,
    });
    expect(storedSub).toEqual({ ...storedSource, url: 'rtsp://10.0.0.5/sub' });
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
      expect(await cameras.remove(camera?.id ?? 0)).toBeDefined();
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
    const changed = {
      ...camera,
      name: 'Baru',
      enabled: false,
      source: { ...camera.source, password: undefined },
    };
    expect(await cameras.update(changed)).toEqual(changed);
    expect((await cameras.findByName('Pertama'))?.enabled).toBe(true);
    expect(await cameras.update({ ...changed, id: 999 })).toBeUndefined();
    await expect(cameras.update({ ...changed, name: 'Pertama' })).rejects.toMatchObject({
      code: 'CAMERA_EXISTS',
    });
  });

  it('removes', async () => {
    const camera = await cameras.findByName('Baru');
    expect(await cameras.remove(camera?.id ?? 0)).toBeDefined();
    expect(await cameras.remove(camera?.id ?? 0)).toBeUndefined();
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

  it('seals passwords, each for its row, and opens them in another process', async () => {
    const [one, other] = [await cameras.create(newCamera('Satu')), await cameras.create(newCamera('Dua'))];
    const [sealed, sealedOther] = [await readPassword(one.id), await readPassword(other.id)];
    expect(sealed).toMatch(/^v1\.[0-9a-f]+\.[\w-]+\.[\w-]+$/);
    expect(sealed).not.toBe(sealedOther);
    const elsewhere = openCameras();
    expect((await elsewhere.find(one.id))?.source.password?.reveal()).toBe('hunter2');
    // Whoever can write into the database must not make one camera's password go to another.
    await opened.database.write((transaction) =>
      transaction
        .updateTable('cameras')
        .set({ source_password: sealed })
        .where('id', '=', other.id)
        .execute(),
    );
    expect(await elsewhere.find(other.id)).toMatchObject({
      credentialsUnreadable: true,
      source: { password: undefined },
    });
    for (const { id } of [one, other]) await cameras.remove(id);
  });

  it('lists a camera whose password is lost, says so once, and keeps it for when the key is back', async () => {
    const { id } = await cameras.create(newCamera('Hilang'));
    const sealed = await readPassword(id);
    const keys = openKeyRing({ dataDir: folder.path, clock, logger }).keys;
    replaceKeyFile(keyFilePath(folder.path), [
      { id: 'abcd', createdAt: '2026-01-01T00:00:00.000Z', bytes: Buffer.alloc(32) },
    ]);
    const store = plain(openCameras());
    said.length = 0;
    for (let round = 0; round < 3; round++) {
      const listed = (await store.list()).find((camera) => camera.id === id);
      expect(listed).toMatchObject({ credentialsUnreadable: true, source: { password: undefined } });
    }
    expect(said.filter((message) => message.includes(`cameras:${id}:`))).toHaveLength(1);
    const found = await store.find(id);
    if (found === undefined) throw new Error('the camera is gone');
    await store.update({ ...found, location: 'Jl. Baru' });
    expect(await readPassword(id)).toBe(sealed);

    replaceKeyFile(keyFilePath(folder.path), keys);
    const back = (await store.list()).find((camera) => camera.id === id);
    expect([back?.source.password?.reveal(), back?.credentialsUnreadable]).toEqual(['hunter2', undefined]);
    await cameras.remove(id);
  });

  it('writes the entry of the audit trail with the change, or neither', async () => {
    const readEvents = () => opened.database.read.selectFrom('audit_events').selectAll().execute();
    const store = openCameras();
    const before = await readEvents();
    await expect(
      store.create(newCamera('Gagal'), () => {
        throw new Error('no entry');
      }),
    ).rejects.toThrow('no entry');
    expect(await store.findByName('Gagal')).toBeUndefined();
    const { id } = await cameras.create(newCamera('Ada'));
    await expect(
      store.update(id, () => {
        throw new Error('not allowed');
      }),
    ).rejects.toThrow('not allowed');
    await expect(
      store.remove(id, () => {
        throw new Error('no entry');
      }),
    ).rejects.toThrow('no entry');
    expect((await store.find(id))?.name).toBe('Ada');
    const revisionBefore = (await readEvents()).length;
    await store.update(id, (current) => ({ camera: { ...current, name: 'Lain' }, event: undefined }));
    expect((await store.find(id))?.name).toBe('Ada');
    expect((await readEvents()).length).toBe(revisionBefore);
    expect(revisionBefore).toBe(before.length + 1);
    await cameras.remove(id);
  });

  it('counts the cameras of areas', async () => {
    const area = await areas.create(checkArea({ name: 'Hitung' }));
    const empty = await areas.create(checkArea({ name: 'Kosong' }));
    for (const name of ['H1', 'H2'])
      await cameras.create(newCamera(name, { areaId: area.id, enabled: false }));
    const counts = await areas.countCameras();
    expect([counts.get(area.id), counts.get(empty.id)]).toEqual([2, undefined]);
  });
});
