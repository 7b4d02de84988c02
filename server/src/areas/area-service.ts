/** The rules about areas. */
import { AppError } from '@pantau/base/errors';
import type { AreaFilters } from '@pantau/contract/area';
import type { Actor } from '../audit/actor.ts';
import { checkArea, type Area, type NewArea } from './area.ts';
import { areaCreated, areaDeleted, areaUpdated } from './area-events.ts';
import { listAreaFilters } from './area-filters.ts';
import type { AreaStore } from './area-store.ts';

export class AreaService {
  readonly #store: AreaStore;

  constructor(store: AreaStore) {
    this.#store = store;
  }

  list(): Promise<readonly Area[]> {
    return this.#store.list();
  }

  /** What the areas can be narrowed by. */
  async listFilters(): Promise<AreaFilters> {
    return listAreaFilters(await this.#store.list());
  }

  /** Cameras of each area, disabled ones too; areas without any are not in it. */
  countCameras(): Promise<ReadonlyMap<number, number>> {
    return this.#store.countCameras();
  }

  /** @param idOrName a number is an id; a text an id in digits, or a name. @throws AppError AREA_NOT_FOUND */
  async get(idOrName: number | string): Promise<Area> {
    const area = await this.#find(idOrName);
    if (area === undefined) throw notFound(idOrName);
    return area;
  }

  find(id: number): Promise<Area | undefined> {
    return this.#store.find(id);
  }

  /** @throws AppError AREA_INVALID, AREA_EXISTS */
  async create(input: NewArea, actor: Actor): Promise<Area> {
    const area = checkArea(input);
    await this.#refuseTakenName(area.name, undefined);
    return this.#store.create(area, (created) => areaCreated(created, actor));
  }

  /** Changes the given fields. @throws AppError AREA_INVALID, AREA_EXISTS, AREA_NOT_FOUND */
  async update(idOrName: number | string, changes: Partial<NewArea>, actor: Actor): Promise<Area> {
    const { id } = await this.get(idOrName);
    if (changes.name !== undefined) await this.#refuseTakenName(changes.name, id);
    const updated = await this.#store.update(id, (current) => {
      const area = { ...checkArea({ ...current, ...changes }), id };
      return { area, event: areaUpdated(current, area, actor) };
    });
    if (updated === undefined) throw notFound(idOrName);
    return updated;
  }

  /** @throws AppError AREA_NOT_FOUND, AREA_IN_USE */
  async remove(idOrName: number | string, actor: Actor): Promise<Area> {
    const { id } = await this.get(idOrName);
    const removed = await this.#store.remove(id, (area) => areaDeleted(area, actor));
    if (removed === undefined) throw notFound(idOrName);
    return removed;
  }

  async #find(idOrName: number | string): Promise<Area | undefined> {
    // An area named "17" must not answer for the one with the id.
    if (typeof idOrName === 'number') return this.#store.find(idOrName);
    const byId = /^\d{1,9}$/.test(idOrName) ? await this.#store.find(Number(idOrName)) : undefined;
    return byId ?? (await this.#store.findByName(idOrName));
  }

  /** The unique column compares exactly; people do not. */
  async #refuseTakenName(name: string, ownId: number | undefined): Promise<void> {
    const other = await this.#store.findByName(name);
    if (other === undefined || other.id === ownId) return;
    throw new AppError('conflict', 'AREA_EXISTS', `An area named "${other.name}" exists already.`);
  }
}

function notFound(idOrName: number | string): AppError {
  return new AppError('not-found', 'AREA_NOT_FOUND', `There is no area "${idOrName}".`);
}
