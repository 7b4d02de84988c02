/** The rules about areas. */
import { AppError } from '@pantau/base/errors';
import type { AreaFilters } from '@pantau/contract/area';
import { checkArea, type Area, type NewArea } from './area.ts';
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

  /** @param idOrName an id in digits, or a name. @throws AppError AREA_NOT_FOUND */
  async get(idOrName: string): Promise<Area> {
    const byId = /^\d{1,9}$/.test(idOrName) ? await this.#store.find(Number(idOrName)) : undefined;
    const area = byId ?? (await this.#store.findByName(idOrName));
    if (area === undefined)
      throw new AppError('not-found', 'AREA_NOT_FOUND', `There is no area "${idOrName}".`);
    return area;
  }

  /** @throws AppError AREA_INVALID, AREA_EXISTS */
  async create(input: NewArea): Promise<Area> {
    const area = checkArea(input);
    // The unique column compares exactly; people do not.
    if ((await this.#store.findByName(area.name)) !== undefined) {
      throw new AppError('conflict', 'AREA_EXISTS', `An area named "${area.name}" exists already.`);
    }
    return this.#store.create(area);
  }

  /** @throws AppError AREA_NOT_FOUND, AREA_IN_USE */
  async remove(idOrName: string): Promise<Area> {
    const area = await this.get(idOrName);
    if (!(await this.#store.remove(area.id))) {
      throw new AppError('not-found', 'AREA_NOT_FOUND', `There is no area "${idOrName}".`);
    }
    return area;
  }
}
