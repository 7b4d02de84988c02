/** The rules about cameras. */
import { AppError } from '@pantau/base/errors';
import type { Actor } from '../audit/actor.ts';
import { foldName } from '../fields.ts';
import {
  checkCamera,
  createStreamKey,
  isNarrower,
  toInput,
  type Camera,
  type CameraChanges,
  type CameraInput,
} from './camera.ts';
import { cameraCreated, cameraDeleted, cameraUpdated } from './camera-events.ts';
import { unmaskAddresses } from './extra-addresses.ts';
import type { CameraStore } from './camera-store.ts';
import { isLiteralAllowed, refuseAddressLiteral, type IsAddressAllowed } from './source-address.ts';
import { changeSource, keepsPassword } from './source-change.ts';

export interface CameraFilter {
  readonly areaId?: number | undefined;
  /** Looked for in what people read, without regard to case. */
  readonly text?: string | undefined;
}

export class CameraService {
  readonly #store: CameraStore;
  readonly #isAddressAllowed: IsAddressAllowed;

  /** @param isAddressAllowed where cameras may be; default everywhere. */
  constructor(store: CameraStore, isAddressAllowed: IsAddressAllowed = () => true) {
    this.#store = store;
    this.#isAddressAllowed = isAddressAllowed;
  }

  async list(filter: CameraFilter = {}): Promise<readonly Camera[]> {
    const { areaId, text } = filter;
    const cameras = await this.#store.list();
    const wanted = foldName(text ?? '');
    return cameras.filter(
      (camera) =>
        (areaId === undefined || camera.areaId === areaId) && (wanted === '' || hasText(camera, wanted)),
    );
  }

  /** Cameras whose address is one where no camera may be: they were stored when the rule allowed more. */
  async listRefused(): Promise<readonly Camera[]> {
    const cameras = await this.#store.list();
    return cameras.filter((camera) =>
      addressesOf(camera).some((url) => !isLiteralAllowed(this.#isAddressAllowed, url)),
    );
  }

  count(): Promise<number> {
    return this.#store.count();
  }

  /** @param idOrName a number is an id; a text an id in digits, or a name. @throws AppError CAMERA_NOT_FOUND */
  async get(idOrName: number | string): Promise<Camera> {
    const camera = await this.#find(idOrName);
    if (camera === undefined) throw notFound(idOrName);
    return camera;
  }

  /** Finds the mistakes that need neither camera nor database. @throws AppError CAMERA_INVALID; MediaError SOURCE_URL_INVALID */
  check(input: CameraInput): ReturnType<typeof checkCamera> {
    const camera = checkCamera(input);
    for (const url of addressesOf(camera)) refuseAddressLiteral(this.#isAddressAllowed, url);
    return camera;
  }

  /** @throws AppError CAMERA_INVALID, CAMERA_EXISTS, AREA_NOT_FOUND; MediaError SOURCE_URL_INVALID */
  async create(input: CameraInput, actor: Actor): Promise<Camera> {
    const camera = this.check(input);
    await this.#refuseTakenName(camera.name, undefined);
    return this.#store.create({ ...camera, streamKey: createStreamKey() }, (created) =>
      cameraCreated(created, actor),
    );
  }

  /**
   * Changes the given fields. The stream key stays, unless fewer people may watch than before: then every link of before is dead.
   * @throws as `create`; CAMERA_NOT_FOUND
   */
  async update(idOrName: number | string, changes: CameraChanges, actor: Actor): Promise<Camera> {
    const { id } = await this.get(idOrName);
    if (changes.name !== undefined) await this.#refuseTakenName(changes.name, id);
    return this.#change(id, actor, (current) => this.#apply(current, changes));
  }

  /** Every link, ticket and open connection of before is dead at once. @throws AppError CAMERA_NOT_FOUND */
  async rotateStreamKey(idOrName: number | string, actor: Actor): Promise<Camera> {
    const { id } = await this.get(idOrName);
    return this.#change(id, actor, (current) => ({ ...current, streamKey: createStreamKey() }));
  }

  /** @throws AppError CAMERA_NOT_FOUND */
  async remove(idOrName: number | string, actor: Actor): Promise<Camera> {
    const { id } = await this.get(idOrName);
    const removed = await this.#store.remove(id, (camera) => cameraDeleted(camera, actor));
    if (removed === undefined) throw notFound(idOrName);
    return removed;
  }

  #apply(current: Camera, changes: CameraChanges): Camera {
    const { source: sourceChange, ...fields } = changes;
    const { id, streamKey, credentialsUnreadable, ...before } = current;
    const source = sourceChange === undefined ? current.source : changeSource(current.source, sourceChange);
    const input = toInput(before);
    const stored = {
      subUrl: input.subUrl ?? null,
      snapshotUrl: current.snapshotUrl,
      onvifUrl: current.onvifUrl,
    };
    const changed = { ...input, ...fields, ...unmaskAddresses(stored, fields), source };
    const camera = checkCamera(changed);
    // A camera that is stored can still be changed otherwise when the rule for addresses became stricter.
    const known = new Set(addressesOf(current));
    for (const url of addressesOf(camera))
      if (!known.has(url)) refuseAddressLiteral(this.#isAddressAllowed, url);
    const isUnreadable = credentialsUnreadable === true && keepsPassword(current.source, sourceChange ?? {});
    return {
      ...camera,
      id,
      streamKey: isNarrower(camera.visibility, current.visibility) ? createStreamKey() : streamKey,
      ...(isUnreadable ? { credentialsUnreadable: true } : {}),
    };
  }

  async #change(id: number, actor: Actor, work: (current: Camera) => Camera): Promise<Camera> {
    const updated = await this.#store.update(id, (current) => {
      const camera = work(current);
      return { camera, event: cameraUpdated(current, camera, actor) };
    });
    if (updated === undefined) throw notFound(id);
    return updated;
  }

  async #find(idOrName: number | string): Promise<Camera | undefined> {
    // A camera named "17" must not answer for the one with the id.
    if (typeof idOrName === 'number') return this.#store.find(idOrName);
    const byId = /^\d{1,9}$/.test(idOrName) ? await this.#store.find(Number(idOrName)) : undefined;
    return byId ?? (await this.#store.findByName(idOrName));
  }

  /** The unique column compares exactly; people do not. */
  async #refuseTakenName(name: string, ownId: number | undefined): Promise<void> {
    const other = await this.#store.findByName(name);
    if (other === undefined || other.id === ownId) return;
    throw new AppError('conflict', 'CAMERA_EXISTS', `A camera named "${other.name}" exists already.`);
  }
}

function addressesOf({
  source,
  sub,
  snapshotUrl,
  onvifUrl,
}: Omit<Camera, 'id' | 'streamKey'>): readonly string[] {
  return [source.url, sub?.url, snapshotUrl, onvifUrl].filter((url) => url !== undefined && url !== null);
}

function hasText(camera: Camera, wanted: string): boolean {
  const { name, description, location, groupName } = camera;
  return [name, description, location, groupName].some(
    (text) => text !== null && foldName(text).includes(wanted),
  );
}

function notFound(idOrName: number | string): AppError {
  return new AppError('not-found', 'CAMERA_NOT_FOUND', `There is no camera "${idOrName}".`);
}
