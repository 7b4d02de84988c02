/** One run of the server, from configuration to exit code. */
import { sleep, systemClock } from '@pantau/base/clock';
import { buildApp } from './app.ts';
import { loadConfig, type Config } from './config/config.ts';
import { openContext } from './context.ts';
import { describeFailure } from './describe-failure.ts';
import { createDefaultEngine } from './default-engine.ts';
import * as events from './events.ts';
import { Lifecycle } from './lifecycle.ts';
import { asLogger, openLogger } from './logger.ts';

/** Runs until a signal; sets `process.exitCode`. */
export async function run(): Promise<void> {
  let config: Config;
  try {
    config = loadConfig({ environment: process.env, workingDir: process.cwd() });
  } catch (error) {
    fail(error);
    return;
  }
  const log = openLogger(config);
  const logger = asLogger(log);
  const lifecycle = new Lifecycle(systemClock);
  lifecycle.install(logger);
  try {
    await using context = await openContext({
      config,
      log,
      clock: systemClock,
      createEngine: createDefaultEngine,
    });
    const app = await buildApp(context);
    const address = await context.listener.open(app.front.server, config.host, config.port);
    events.serverStarted(logger, { address, config, tookMs: systemClock.monotonic() });
    if (await context.auth.isSetupNeeded()) {
      const token = context.setupToken.issue();
      events.setupNeeded((text) => void process.stderr.write(text), token, { address, config });
    }
    if ((await context.cameras.count()) === 0) events.noCamerasYet(logger, { address, config });
    const refused = await context.cameras.listRefused();
    events.camerasRefused(
      logger,
      refused.map(({ name }) => name),
    );
    const reason = await lifecycle.stopRequested;
    events.serverStopping(logger, reason);
    context.state.stopping = true;
    app.front.refuse();
    await sleep(systemClock, config.stopDelayMs);
    await app.fastify.close();
  } catch (error) {
    fail(error);
    return;
  }
  events.serverStopped(logger);
}

function fail(error: unknown): void {
  const { text, exitCode } = describeFailure(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}
