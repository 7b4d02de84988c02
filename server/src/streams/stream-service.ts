/**
 * The read model behind the public pages: which cameras there are, what the engine says of each, and the bytes of the
 * public lists. It is filled from the database at start and whenever the database or the engine changed.
 *
 *   database revision ──poll 500 ms──► reload ──► engine.setStreams, who may watch what
 *                                        │
 *   engine state change ────────────────►├──► rebuild (≥ 250 ms apart) ──► EncodedList × 3 for the public,
 *   viewer figures, every 5 s ──────────►┘                                 the same for other audiences when they ask
 */
import type { Clock, Timer } from '@pantau/base/clock';
import { AppError, messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { StreamCamera, StreamDetail } from '@pantau/contract/stream';
import type { CameraVerdicts } from '@pantau/contract/verdict';
import type { MediaEngine, RtspTransport, StreamDefinition, StreamStatus } from '@pantau/media';
import { mayWatch, type Principal } from '../access/principal.ts';
import type { Area } from '../areas/area.ts';
import { presentArea } from '../areas/area-present.ts';
import type { AreaService } from '../areas/area-service.ts';
import type { Camera, Visibility } from '../cameras/camera.ts';
import { presentCamera } from '../cameras/camera-present.ts';
import type { CameraService } from '../cameras/camera-service.ts';
import type { SnapshotService } from '../snapshots/snapshot-service.ts';
import { Coalescer } from '../coalescer.ts';
import { EncodedList } from '../encoded-list.ts';
import { audienceOf, isListed, PUBLIC_AUDIENCE, type Audience } from './audience.ts';
import { AudienceLists, type ListName } from './audience-lists.ts';
import { presentStream, presentUrls } from './stream-present.ts';
import { presentVerdict } from './verdict-present.ts';

const REVISION_POLL_MS = 500;
/** Catches what changed without a new revision, such as an edit by hand. */
const RELOAD_MS = 30_000;
const VIEWER_REFRESH_MS = 5000;
const REBUILD_INTERVAL_MS = 250;
const FAILURE_LOG_INTERVAL_MS = 60_000;

export interface StreamServiceOptions {
  readonly cameras: CameraService;
  readonly areas: AreaService;
  readonly engine: MediaEngine;
  /** See `Database.readRevision`. */
  readonly readRevision: () => Promise<number>;
  readonly idleCloseMs: number;
  /** Whether viewers may come by WebRTC. */
  readonly hasWhep: boolean;
  readonly snapshots: Pick<SnapshotService, 'setCameras' | 'findListed'>;
  /** Told of all cameras, disabled ones too, whenever they were read. Must not throw. */
  readonly onCameras?: (cameras: readonly Camera[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after a change in the database was noticed, before it is shown: others keep what they read, too. */
  readonly onChanged?: () => Promise<void>;
}

/** Whom a stream is for. */
export interface StreamAccess {
  readonly cameraId: number;
  readonly visibility: Visibility;
  readonly areaId: number | null;
}

export class StreamService {
  /** `GET /api/cameras/active`, `GET /api/stream` and `GET /api/areas/public` for everybody. */
  readonly #publicLists: Readonly<Record<ListName, EncodedList>> = {
    cameras: new EncodedList(),
    streams: new EncodedList(),
    areas: new EncodedList(),
  };
  readonly #audienceLists = new AudienceLists((name, audience) => this.#format(name, audience));
  readonly #options: StreamServiceOptions;
  readonly #rebuild: Coalescer;
  readonly #reload: Coalescer;
  readonly #timers: Timer[] = [];
  #unsubscribe: () => void = () => {};
  #cameras: readonly Camera[] = [];
  #areas: readonly Area[] = [];
  #areaNames: ReadonlyMap<number, string> = new Map();
  /** By stream key. */
  #access: ReadonlyMap<string, StreamAccess> = new Map();
  #revision = -1;
  #polling = false;
  #lastFailureLogMs = Number.NEGATIVE_INFINITY;

  constructor(options: StreamServiceOptions) {
    this.#options = options;
    const { clock } = options;
    const guard = (work: () => Promise<void>) => () => this.#reportFailure(work);
    this.#rebuild = new Coalescer({
      clock,
      intervalMs: REBUILD_INTERVAL_MS,
      work: guard(() => this.#build()),
    });
    this.#reload = new Coalescer({ clock, intervalMs: REBUILD_INTERVAL_MS, work: guard(() => this.#load()) });
  }

  /** Loads everything once, then keeps it current. @throws AppError when the database does not answer. */
  async start(): Promise<void> {
    const { clock, engine } = this.#options;
    await this.#load();
    this.#unsubscribe = engine.onStateChange(() => this.#rebuild.request());
    this.#timers.push(
      clock.setRepeating(REVISION_POLL_MS, () => void this.#poll(), { unref: true }),
      clock.setRepeating(RELOAD_MS, () => this.#reload.request(), { unref: true }),
      clock.setRepeating(VIEWER_REFRESH_MS, () => this.#rebuild.request(), { unref: true }),
    );
  }

  /** Stops following changes; what was built can still be sent. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    for (const timer of this.#timers.splice(0)) timer.cancel();
    await this.#reload.stop();
    await this.#rebuild.stop();
  }

  /** Loads and builds now, instead of at the next poll. @throws AppError when the database does not answer. */
  refresh(): Promise<void> {
    return this.#load();
  }

  /** Asks for the same soon, without waiting. */
  requestRefresh(): void {
    this.#reload.request();
  }

  /** A list as everybody may see it. */
  publicList(name: ListName): EncodedList {
    return this.#publicLists[name];
  }

  /** A list as `principal` may see it; undefined when that is what everybody sees. */
  findListFor(name: ListName, principal: Principal): Promise<EncodedList> | undefined {
    const audience = audienceOf(principal);
    return audience.kind === 'public' ? undefined : this.#audienceLists.get(name, audience);
  }

  /** Undefined for a key that no enabled camera has. */
  findAccess(streamKey: string): StreamAccess | undefined {
    return this.#access.get(streamKey);
  }

  /**
   * A camera by its number, if `principal` finds it in a list, or by its stream key, which is all that an unlisted camera asks for.
   * @throws AppError CAMERA_NOT_FOUND, for a disabled camera too, and for one that may not be seen.
   */
  getCamera(idOrKey: string, principal: Principal): Camera {
    const isNumber = /^[1-9]\d{0,9}$/.test(idOrKey);
    const camera = this.#cameras.find(({ id, streamKey }) =>
      isNumber ? id === Number(idOrKey) : streamKey === idOrKey,
    );
    const isShown =
      camera !== undefined &&
      (isNumber ? isListed(audienceOf(principal), camera) : mayWatch(principal, camera));
    if (!isShown) throw new AppError('not-found', 'CAMERA_NOT_FOUND', 'There is no such camera.');
    return camera;
  }

  /** @throws AppError CAMERA_NOT_FOUND as `getCamera`. */
  getDetail(idOrKey: string, principal: Principal): StreamDetail {
    const camera = this.getCamera(idOrKey, principal);
    const status = this.#options.engine.findStatus(camera.streamKey);
    return {
      camera: this.#present(camera, status),
      streams: presentUrls(camera.streamKey, this.#options.hasWhep),
    };
  }

  /** Of every enabled camera, in the order in which they are shown. */
  listVerdicts(): CameraVerdicts {
    const statuses = new Map(this.#options.engine.listStatuses().map((status) => [status.key, status]));
    return this.#cameras.map((camera) => presentVerdict(camera, statuses.get(camera.streamKey)));
  }

  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    await this.#reportFailure(async () => {
      if ((await this.#options.readRevision()) !== this.#revision) this.#reload.request();
    });
    this.#polling = false;
  }

  async #load(): Promise<void> {
    const { cameras, areas, engine, idleCloseMs, readRevision } = this.#options;
    // The revision first: a change in between is then loaded twice, never missed.
    const revision = await readRevision();
    const [allCameras, allAreas] = await Promise.all([cameras.list(), areas.list()]);
    this.#cameras = allCameras.filter((camera) => camera.enabled);
    this.#areas = allAreas;
    this.#options.snapshots.setCameras(allCameras);
    this.#options.onCameras?.(allCameras);
    this.#areaNames = new Map(allAreas.map((area) => [area.id, area.name]));
    this.#access = new Map(
      this.#cameras.map(({ id, streamKey, visibility, areaId }) => [
        streamKey,
        { cameraId: id, visibility, areaId },
      ]),
    );
    if (revision !== this.#revision) await this.#options.onChanged?.();
    this.#revision = revision;
    const transports = new Map(allAreas.map(({ id, transport }) => [id, transport]));
    const transportOf = ({ areaId }: Camera) => (areaId === null ? null : (transports.get(areaId) ?? null));
    engine.setStreams(
      this.#cameras
        .filter(isStreamed)
        .map((camera) => toDefinition(camera, transportOf(camera), idleCloseMs)),
    );
    await this.#build();
  }

  async #build(): Promise<void> {
    this.#audienceLists.invalidate();
    const names: readonly ListName[] = ['cameras', 'streams', 'areas'];
    await Promise.all(
      names.map((name) => this.#publicLists[name].update(this.#format(name, PUBLIC_AUDIENCE))),
    );
  }

  #format(name: ListName, audience: Audience): string {
    const cameras = this.#cameras.filter((camera) => isListed(audience, camera));
    switch (name) {
      case 'cameras':
        return envelope(cameras.map((camera) => presentCamera(camera, this.#areaNameOf(camera))));
      case 'streams': {
        const statuses = new Map(this.#options.engine.listStatuses().map((status) => [status.key, status]));
        return envelope(cameras.map((camera) => this.#present(camera, statuses.get(camera.streamKey))));
      }
      case 'areas': {
        const counts = new Map<number, number>();
        for (const { areaId } of cameras) {
          if (areaId !== null) counts.set(areaId, (counts.get(areaId) ?? 0) + 1);
        }
        return envelope(this.#areas.map((area) => presentArea(area, counts.get(area.id) ?? 0)));
      }
    }
  }

  #present(camera: Camera, status: StreamStatus | undefined): StreamCamera {
    const snapshotMs = this.#options.snapshots.findListed(camera.id);
    const { hasWhep } = this.#options;
    return presentStream(camera, this.#areaNameOf(camera), status, snapshotMs, hasWhep);
  }

  #areaNameOf(camera: Camera): string | null {
    return camera.areaId === null ? null : (this.#areaNames.get(camera.areaId) ?? null);
  }

  /** A database that is away for a moment leaves the last lists in place; it is said once a minute. */
  async #reportFailure(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { clock, logger } = this.#options;
      if (clock.monotonic() - this.#lastFailureLogMs < FAILURE_LOG_INTERVAL_MS) return;
      this.#lastFailureLogMs = clock.monotonic();
      logger.error(
        { reason: messageOf(error) },
        'The camera list could not be refreshed; the last one stays',
      );
    }
  }
}

/**
 * A camera in maintenance is not pulled: somebody is working on it. Nor is one whose password is lost: trying without it would
 * lock the account on many cameras.
 */
function isStreamed(camera: Camera): boolean {
  return camera.status === 'active' && camera.credentialsUnreadable !== true;
}

/** The one place where a camera's transport is settled: its own, else its area's, else `auto`. */
function toDefinition(
  camera: Camera,
  areaTransport: RtspTransport | null,
  idleCloseMs: number,
): StreamDefinition {
  const { streamKey: key, source, sub, pull } = camera;
  const transport = source.transport ?? areaTransport ?? 'auto';
  return {
    key,
    source: { ...source, transport },
    sub: sub === undefined ? undefined : { ...sub, transport },
    pull,
    idleCloseMs,
  };
}

function envelope(data: unknown): string {
  return JSON.stringify({ success: true, data });
}
