/**
 * The composition root: opens everything in order, and the only place that chooses implementations. Each resource is
 * put on a stack as it is opened, so that a start which fails half-way unwinds exactly as a stop does.
 *
 * Order of a stop (the reverse of opening, after step 1):
 *   1. refuse: `/health` answers 503, every new request and upgrade is refused too (`run.ts`)
 *   2. delivery gate: stops looking at open WebSockets; read model: no longer follows changes
 *   3. cameras that start are no longer heard; snapshots: the decoder ends, what was taken is written; engine: viewers are told,
 *      sources get TEARDOWN; no camera is asked for a key frame
 *   4. listener: closed; idle connections at once, the others after a short grace
 *   5. sessions, keys, audit trail: what they have not written yet
 *   6. database: write queue flushed, pool figures logged, WAL checkpointed, closed
 *   7. the event loop drains; a guard ends the process when it does not
 */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger as PinoLogger } from 'pino';
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { AskForKeyframe, EngineLimits, MediaEngine, WhepOptions } from '@pantau/media';
import { AREA_CACHE_PREFIX } from './areas/area-filter-routes.ts';
import { AreaService } from './areas/area-service.ts';
import { createAreaStore } from './areas/area-store.ts';
import { CacheService } from './cache/cache-service.ts';
import { createListView } from './cache/list-view.ts';
import { ResponseCache } from './cache/response-cache.ts';
import { CameraService } from './cameras/camera-service.ts';
import { createCameraStore } from './cameras/camera-store.ts';
import { createAddressRule, type IsAddressAllowed } from './cameras/source-address.ts';
import type { Config } from './config/config.ts';
import { openDatabase, type Database } from './db/database.ts';
import { DeliveryGate, type DeliveryGateOptions } from './delivery/delivery-gate.ts';
import type { GrantHolder } from './delivery/grant-holder.ts';
import { recordRefusal } from './delivery/record-refusal.ts';
import { StreamTokenService, type StreamTokenServiceOptions } from './delivery/stream-token-service.ts';
import { TicketBook } from './delivery/ticket-book.ts';
import { ViewerRights } from './delivery/viewer-rights.ts';
import { HealthService } from './health/health-service.ts';
import { createClientAddress, createProxyTrust } from './http/client-address.ts';
import { Listener } from './http/listener.ts';
import type { PrincipalResolver } from './http/principal-resolver.ts';
import { RateLimiter } from './http/rate-limiter.ts';
import { asLogger } from './logger.ts';
import { openIdentity, type Identity } from './open-identity.ts';
import { openSecrets, type Secrets } from './secrets/open-secrets.ts';
import type { SecurityRules } from './settings/security-settings.ts';
import { KeyframeRequests } from './onvif/keyframe-requests.ts';
import { OnvifService } from './onvif/onvif-service.ts';
import { SignsOfLife } from './onvif/signs-of-life.ts';
import { CameraPictures } from './snapshots/camera-pictures.ts';
import { DecoderProcess } from './snapshots/decoder-process.ts';
import { FfmpegPictures } from './snapshots/ffmpeg-pictures.ts';
import type { PictureMaker } from './snapshots/picture.ts';
import { PictureMakers } from './snapshots/picture-makers.ts';
import { SnapshotAccess } from './snapshots/snapshot-access.ts';
import { SnapshotFolder } from './snapshots/snapshot-folder.ts';
import { SnapshotService } from './snapshots/snapshot-service.ts';
import { SnapshotShelf } from './snapshots/snapshot-shelf.ts';
import { StreamService } from './streams/stream-service.ts';
import { readVersion } from './version.ts';

export interface Context extends Identity, AsyncDisposable {
  readonly config: Config;
  readonly log: PinoLogger;
  readonly clock: Clock;
  readonly database: Database;
  readonly engine: MediaEngine;
  /** Keys at rest: `secrets.box` for stores, `secrets.ring.deriveKey(purpose)` for signatures. */
  readonly secrets: Secrets;
  readonly cameras: CameraService;
  readonly areas: AreaService;
  readonly streams: StreamService;
  /** Still pictures of cameras, and who may see them. */
  readonly snapshots: SnapshotService;
  readonly snapshotAccess: SnapshotAccess;
  /** What stands between requests for media and the engine. */
  readonly delivery: DeliveryGate;
  readonly tokens: StreamTokenService;
  readonly limiter: RateLimiter;
  /** Whose request it is, past the proxies that are trusted. */
  readonly clientAddress: (request: IncomingMessage) => string;
  readonly cache: CacheService;
  readonly responseCache: ResponseCache;
  readonly health: HealthService;
  readonly onvif: OnvifService;
  readonly listener: Listener;
  /** The built web client. */
  readonly webFolder: string;
  readonly state: ServerState;
}

/** Between two still pictures of a camera that somebody watches, ms. */
const WATCHED_SNAPSHOT_MS = 5000;

/** What the whole server is doing; written by `run.ts` only. */
export interface ServerState {
  stopping: boolean;
}

/** A household or an office; more is somebody who holds connections. */
const WHEP_VIEWERS_PER_ADDRESS = 8;

/** What an engine gets from the server. */
export interface EngineOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The address of a viewer, past the proxies that are trusted. */
  readonly clientAddress: (request: IncomingMessage) => string;
  /** Where cameras may be. */
  readonly isAddressAllowed: IsAddressAllowed;
  /** Asks a camera for a key frame where its media session cannot. */
  readonly askForKeyframe?: AskForKeyframe;
  /** What the operator may set of the engine's bounds. */
  readonly limits?: Partial<Pick<EngineLimits, 'windowSegments' | 'partMs'>>;
  /** Threads that read cameras beside this one. */
  readonly workers?: number;
  /** WebRTC for viewers; absent: switched off. */
  readonly whep?: WhepOptions;
}

export interface OpenContextOptions {
  readonly config: Config;
  readonly log: PinoLogger;
  readonly clock: Clock;
  readonly createEngine: (options: EngineOptions) => MediaEngine;
  /** Default: the optional packages, then ffmpeg. */
  readonly pictures?: PictureMaker;
  /** Default: `web/dist` of the repository. */
  readonly webFolder?: string;
  /** Other parts than the server's own, for tests of delivery. */
  readonly delivery?: Partial<DeliveryParts>;
}

/** What the delivery of media asks of the rest of the server. */
export interface DeliveryParts {
  readonly principals: PrincipalResolver;
  readonly grants: GrantHolder;
  readonly readRules: () => Pick<SecurityRules, 'embedOrigins'>;
  readonly ticketKeys: () => readonly Buffer[];
  /** Time of tickets, limits and checks of viewers. */
  readonly clock: Clock;
  /** Requests for media per minute and address. */
  readonly requestsPerMinute: number;
  /** For the audit trail: HOTLINK_REFUSED and RATE_LIMIT_EXCEEDED. */
  readonly onRefused: DeliveryGateOptions['onRefused'];
  /** For the audit trail: STREAM_TOKEN_CREATED. */
  readonly onGranted: StreamTokenServiceOptions['onGranted'];
}

/** @throws AppError when something cannot be opened; what was opened is closed again. */
export async function openContext(options: OpenContextOptions): Promise<Context> {
  const { config, log, clock } = options;
  const logger = asLogger(log);
  await using stack = new AsyncDisposableStack();
  const state: ServerState = { stopping: false };

  prepareDataDir(config.dataDir);
  const database = stack.use(
    await openDatabase({
      dataDir: config.dataDir,
      databaseUrl: config.databaseUrl,
      readConnections: config.readConnections,
      clock,
      logger,
    }),
  );
  const secrets = await openSecrets({ dataDir: config.dataDir, database, clock, logger });
  const identity = await openIdentity({
    stack,
    config,
    database,
    ring: secrets.ring,
    box: secrets.box,
    isTrusted: createProxyTrust(config.trustProxy),
    clock,
    logger,
  });
  const responseCache = new ResponseCache(clock);
  const cache = new CacheService({
    cache: responseCache,
    recordEvent: (event) => identity.audit.record(event),
  });
  const listener = stack.use(new Listener(clock));
  const areas = new AreaService(createAreaStore(database, clock));
  const clientAddress = createClientAddress(config.trustProxy);
  const isAddressAllowed = createAddressRule({
    allowed: config.cameraAddresses,
    ownPort: () => listener.port ?? config.port,
  });
  const cameras = new CameraService(
    createCameraStore(database, clock, secrets.box, logger),
    isAddressAllowed,
  );
  const onvifLogger = logger.child({ part: 'onvif' });
  const keyframeRequests = stack.adopt(
    new KeyframeRequests({ isAddressAllowed, clock, logger: onvifLogger }),
    (requests) => requests.stop(),
  );
  const engine = stack.use(
    options.createEngine({
      clock,
      logger: logger.child({ part: 'media' }),
      clientAddress,
      isAddressAllowed,
      askForKeyframe: (key, rendition) => keyframeRequests.ask(key, rendition),
      limits: { windowSegments: config.hlsWindowSegments, partMs: config.hlsPartMs },
      workers: config.mediaWorkers,
      ...(config.whep === undefined
        ? {}
        : { whep: { ...config.whep, maxViewersPerClient: WHEP_VIEWERS_PER_ADDRESS } }),
    }),
  );
  const maker =
    options.pictures ??
    new PictureMakers([
      new DecoderProcess({ clock, logger: logger.child({ part: 'snapshots' }) }),
      new FfmpegPictures({ clock, logger: logger.child({ part: 'snapshots' }) }),
    ]);
  const snapshots = stack.adopt(
    new SnapshotService({
      engine,
      maker,
      cameraPictures: new CameraPictures({ engine, isAddressAllowed, clock }),
      shelf: new SnapshotShelf({
        folder: new SnapshotFolder(join(config.dataDir, 'snapshots')),
        clock,
        logger,
      }),
      intervals: {
        pulledMs: config.snapshotIntervalMs,
        watchedMs: WATCHED_SNAPSHOT_MS,
        restingMs: config.snapshotRestingMs,
      },
      clock,
      logger: logger.child({ part: 'snapshots' }),
    }),
    async (service) => {
      // Together: what is being decoded is not waited for.
      await Promise.all([service.stop(), maker[Symbol.asyncDispose]()]);
    },
  );
  await snapshots.start();
  const signsOfLife = stack.adopt(new SignsOfLife({ engine, clock, logger: onvifLogger }), (signs) =>
    signs.stop(),
  );
  if (config.hearCameras) await signsOfLife.start();
  const streams = stack.adopt(
    new StreamService({
      cameras,
      areas,
      engine,
      snapshots,
      readRevision: () => database.readRevision(),
      idleCloseMs: config.idleCloseMs,
      hasWhep: config.whep !== undefined,
      onCameras: (all) => {
        keyframeRequests.setCameras(all);
        signsOfLife.setCameras(all);
      },
      clock,
      logger,
      onChanged: async () => {
        responseCache.invalidate(AREA_CACHE_PREFIX);
        await identity.settings.refresh();
      },
    }),
    (service) => service.stop(),
  );
  await streams.start();
  const rebuild = () => streams.requestRefresh();
  for (const [name, path] of [
    ['cameras', 'cameras/active'],
    ['streams', 'stream'],
    ['areas', 'areas/public'],
  ] as const) {
    responseCache.registerView(`lists/${path}`, createListView(streams.publicList(name), rebuild));
  }

  const ticketKeys = secrets.ring.deriveKey('tickets');
  const parts: DeliveryParts = {
    principals: identity.principals,
    grants: identity.grants,
    readRules: () => identity.settings.readRules(),
    ticketKeys: () => ticketKeys.all(),
    clock,
    requestsPerMinute: config.rates.delivery,
    onRefused: (kind, facts) => recordRefusal(identity.audit, kind, facts),
    onGranted: (actor, { id, name }) =>
      identity.audit.recordOften(
        { type: 'STREAM_TOKEN_CREATED', actor, target: { kind: 'camera', id, name } },
        `${actor.kind} ${actor.id} ${id}`,
      ),
    ...options.delivery,
  };
  const { principals } = parts;
  const limiter = new RateLimiter({
    clock: parts.clock,
    limits: { ...config.rates, delivery: parts.requestsPerMinute },
  });
  const tickets = new TicketBook({ keys: parts.ticketKeys, clock: parts.clock });
  const tokens = new StreamTokenService({
    streams,
    tickets,
    clock: parts.clock,
    onGranted: parts.onGranted,
  });
  const delivery = stack.adopt(
    new DeliveryGate({
      engine,
      findAccess: (streamKey) => streams.findAccess(streamKey),
      tickets,
      principals,
      grants: parts.grants,
      limiter,
      readRules: parts.readRules,
      clientAddress,
      publicUrl: config.publicUrl,
      clock: parts.clock,
      logger,
      isSecure: (request) => identity.ownOrigin.isSecure(request),
      onRefused: parts.onRefused,
    }),
    (gate) => gate.stop(),
  );
  const snapshotAccess = new SnapshotAccess({
    streams,
    tickets,
    rights: new ViewerRights({ principals, grants: parts.grants, clock: parts.clock }),
    readRules: parts.readRules,
    publicUrl: config.publicUrl,
  });
  const health = new HealthService({
    version: readVersion(),
    dataDir: config.dataDir,
    pingDatabase: () => database.ping(),
    engineStats: () => engine.stats(),
    isStopping: () => state.stopping,
    clock,
  });

  const onvif = new OnvifService({
    isAddressAllowed,
    recordEvent: (event) => identity.audit.record(event),
    clock,
    logger: onvifLogger,
  });

  const opened = stack.move();
  return {
    ...identity,
    config,
    log,
    clock,
    database,
    engine,
    secrets,
    cameras,
    areas,
    streams,
    snapshots,
    snapshotAccess,
    delivery,
    tokens,
    limiter,
    clientAddress,
    principals,
    cache,
    responseCache,
    health,
    onvif,
    listener,
    webFolder: options.webFolder ?? fileURLToPath(new URL('../../web/dist', import.meta.url)),
    state,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** @throws AppError DATA_DIR_UNWRITABLE */
export function prepareDataDir(folder: string): void {
  try {
    // The database holds camera passwords: nobody else on the machine needs to read it.
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new AppError(
      'precondition',
      'DATA_DIR_UNWRITABLE',
      `The data folder ${folder} cannot be created or written. Choose another with DATA_DIR, or change its owner.`,
      { cause },
    );
  }
}

/** `mkdirSync` with `recursive` never returns for a folder below one that refuses new ones with ENOENT, such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(folder)) throw error;
  }
}
