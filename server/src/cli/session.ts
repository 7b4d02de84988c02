/** The services the commands use, over the same database as the server's. */
import { silentLogger, type Logger } from '@pantau/base/logger';
import { AreaService } from '../areas/area-service.ts';
import { createAreaStore } from '../areas/area-store.ts';
import { createArgon2Hasher } from '../auth/argon2-hasher.ts';
import { PasswordPolicy } from '../auth/password-policy.ts';
import { PasswordStrengthThread } from '../auth/password-strength.ts';
import { CameraService } from '../cameras/camera-service.ts';
import { createCameraStore } from '../cameras/camera-store.ts';
import { createAddressRule, type IsAddressAllowed } from '../cameras/source-address.ts';
import { loadConfig, type Config } from '../config/config.ts';
import { prepareDataDir } from '../context.ts';
import { openDatabase } from '../db/database.ts';
import { printable } from '../printable.ts';
import { openSecrets, type Secrets } from '../secrets/open-secrets.ts';
import { UserService } from '../users/user-service.ts';
import { createUserStore } from '../users/user-store.ts';
import type { CliHost } from './run-cli.ts';

export interface Session {
  readonly config: Config;
  readonly areas: AreaService;
  readonly cameras: CameraService;
  readonly users: UserService;
  readonly secrets: Secrets;
}

/** What goes wrong quietly in the server's log is said to the person at the terminal. */
function terminalLogger(host: CliHost): Logger {
  const say = (_fields: object, message: string) => host.writeError(`${printable(message)}\n`);
  const logger: Logger = { ...silentLogger, warn: say, error: say, child: () => logger };
  return logger;
}

/** Where cameras may be, for a process that does not listen itself. */
export function cliAddressRule(config: Config): IsAddressAllowed {
  return createAddressRule({ allowed: config.cameraAddresses, ownPort: () => config.port });
}

/** Opens the database, runs `work`, closes it whatever happens. */
export async function withSession<T>(host: CliHost, work: (session: Session) => Promise<T>): Promise<T> {
  const config = loadConfig({ environment: host.environment, workingDir: host.workingDir });
  prepareDataDir(config.dataDir);
  await using database = await openDatabase({
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl,
    readConnections: config.readConnections,
    clock: host.clock,
    logger: silentLogger,
  });
  await using strength = new PasswordStrengthThread(host.clock);
  const hasher = createArgon2Hasher();
  const logger = terminalLogger(host);
  const secrets = await openSecrets({ dataDir: config.dataDir, database, clock: host.clock, logger });
  return await work({
    config,
    areas: new AreaService(createAreaStore(database, host.clock)),
    cameras: new CameraService(
      createCameraStore(database, host.clock, secrets.box, logger),
      cliAddressRule(config),
    ),
    users: new UserService({
      store: createUserStore(database, host.clock),
      hasher,
      policy: new PasswordPolicy(strength, hasher),
    }),
    secrets,
  });
}
