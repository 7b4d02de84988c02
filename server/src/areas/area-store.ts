/** All SQL on the table `areas`. */
import { AppError } from '@pantau/base/errors';
import type { Clock } from '@pantau/base/clock';
import type { Selectable } from 'kysely';
import type { Database } from '../db/database.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../db/database-error.ts';
import type { AreaTable } from '../db/schema.ts';
import { foldName } from '../fields.ts';
import type { Area } from './area.ts';

export interface AreaStore {
  /** In the order in which they are shown. */
  list(): Promise<readonly Area[]>;
  find(id: number): Promise<Area | undefined>;
  /** Names compare without regard to case, in every script. */
  findByName(name: string): Promise<Area | undefined>;
  /** @throws AppError AREA_EXISTS */
  create(area: Omit<Area, 'id'>): Promise<Area>;
  /** @returns false when there was none. @throws AppError AREA_IN_USE */
  remove(id: number): Promise<boolean>;
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

    async create(area) {
      const nowMs = clock.now();
      const { sortOrder, ...columns } = area;
      try {
        return await database.write(async (transaction) =>
          toArea(
            await transaction
              .insertInto('areas')
              .values({ ...columns, sort_order: sortOrder, created_at: nowMs, updated_at: nowMs })
              .returningAll()
              .executeTakeFirstOrThrow(),
          ),
        );
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        throw new AppError('conflict', 'AREA_EXISTS', `An area named "${area.name}" exists already.`, {
          cause: error,
        });
      }
    },

    async remove(id) {
      try {
        const result = await database.write((transaction) =>
          transaction.deleteFrom('areas').where('id', '=', id).executeTakeFirst(),
        );
        return result.numDeletedRows > 0n;
      } catch (error) {
        if (!isForeignKeyViolation(error)) throw error;
        throw new AppError(
          'conflict',
          'AREA_IN_USE',
          'The area still has cameras; remove or move them first.',
          {
            cause: error,
          },
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
  };
}
