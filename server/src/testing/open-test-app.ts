/** The whole server over a temporary folder and a fake engine, its log kept in memory. */
import { join } from 'node:path';
import { systemClock, type Clock } from '@pantau/base/clock';
import { buildApp, type App } from '../app.ts';
import { loadConfig, type Config } from '../config/config.ts';
import { openContext, type Context, type DeliveryParts } from '../context.ts';
import { openLogger } from '../logger.ts';
import type { PictureMaker } from '../snapshots/picture.ts';
import { FakeEngine } from './fake-engine.ts';
import { makeTestFolder } from './open-test-database.ts';

export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly context: Context;
  readonly engine: FakeEngine;
  readonly folder: string;
  /** Everything that was logged, as lines of JSON. */
  readonly log: readonly string[];
  /** Listens on a free port of 127.0.0.1. @returns `http://127.0.0.1:<port>` */
  listen(): Promise<string>;
  close(): Promise<void>;
}

export interface OpenTestAppOptions {
  readonly config?: Partial<Config>;
  /** What to do with the empty database before the server reads it. */
  readonly seed?: (context: Context) => Promise<void>;
  /** Default: a folder that does not exist, as before the first build. */
  readonly webFolder?: string;
  /** Other parts for the delivery of media than the server's own. */
  readonly delivery?: Partial<DeliveryParts>;
  /** Default: the server's own. */
  readonly pictures?: PictureMaker;
  /** Default: the system's. */
  readonly clock?: Clock;
}

export async function openTestApp(options: OpenTestAppOptions = {}): Promise<TestApp> {
  const folder = makeTestFolder();
  const log: string[] = [];
  const engine = new FakeEngine();
  const config: Config = {
    ...loadConfig({
      environment: { LOG_LEVEL: 'debug', PORT: '0', HOST: '127.0.0.1', PANTAU_HEAR_CAMERAS: 'off' },
      workingDir: folder.path,
    }),
    // Limits are in the way of everything that does not test them.
    rates: { public: 1e6, auth: 1e6, admin: 1e6, delivery: 1e6 },
    ...options.config,
  };
  const logger = openLogger(config, { write: (line) => void log.push(line) });
  const webFolder = options.webFolder ?? join(folder.path, 'no-web');
  const context = await openContext({
    config,
    log: logger,
    clock: options.clock ?? systemClock,
    createEngine: () => engine,
    webFolder,
    ...(options.pictures === undefined ? {} : { pictures: options.pictures }),
    ...(options.delivery === undefined ? {} : { delivery: options.delivery }),
  });
  if (options.seed !== undefined) {
    await options.seed(context);
    await context.streams.refresh();
  }
  const app = await buildApp(context);
  const close = async () => {
    await app.fastify.close();
    await context[Symbol.asyncDispose]();
    folder.remove();
  };
  return {
    app,
    context,
    engine,
    folder: folder.path,
    log,
    async listen() {
      const { port } = await context.listener.open(app.front.server, '127.0.0.1', 0);
      return `http://127.0.0.1:${port}`;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
