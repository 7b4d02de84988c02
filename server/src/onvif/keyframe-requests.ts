/**
 * Asks cameras for a key frame over ONVIF (SetSynchronizationPoint) when the engine wishes one that the media session cannot ask for.
 *
 *   engine ──wish──► camera with ONVIF? asked a second ago? gave up on? ──► device, opened with the first wish and kept ──► asked
 *
 * A device that makes none on demand, or refuses the login, is left alone until the camera is changed: a wish is worth no locked account.
 */
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import type { RenditionName } from '@pantau/media';
import { isOnvifError, openOnvifDevice, type OnvifDevice } from '@pantau/onvif';
import type { Camera } from '../cameras/camera.ts';
import type { IsAddressAllowed } from '../cameras/source-address.ts';

export interface KeyframeRequestsOptions {
  /** Where cameras may be. */
  readonly isAddressAllowed: IsAddressAllowed;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Another than the real one, for tests. */
  readonly openDevice?: (
    options: Parameters<typeof openOnvifDevice>[0],
  ) => Promise<Pick<OnvifDevice, 'requestKeyframe'>>;
}

/** Between two questions to a camera, ms. */
const INTERVAL_MS = 1000;
/** After a trouble that may pass. */
const PAUSE_MS = 60_000;
/** Cameras that are asked at once; a wish beyond that is dropped: the next one comes within a second. */
const MAX_AT_ONCE = 8;

/** A camera that can be asked. */
interface Askable {
  readonly camera: Camera;
  readonly onvifUrl: string;
  readonly profile: string;
  /** Undefined until it was needed, and after trouble. */
  device: Pick<OnvifDevice, 'requestKeyframe'> | undefined;
  isBusy: boolean;
  /** Not asked before, monotonic ms; infinite for one that is not to be asked at all. */
  restsUntilMs: number;
}

export class KeyframeRequests {
  readonly #options: KeyframeRequestsOptions;
  readonly #stopper = new AbortController();
  /** By stream key: no more than there are cameras with ONVIF. */
  #askable = new Map<string, Askable>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: KeyframeRequestsOptions) {
    this.#options = options;
  }

  /** All cameras there are. What is known of a device stays as long as its camera does. */
  setCameras(cameras: readonly Camera[]): void {
    const before = this.#askable;
    this.#askable = new Map();
    for (const camera of cameras) {
      const { streamKey, onvifUrl, onvifProfile: profile } = camera;
      if (onvifUrl === null || profile === null) continue;
      const known = before.get(streamKey);
      this.#askable.set(
        streamKey,
        known !== undefined && isSameDevice(known.camera, camera)
          ? known
          : {
              camera,
              onvifUrl,
              profile,
              device: undefined,
              isBusy: false,
              restsUntilMs: Number.NEGATIVE_INFINITY,
            },
      );
    }
  }

  /** `MediaEngineOptions.askForKeyframe`. The profile that is known is that of the main picture, so the smaller one is not asked for. */
  ask(streamKey: string, rendition: RenditionName): void {
    const askable = rendition === 'main' ? this.#askable.get(streamKey) : undefined;
    const nowMs = this.#options.clock.monotonic();
    if (askable === undefined || askable.isBusy || nowMs < askable.restsUntilMs) return;
    if (this.#running.size >= MAX_AT_ONCE || this.#stopper.signal.aborted) return;
    askable.isBusy = true;
    askable.restsUntilMs = nowMs + INTERVAL_MS;
    const run = this.#ask(askable).finally(() => {
      askable.isBusy = false;
      this.#running.delete(run);
    });
    this.#running.add(run);
  }

  /** Gives up what is under way, and asks nobody any more. */
  async stop(): Promise<void> {
    this.#stopper.abort(new Error('the server is stopping'));
    await Promise.all(this.#running);
  }

  async #ask(askable: Askable): Promise<void> {
    const { clock, logger } = this.#options;
    const { signal } = this.#stopper;
    const { id } = askable.camera;
    try {
      askable.device ??= await this.#open(askable);
      await askable.device.requestKeyframe(askable.profile, signal);
    } catch (error) {
      if (signal.aborted) return;
      // What is known of the device may be what is wrong.
      askable.device = undefined;
      const code = isOnvifError(error) ? error.code : 'INTERNAL';
      if (isFinal(error)) {
        askable.restsUntilMs = Number.POSITIVE_INFINITY;
        logger.info({ camera: id, code }, 'A camera gives no key frames on demand over ONVIF');
      } else {
        askable.restsUntilMs = clock.monotonic() + PAUSE_MS;
        logger.debug({ camera: id, code }, 'a camera could not be asked for a key frame');
      }
    }
  }

  #open({ camera, onvifUrl }: Askable): Promise<Pick<OnvifDevice, 'requestKeyframe'>> {
    const { clock, isAddressAllowed, openDevice = openOnvifDevice } = this.#options;
    const { username, password = new Secret(''), tlsFingerprint } = camera.source;
    return openDevice({
      address: onvifUrl,
      credentials: username === undefined ? undefined : { username, password },
      tlsFingerprint,
      isAddressAllowed,
      clock,
      signal: this.#stopper.signal,
    });
  }
}

/** It will be no different the next time. */
function isFinal(error: unknown): boolean {
  return isOnvifError(
    error,
    'ONVIF_UNSUPPORTED',
    'ONVIF_LOGIN_FAILED',
    'ONVIF_CERTIFICATE_WRONG',
    'ONVIF_URL_INVALID',
  );
}

function isSameDevice(a: Camera, b: Camera): boolean {
  return (
    a.onvifUrl === b.onvifUrl &&
    a.onvifProfile === b.onvifProfile &&
    a.source.username === b.source.username &&
    a.source.password?.reveal() === b.source.password?.reveal() &&
    a.source.tlsFingerprint === b.source.tlsFingerprint
  );
}
