/** All SQL on the table `cameras`. */
import type { Insertable, Selectable } from 'kysely';
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import { Secret } from '@pantau/base/secret';
import type { Database } from '../db/database.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../db/database-error.ts';
import type { CameraTable } from '../db/schema.ts';
import { foldName } from '../fields.ts';
import type { Camera } from './camera.ts';

export interface CameraStore {
  /** Every camera, in the order in which they are shown. A heavy read: a city has a thousand. */
  list(): Promise<readonly Camera[]>;
  find(id: number): Promise<Camera | undefined>;
  /** Names compare without regard to case, in every script. */
  findByName(name: string): Promise<Camera | undefined>;
  count(): Promise<number>;
  /** @throws AppError CAMERA_EXISTS, AREA_NOT_FOUND */
  create(camera: Omit<Camera, 'id'>): Promise<Camera>;
  /** Stores every field of `camera` over the row with its id. @throws as `create`; CAMERA_NOT_FOUND */
  update(camera: Camera): Promise<Camera>;
  /** @returns false when there was none. */
  remove(id: number): Promise<boolean>;
}

export function createCameraStore(database: Database, clock: Clock): CameraStore {
  return {
    async list() {
      const rows = await database.heavy
        .selectFrom('cameras')
        .selectAll()
        .orderBy('sort_order')
        .orderBy('id')
        .execute();
      return rows.map(toCamera);
    },

    async find(id) {
      const row = await database.read
        .selectFrom('cameras')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : toCamera(row);
    },

    async findByName(name) {
      const names = await database.read.selectFrom('cameras').select(['id', 'name']).execute();
      const wanted = foldName(name);
      const found = names.find((row) => foldName(row.name) === wanted);
      return found === undefined ? undefined : this.find(found.id);
    },

    async count() {
      const row = await database.read
        .selectFrom('cameras')
        .select((expression) => expression.fn.countAll<number | bigint | string>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },

    async create(camera) {
      const nowMs = clock.now();
      return translated(camera.name, async () => {
        const row = await database.write((transaction) =>
          transaction
            .insertInto('cameras')
            .values({ ...toColumns(camera), created_at: nowMs, updated_at: nowMs })
            .returningAll()
            .executeTakeFirstOrThrow(),
        );
        return toCamera(row);
      });
    },

    async update(camera) {
      return translated(camera.name, async () => {
        const row = await database.write((transaction) =>
          transaction
            .updateTable('cameras')
            .set({ ...toColumns(camera), updated_at: clock.now() })
            .where('id', '=', camera.id)
            .returningAll()
            .executeTakeFirst(),
        );
        if (row === undefined)
          throw new AppError('not-found', 'CAMERA_NOT_FOUND', `There is no camera ${camera.id}.`);
        return toCamera(row);
      });
    },

    async remove(id) {
      const result = await database.write((transaction) =>
        transaction.deleteFrom('cameras').where('id', '=', id).executeTakeFirst(),
      );
      return result.numDeletedRows > 0n;
    },
  };
}

async function translated<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) {
      throw new AppError('conflict', 'CAMERA_EXISTS', `A camera named "${name}" exists already.`, {
        cause: error,
      });
    }
    if (isForeignKeyViolation(error)) {
      throw new AppError('not-found', 'AREA_NOT_FOUND', 'The area of the camera does not exist.', {
        cause: error,
      });
    }
    throw error;
  }
}

function toColumns(
  camera: Omit<Camera, 'id'>,
): Omit<Insertable<CameraTable>, 'id' | 'created_at' | 'updated_at'> {
  return {
    name: camera.name,
    description: camera.description,
    location: camera.location,
    group_name: camera.groupName,
    area_id: camera.areaId,
    enabled: camera.enabled ? 1 : 0,
    status: camera.status,
    source_url: camera.source.url,
    source_username: camera.source.username ?? null,
    source_password: camera.source.password?.reveal() ?? null,
    latitude: camera.latitude,
    longitude: camera.longitude,
    timezone: camera.timezone,
    pull_mode: camera.pull,
    video_codec: camera.videoCodec,
    stream_key: camera.streamKey,
    sort_order: camera.sortOrder,
    visibility: camera.visibility,
  };
}

function toCamera(row: Selectable<CameraTable>): Camera {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    location: row.location,
    groupName: row.group_name,
    areaId: row.area_id,
    enabled: row.enabled === 1,
    status: row.status,
    source: {
      url: row.source_url,
      username: row.source_username ?? undefined,
      password: row.source_password === null ? undefined : new Secret(row.source_password),
    },
    latitude: row.latitude,
    longitude: row.longitude,
    timezone: row.timezone,
    pull: row.pull_mode,
    videoCodec: row.video_codec,
    streamKey: row.stream_key,
    sortOrder: row.sort_order,
    visibility: row.visibility,
  };
}
