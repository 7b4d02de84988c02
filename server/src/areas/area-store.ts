/** All SQL on the table `areas`. */
import { AppError } from '@pantau/base/errors';
import type { Clock } from '@pantau/base/clock';
import type { Insertable, Selectable, Transaction } from 'kysely';
import { appendAuditEvent } from '../audit/append-event.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Database } from '../db/database.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../db/database-error.ts';
import type { AreaTable, Schema } from '../db/schema.ts';
import { foldName } from '../fields.ts';
import type { Area } from './area.ts';

export interface AreaStore {
  /** In the order in which they are shown. */
  list(): Promise<readonly Area[]>;
  find(id: number): Promise<Area | undefined>;
  /** Names compare without regard to case, in every script. */
  findByName(name: string): Promise<Area | undefined>;
  /** Cameras of each area that has any. */
  countCameras(): Promise<ReadonlyMap<number, number>>;
  /** Writes the entry of the audit trail in the same transaction. @throws AppError AREA_EXISTS */
  create(area: Omit<Area, 'id'>, describe: (created: Area) => AuditEvent): Promise<Area>;
  /**
   * Asks `decide` for what the area becomes, and stores every field of it. What `decide` throws leaves everything as it was.
   * @returns undefined when there is none. @throws AppError AREA_EXISTS
   */
  update(id: number, decide: (current: Area) => AreaUpdate): Promise<Area | undefined>;
  /** @returns what was removed; undefined when there was none. @throws AppError AREA_IN_USE */
  remove(id: number, describe: (removed: Area) => AuditEvent): Promise<Area | undefined>;
}

export interface AreaUpdate {
  readonly area: Area;
  /** Undefined when nothing changes: nothing is written then. */
  readonly event: AuditEvent | undefined;
}

export function createAreaStore(database: Database, clock: Clock): AreaStore {
  return {
    async list() {
      const rows = await database.read.selectFrom('areas').selectAll().execute();
      // Databases differ in how they sort text, and each may be set up differently.
      return rows.map(toArea).toSorted((a, b) => a.sortOrder - b.sortOrder || compareNames(a.name, b.name));
    },

    async find(id) {
      const row = await database.read.selectFrom('areas').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toArea(row);
    },

    async findByName(name) {
      const names = await database.read.selectFrom('areas').select(['id', 'name']).execute();
      const wanted = foldName(name);
      const found = names.find((row) => foldName(row.name) === wanted);
      return found === undefined ? undefined : this.find(found.id);
    },

    async countCameras() {
      const rows = await database.heavy
        .selectFrom('cameras')
        .select(['area_id', (expression) => expression.fn.countAll<number | bigint | string>().as('count')])
        .where('area_id', 'is not', null)
        .groupBy('area_id')
        .execute();
      return new Map(rows.map(({ area_id: areaId, count }) => [areaId ?? 0, Number(count)]));
    },

    async create(area, describe) {
      const nowMs = clock.now();
      return translated(
        () => area.name,
        () =>
          database.write(async (transaction) => {
            const row = await transaction
              .insertInto('areas')
              .values({ ...toColumns(area), created_at: nowMs, updated_at: nowMs })
              .returningAll()
              .executeTakeFirstOrThrow();
            const created = toArea(row);
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
            const { area, event } = decide(toArea(row));
            if (event === undefined) return toArea(row);
            name = area.name;
            const changed = await transaction
              .updateTable('areas')
              .set({ ...toColumns(area), updated_at: nowMs })
              .where('id', '=', id)
              .returningAll()
              .executeTakeFirstOrThrow();
            await appendAuditEvent(transaction, event, nowMs);
            return toArea(changed);
          }),
      );
    },

    async remove(id, describe) {
      try {
        return await database.write(async (transaction) => {
          const row = await findRow(transaction, id);
          if (row === undefined) return undefined;
          await transaction.deleteFrom('areas').where('id', '=', id).execute();
          await appendAuditEvent(transaction, describe(toArea(row)), clock.now());
          return toArea(row);
        });
      } catch (error) {
        if (!isForeignKeyViolation(error)) throw error;
        throw new AppError(
          'conflict',
          'AREA_IN_USE',
          'The area still has cameras; remove or move them first.',
          { cause: error },
        );
      }
    },
  };
}

/** Without regard to case; equal ones cannot be, because names are unique in that sense too. */
function compareNames(a: string, b: string): number {
  const [foldedA, foldedB] = [foldName(a), foldName(b)];
  if (foldedA === foldedB) return 0;
  return foldedA < foldedB ? -1 : 1;
}

async function translated<T>(nameOf: () => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError('conflict', 'AREA_EXISTS', `An area named "${nameOf()}" exists already.`, {
      cause: error,
    });
  }
}

function findRow(transaction: Transaction<Schema>, id: number): Promise<Selectable<AreaTable> | undefined> {
  return transaction.selectFrom('areas').selectAll().where('id', '=', id).executeTakeFirst();
}

function toColumns(area: Omit<Area, 'id'>): Omit<Insertable<AreaTable>, 'id' | 'created_at' | 'updated_at'> {
  return {
    name: area.name,
    description: area.description,
    rt: area.rt,
    rw: area.rw,
    kelurahan: area.kelurahan,
    kecamatan: area.kecamatan,
    latitude: area.latitude,
    longitude: area.longitude,
    sort_order: area.sortOrder,
    transport: area.transport,
  };
}

function toArea(row: Selectable<AreaTable>): Area {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    rt: row.rt,
    rw: row.rw,
    kelurahan: row.kelurahan,
    kecamatan: row.kecamatan,
    latitude: row.latitude,
    longitude: row.longitude,
    sortOrder: row.sort_order,
    transport: row.transport,
  };
}
