/** Snapshots on disk: whole or not there, whatever happened to the files. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTestFolder } from '../testing/open-test-database.ts';
import type { Snapshot } from './snapshot.ts';
import { SnapshotFolder } from './snapshot-folder.ts';
import { SnapshotShelf } from './snapshot-shelf.ts';
import { fakePictures } from './testing/fake-picture-maker.ts';

const snapshot = (cameraId: number, takenMs = 1000): Snapshot => ({
  cameraId,
  takenMs,
  visibility: 'public',
  source: 'mark',
  pictures: fakePictures(`camera ${cameraId} at ${takenMs}`),
});

let parent: ReturnType<typeof makeTestFolder>;
let path: string;
let folder: SnapshotFolder;
beforeEach(async () => {
  parent = makeTestFolder();
  path = join(parent.path, 'snapshots');
  folder = new SnapshotFolder(path);
  await folder.open();
});
afterEach(() => parent.remove());

describe('the folder', () => {
  it('gives back what it was given, after a restart too', async () => {
    await folder.write(snapshot(1));
    await folder.write(snapshot(2));
    await folder.write(snapshot(2, 2000));
    const again = new SnapshotFolder(path);
    expect((await again.open()).map(({ cameraId, takenMs }) => [cameraId, takenMs])).toEqual([
      [1, 1000],
      [2, 2000],
    ]);
    expect(await again.read(2)).toMatchObject(snapshot(2, 2000));
    expect(await again.read(3)).toBeUndefined();
    await again.remove(2);
    await again.remove(2);
    expect(readdirSync(path)).toEqual(['1.snapshot']);
  });

  it('is nobody else’s to read', async () => {
    await folder.write(snapshot(1));
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, '1.snapshot')).mode & 0o777).toBe(0o600);
  });

  it('removes what is not whole, and what is not its own', async () => {
    await folder.write(snapshot(1));
    const bytes = readFileSync(join(path, '1.snapshot'));
    writeFileSync(join(path, '2.snapshot'), bytes); // of another camera
    writeFileSync(join(path, '3.snapshot'), bytes.subarray(0, bytes.length - 1));
    writeFileSync(join(path, '4.snapshot'), '');
    writeFileSync(join(path, '1.snapshot.new'), bytes);
    writeFileSync(join(path, 'notes.txt'), 'x');
    const found = await new SnapshotFolder(path).open();
    expect(found.map(({ cameraId }) => cameraId)).toEqual([1]);
    expect(readdirSync(path)).toEqual(['1.snapshot']);
  });

  it('reads any bytes as a snapshot or as none', async () => {
    await folder.write(snapshot(1));
    const bytes = readFileSync(join(path, '1.snapshot'));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.nat(255),
        fc.nat(bytes.length),
        async (at, value, end) => {
          const damaged = Buffer.from(bytes);
          damaged.writeUInt8(value, at);
          writeFileSync(join(path, '1.snapshot'), damaged.subarray(0, end));
          const found = await folder.read(1);
          if (found !== undefined) expect(found.pictures.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the shelf', () => {
  const open = async (memoryBytes?: number) => {
    const shelf = new SnapshotShelf({
      folder: new SnapshotFolder(path),
      clock: new VirtualClock(),
      logger: silentLogger,
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    });
    await shelf.open();
    return shelf;
  };

  it('reads from disk what memory has no room for', async () => {
    const shelf = await open(2500);
    for (const id of [1, 2, 3]) shelf.put(snapshot(id));
    await shelf.close();
    for (const id of [1, 2, 3]) expect((await shelf.read(id))?.pictures).toEqual(snapshot(id).pictures);
    const crowd = await Promise.all(Array.from({ length: 50 }, () => shelf.read(1)));
    expect(new Set(crowd).size).toBe(1);
  });

  it('keeps the newest, and nothing of a camera that was removed', async () => {
    const shelf = await open();
    for (let at = 1; at <= 20; at++) shelf.put(snapshot(1, at * 1000));
    shelf.put(snapshot(2));
    shelf.remove(2);
    await shelf.close();
    expect((await shelf.read(1))?.takenMs).toBe(20_000);
    expect(await shelf.read(2)).toBeUndefined();
    expect(readdirSync(path)).toEqual(['1.snapshot']);
    expect((await (await open()).read(1))?.takenMs).toBe(20_000);
  });

  it('without a disk keeps what memory has room for', async () => {
    writeFileSync(join(parent.path, 'no-folder'), '');
    path = join(parent.path, 'no-folder');
    const shelf = await open();
    shelf.put(snapshot(1));
    await shelf.close();
    expect((await shelf.read(1))?.takenMs).toBe(1000);
  });

  it('forgets a picture whose file is gone', async () => {
    const shelf = await open(2500);
    for (const id of [1, 2, 3]) shelf.put(snapshot(id));
    await shelf.close();
    writeFileSync(join(path, '1.snapshot'), 'damaged');
    expect(await shelf.read(1)).toBeUndefined();
    expect(shelf.find(1)).toBeUndefined();
  });
});
