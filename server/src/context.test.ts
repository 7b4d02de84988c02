/** What the context wires that no slice can prove by itself. */
import { createServer } from 'node:http';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import { PLAIN_HABITS } from '@pantau/onvif/testing/device-habits';
import { SimulatedDevice } from '@pantau/onvif/testing/simulated-device';
import { consoleActor } from './audit/actor.ts';
import { loadConfig } from './config/config.ts';
import { openContext, type EngineOptions } from './context.ts';
import { openSqlite } from './db/sqlite-database.ts';
import { openLogger } from './logger.ts';
import { FakeEngine } from './testing/fake-engine.ts';
import { makeTestFolder } from './testing/open-test-database.ts';

let folder: ReturnType<typeof makeTestFolder>;
beforeEach(() => void (folder = makeTestFolder()));
afterEach(() => folder.remove());

async function open(environment: Record<string, string> = {}) {
  const config = loadConfig({
    environment: {
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: folder.path,
      PANTAU_HEAR_CAMERAS: 'off',
      ...environment,
    },
    workingDir: folder.path,
  });
  const engines: EngineOptions[] = [];
  const engine = new FakeEngine();
  const context = await openContext({
    config,
    log: openLogger(config, { write: () => {} }),
    clock: systemClock,
    createEngine: (options) => {
      engines.push(options);
      return engine;
    },
  });
  const [options] = engines;
  if (options === undefined) throw new Error('no engine was made');
  return { context, engine, options };
}

it('tells the engine where cameras may be, which is never its own port', async () => {
  const { context, options } = await open({ PANTAU_CAMERA_ADDRESSES: 'loopback' });
  await using _closed = context;
  const { port } = await context.listener.open(createServer(), '127.0.0.1', 0);
  const { isAddressAllowed } = options;
  expect(isAddressAllowed('127.0.0.1', port)).toBe(false);
  expect(isAddressAllowed('127.0.0.1', port === 8554 ? 8555 : 8554)).toBe(true);
  expect(isAddressAllowed('169.254.169.254', 554)).toBe(false);
  const source = { url: `rtsp://127.0.0.1:${port}/x`, username: undefined, password: undefined };
  await expect(context.cameras.create({ name: 'A', source }, consoleActor('test'))).rejects.toMatchObject({
    code: 'CAMERA_INVALID',
  });
});

it('allows no camera on this machine by default', async () => {
  const { context, options } = await open();
  await using _closed = context;
  expect(options.isAddressAllowed('127.0.0.1', 554)).toBe(false);
  expect(options.isAddressAllowed('192.168.1.10', 554)).toBe(true);
});

it('asks a camera over ONVIF for the key frame that the engine wishes', async () => {
  await using device = await SimulatedDevice.open({
    habits: PLAIN_HABITS,
    account: { username: 'admin', password: 'S4ndi' },
    clock: systemClock,
  });
  const { context, options } = await open({ PANTAU_CAMERA_ADDRESSES: 'loopback' });
  await using _closed = context;
  const source = { url: 'rtsp://127.0.0.1/main', username: 'admin', password: new Secret('S4ndi') };
  const { streamKey } = await context.cameras.create(
    { name: 'A', source, onvifUrl: device.url, onvifProfile: 'main' },
    consoleActor('test'),
  );
  await context.streams.refresh();
  options.askForKeyframe?.(streamKey, 'main');
  await vi.waitFor(() =>
    expect(device.requests.at(-1)).toMatchObject({ operation: 'SetSynchronizationPoint', verdict: 'ok' }),
  );
});

it('makes the key file, and seals at the start what version 0.1 stored as plain text', async () => {
  {
    await using database = await openSqlite({
      dataDir: folder.path,
      readConnections: 1,
      clock: systemClock,
      logger: silentLogger,
    });
    await database.write((transaction) =>
      transaction
        .insertInto('cameras')
        .values({
          name: 'A',
          enabled: 1,
          status: 'active',
          source_url: 'rtsp://10.0.0.5/live',
          source_username: 'admin',
          source_password: 'v1.looks.sealed.only',
          timezone: 'Asia/Jakarta',
          pull_mode: 'on-demand',
          stream_key: 'key-1-0000',
          sort_order: 0,
          visibility: 'public',
          created_at: 0,
          updated_at: 0,
        })
        .execute(),
    );
  }
  for (let start = 0; start < 2; start++) {
    const { context, engine } = await open();
    await using _closed = context;
    expect(engine.definitions[0]?.source.password?.reveal()).toBe('v1.looks.sealed.only');
    const row = await context.database.read.selectFrom('cameras').selectAll().executeTakeFirstOrThrow();
    expect(row.source_password).toMatch(/^v1\.[0-9a-f]{8}\./);
    expect(context.secrets.box.open(row.source_password ?? '', 'cameras:1:source_password')).toBeInstanceOf(
      Secret,
    );
  }
  expect(statSync(join(folder.path, 'pantau.keys')).mode & 0o777).toBe(0o600);
});
