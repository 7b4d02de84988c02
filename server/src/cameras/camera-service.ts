/** The rules about cameras. */
import { AppError } from '@pantau/base/errors';
import { checkCamera, createStreamKey, type Camera, type CameraInput } from './camera.ts';
import type { CameraStore } from './camera-store.ts';

export class CameraService {
  readonly #store: CameraStore;

  constructor(store: CameraStore) {
    this.#store = store;
  }

  list(): Promise<readonly Camera[]> {
    return this.#store.list();
  }

  count(): Promise<number> {
    return this.#store.count();
  }

  /** @param idOrName an id in digits, or a name. @throws AppError CAMERA_NOT_FOUND */
  async get(idOrName: string): Promise<Camera> {
    const byId = /^\d{1,9}$/.test(idOrName) ? await this.#store.find(Number(idOrName)) : undefined;
    const camera = byId ?? (await this.#store.findByName(idOrName));
    if (camera === undefined) throw notFound(idOrName);
    return camera;
  }

  /** @throws AppError CAMERA_INVALID, CAMERA_EXISTS, AREA_NOT_FOUND */
  async create(input: CameraInput): Promise<Camera> {
    const camera = checkCamera(input);
    await this.#refuseTakenName(camera.name, undefined);
    return this.#store.create({ ...camera, streamKey: createStreamKey() });
  }

  /** Changes the given fields. The stream key stays. @throws as `create`; CAMERA_NOT_FOUND */
  async update(idOrName: string, changes: Partial<CameraInput>): Promise<Camera> {
    const { id, streamKey, ...current } = await this.get(idOrName);
    const camera = checkCamera({ ...current, ...changes });
    await this.#refuseTakenName(camera.name, id);
    return this.#store.update({ ...camera, id, streamKey });
  }

  /** @throws AppError CAMERA_NOT_FOUND */
  async remove(idOrName: string): Promise<Camera> {
    const camera = await this.get(idOrName);
    if (!(await this.#store.remove(camera.id))) throw notFound(idOrName);
    return camera;
  }

  /** The unique column compares exactly; people do not. */
  async #refuseTakenName(name: string, ownId: number | undefined): Promise<void> {
    const other = await this.#store.findByName(name);
    if (other === undefined || other.id === ownId) return;
    throw new AppError('conflict', 'CAMERA_EXISTS', `A camera named "${name}" exists already.`);
  }
}

function notFound(idOrName: string): AppError {
  return new AppError('not-found', 'CAMERA_NOT_FOUND', `There is no camera "${idOrName}".`);
}
