/** The services the commands use, over the same database as the server's. */
import { silentLogger } from '@pantau/base/logger';
import { AreaService } from '../areas/area-service.ts';
import { createAreaStore } from '../areas/area-store.ts';
import { createArgon2Hasher } from '../auth/argon2-hasher.ts';
import { PasswordPolicy } from '../auth/password-policy.ts';
import { PasswordStrengthThread } from '../auth/password-strength.ts';
import { CameraService } from '../cameras/camera-service.ts';
import { createCameraStore } from '../cameras/camera-store.ts';
import { loadConfig } from '../config/config.ts';
import { prepareDataDir } from '../context.ts';
import { openDatabase } from '../db/database.ts';
import { UserService } from '../users/user-service.ts';
import { createUserStore } from '../users/user-store.ts';
import type { CliHost } from './run-cli.ts';

export interface Session {
  readonly areas: AreaService;
  readonly cameras: CameraService;
  readonly users: UserService;
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
  return await work({
    areas: new AreaService(createAreaStore(database, host.clock)),
    cameras: new CameraService(createCameraStore(database, host.clock)),
    users: new UserService({
      store: createUserStore(database, host.clock),
      hasher,
      policy: new PasswordPolicy(strength, hasher),
    }),
  });
}
