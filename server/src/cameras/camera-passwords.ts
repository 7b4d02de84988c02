/** Passwords of cameras between the column and the rest of the server. */
import { AppError } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { Secret } from '@pantau/base/secret';
import type { SecretBox } from '../secrets/secret-box.ts';
import { cameraPasswordPlace } from '../secrets/secrets-store.ts';

export interface OpenedPassword {
  readonly password: Secret | undefined;
  readonly isUnreadable: boolean;
}

/** Remembers what it opened: a city's list of cameras is read again with each change, and decrypting it takes 30 ms. */
export class CameraPasswords {
  readonly #box: SecretBox;
  readonly #logger: Logger;
  #opened = new Map<number, { readonly sealed: string; readonly password: Secret }>();
  /** Cameras whose password could not be opened, so that it is said once. */
  readonly #unreadable = new Set<number>();

  constructor(box: SecretBox, logger: Logger) {
    this.#box = box;
    this.#logger = logger;
  }

  seal(cameraId: number, password: Secret): string {
    return this.#box.seal(password, cameraPasswordPlace(cameraId));
  }

  /** What cannot be opened costs this camera only. */
  open(cameraId: number, sealed: string | null): OpenedPassword {
    if (sealed === null) return { password: undefined, isUnreadable: false };
    const known = this.#opened.get(cameraId);
    if (known?.sealed === sealed) return { password: known.password, isUnreadable: false };
    try {
      const password = this.#box.open(sealed, cameraPasswordPlace(cameraId));
      this.#opened.set(cameraId, { sealed, password });
      this.#unreadable.delete(cameraId);
      return { password, isUnreadable: false };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CREDENTIALS_UNREADABLE') throw error;
      this.#opened.delete(cameraId);
      if (!this.#unreadable.has(cameraId)) this.#logger.error({ camera: cameraId }, error.message);
      this.#unreadable.add(cameraId);
      return { password: undefined, isUnreadable: true };
    }
  }

  /** Forgets cameras that are no more. */
  keepOnly(cameraIds: ReadonlySet<number>): void {
    for (const id of this.#opened.keys()) if (!cameraIds.has(id)) this.#opened.delete(id);
    for (const id of this.#unreadable) if (!cameraIds.has(id)) this.#unreadable.delete(id);
  }
}
