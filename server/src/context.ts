/**
 * The composition root: opens everything in order, and the only place that chooses implementations. Each resource is
 * put on a stack as it is opened, so that a start which fails half-way unwinds exactly as a stop does.
 *
 * Order of a stop (the reverse of opening, after step 1):
 *   1. refuse: `/health` answers 503, every new request and upgrade is refused too (`run.ts`)
 *   2. read model: no longer follows changes
 *   3. engine: viewers are told, sources get TEARDOWN
 *   4. listener: closed; idle connections at once, the others after a short grace
 *   5. database: write queue flushed, pool figures logged, WAL checkpointed, closed
 *   6. the event loop drains; a guard ends the process when it does not
 */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger as PinoLogger } from 'pino';
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { EngineLimits, MediaEngine } from '@pantau/media';
import { AreaService } from './areas/area-service.ts';
import { createAreaStore } from './areas/area-store.ts';
import { CameraService } from './cameras/camera-service.ts';
import { createCameraStore } from './cameras/camera-store.ts';
import { createAddressRule, type IsAddressAllowed } from './cameras/source-address.ts';
import type { Config } from './config/config.ts';
import { openDatabase, type Database } from './db/database.ts';
import { HealthService } from './health/health-service.ts';
import { createClientAddress } from './http/client-address.ts';
import { Listener } from './http/listener.ts';
import { asLogger } from './logger.ts';
import { openSecrets, type Secrets } from './secrets/open-secrets.ts';
import { StreamService } from './streams/stream-service.ts';
import { readVersion } from './version.ts';

export interface Context extends AsyncDisposable {
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
  readonly health: HealthService;
  readonly listener: Listener;
  /** The built web client. */
  readonly webFolder: string;
  readonly state: ServerState;
}

/** What the whole server is doing; written by `run.ts` only. */
export interface ServerState {
  stopping: boolean;
}

/** What an engine gets from the server. */
export interface EngineOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The address of a viewer, past the proxies that are trusted. */
  readonly clientAddress: (request: IncomingMessage) => string;
  /** Where cameras may be. */
  readonly isAddressAllowed: IsAddressAllowed;
  /** What the operator may set of the engine's bounds. */
  readonly limits?: Partial<Pick<EngineLimits, 'windowSegments' | 'partMs'>>;
}

export interface OpenContextOptions {
  readonly config: Config;
  readonly log: PinoLogger;
  readonly clock: Clock;
  readonly createEngine: (options: EngineOptions) => MediaEngine;
  /** Default: `web/dist` of the repository. */
  readonly webFolder?: string;
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
  const listener = stack.use(new Listener(clock));
  const areas = new AreaService(createAreaStore(database, clock));
  const secrets = await openSecrets({ dataDir: config.dataDir, database, clock, logger });
  const isAddressAllowed = createAddressRule({
    allowed: config.cameraAddresses,
    ownPort: () => listener.port ?? config.port,
  });
  const cameras = new CameraService(
    createCameraStore(database, clock, secrets.box, logger),
    isAddressAllowed,
  );
  const engine = stack.use(
    options.createEngine({
      clock,
      logger: logger.child({ part: 'media' }),
      clientAddress: createClientAddress(config.trustProxy),
      isAddressAllowed,
      limits: { windowSegments: config.hlsWindowSegments, partMs: config.hlsPartMs },
    }),
  );
  const streams = stack.adopt(
    new StreamService({
      cameras,
      areas,
      engine,
      readRevision: () => database.readRevision(),
      idleCloseMs: config.idleCloseMs,
      clock,
      logger,
    }),
    (service) => service.stop(),
  );
  await streams.start();
  const health = new HealthService({
    version: readVersion(),
    dataDir: config.dataDir,
    pingDatabase: () => database.ping(),
    engineStats: () => engine.stats(),
    isStopping: () => state.stopping,
    clock,
  });

  const opened = stack.move();
  return {
    config,
    log,
    clock,
    database,
    engine,
    secrets,
    cameras,
    areas,
    streams,
    health,
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
