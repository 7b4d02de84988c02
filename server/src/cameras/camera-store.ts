/** All SQL on the table `cameras`. */
import type { Insertable, Selectable, Transaction } from 'kysely';
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import { appendAuditEvent } from '../audit/append-event.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Database } from '../db/database.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../db/database-error.ts';
import type { CameraTable, Schema } from '../db/schema.ts';
import { foldName } from '../fields.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { Camera } from './camera.ts';
import { CameraPasswords } from './camera-passwords.ts';
import { subSourceOf } from './extra-addresses.ts';

export interface CameraStore {
  /** Every camera, in the order in which they are shown. A heavy read: a city has a thousand. */
  list(): Promise<readonly Camera[]>;
  find(id: number): Promise<Camera | undefined>;
  /** Names compare without regard to case, in every script. */
  findByName(name: string): Promise<Camera | undefined>;
  count(): Promise<number>;
  /** Writes the entry of the audit trail in the same transaction. @throws AppError CAMERA_EXISTS, AREA_NOT_FOUND */
  create(camera: Omit<Camera, 'id'>, describe: (created: Camera) => AuditEvent): Promise<Camera>;
  /**
   * Asks `decide` for what the camera becomes, and stores every field of it; an unreadable password stays as it is. What
   * `decide` throws leaves everything as it was.
   * @returns undefined when there is none. @throws as `create`
   */
  update(id: number, decide: (current: Camera) => CameraUpdate): Promise<Camera | undefined>;
  /** @returns what was removed; undefined when there was none. */
  remove(id: number, describe: (removed: Camera) => AuditEvent): Promise<Camera | undefined>;
}

export interface CameraUpdate {
  readonly camera: Camera;
  /** Undefined when nothing changes: nothing is written then. */
  readonly event: AuditEvent | undefined;
}

export function createCameraStore(
  database: Database,
  clock: Clock,
  box: SecretBox,
  logger: Logger,
): CameraStore {
  const passwords = new CameraPasswords(box, logger);
  const toCamera = (row: Selectable<CameraTable>) => readCamera(row, passwords);

  return {
    async list() {
      const rows = await database.heavy
        .selectFrom('cameras')
        .selectAll()
        .orderBy('sort_order')
        .orderBy('id')
        .execute();
      passwords.keepOnly(new Set(rows.map(({ id }) => id)));
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

    async create(camera, describe) {
      const nowMs = clock.now();
      return translated(
        () => camera.name,
        () =>
          database.write(async (transaction) => {
            const row = await transaction
              .insertInto('cameras')
              .values({ ...toColumns(camera), created_at: nowMs, updated_at: nowMs })
              .returningAll()
              .executeTakeFirstOrThrow();
            const { password } = camera.source;
            const sealed = password === undefined ? null : passwords.seal(row.id, password);
            if (sealed !== null) await writePassword(transaction, row.id, sealed);
            const created = toCamera({ ...row, source_password: sealed });
            await appendAuditEvent(transaction, describe(created), nowMs);
            return created;
          }),
      );
    },

    async update(id, decide) {
      const nowMs = clock.now();
      let name = '';
      return translated(
        () => name,
        () =>
          database.write(async (transaction) => {
            const row = await findRow(transaction, id);
            if (row === undefined) return undefined;
            const { camera, event } = decide(toCamera(row));
            if (event === undefined) return toCamera(row);
            name = camera.name;
            const { password } = camera.source;
            const kept = camera.credentialsUnreadable === true ? row.source_password : null;
            const sealed = password === undefined ? kept : passwords.seal(id, password);
            const changed = await transaction
              .updateTable('cameras')
              .set({ ...toColumns(camera), source_password: sealed, updated_at: nowMs })
              .where('id', '=', id)
              .returningAll()
              .executeTakeFirstOrThrow();
            await appendAuditEvent(transaction, event, nowMs);
            return toCamera(changed);
          }),
      );
    },

    async remove(id, describe) {
      return database.write(async (transaction) => {
        const row = await findRow(transaction, id);
        if (row === undefined) return undefined;
        const camera = toCamera(row);
        await transaction.deleteFrom('cameras').where('id', '=', id).execute();
        await appendAuditEvent(transaction, describe(camera), clock.now());
        return camera;
      });
    },
  };
}

function findRow(transaction: Transaction<Schema>, id: number): Promise<Selectable<CameraTable> | undefined> {
  return transaction.selectFrom('cameras').selectAll().where('id', '=', id).executeTakeFirst();
}

async function writePassword(transaction: Transaction<Schema>, id: number, sealed: string): Promise<void> {
  await transaction.updateTable('cameras').set({ source_password: sealed }).where('id', '=', id).execute();
}

async function translated<T>(nameOf: () => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) {
      throw new AppError('conflict', 'CAMERA_EXISTS', `A camera named "${nameOf()}" exists already.`, {
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

/** All but the password, which is sealed for its row. */
function toColumns(
  camera: Omit<Camera, 'id'>,
): Omit<Insertable<CameraTable>, 'id' | 'source_password' | 'created_at' | 'updated_at'> {
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
    latitude: camera.latitude,
    longitude: camera.longitude,
    timezone: camera.timezone,
    pull_mode: camera.pull,
    video_codec: camera.videoCodec,
    stream_key: camera.streamKey,
    sort_order: camera.sortOrder,
    visibility: camera.visibility,
    transport: camera.source.transport ?? null,
    tls_fingerprint: camera.source.tlsFingerprint ?? null,
    sub_url: camera.sub?.url ?? null,
    snapshot_url: camera.snapshotUrl,
    onvif_url: camera.onvifUrl,
    onvif_profile: camera.onvifProfile,
    audio: camera.source.audio === false ? 0 : 1,
  };
}

function readCamera(row: Selectable<CameraTable>, passwords: CameraPasswords): Camera {
  const { password, isUnreadable } = passwords.open(row.id, row.source_password);
  const source = {
    url: row.source_url,
    username: row.source_username ?? undefined,
    password,
    transport: row.transport ?? undefined,
    tlsFingerprint: row.tls_fingerprint ?? undefined,
    audio: row.audio === 1,
  };
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    location: row.location,
    groupName: row.group_name,
    areaId: row.area_id,
    enabled: row.enabled === 1,
    status: row.status,
    source,
    sub: subSourceOf(source, row.sub_url),
    snapshotUrl: row.snapshot_url,
    onvifUrl: row.onvif_url,
    onvifProfile: row.onvif_profile,
    ...(isUnreadable ? { credentialsUnreadable: true } : {}),
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
