import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '@pantau/base/errors';
import { loadConfig } from './config.ts';

let workingDir: string;
beforeEach(() => void (workingDir = mkdtempSync(join(tmpdir(), 'pantau-config-'))));
afterEach(() => rmSync(workingDir, { recursive: true }));

const load = (environment: Record<string, string>) => loadConfig({ environment, workingDir });

function problemsOf(environment: Record<string, string>): AppError {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('the configuration was accepted');
}

describe('loadConfig', () => {
  it('has a default for everything', () => {
    expect(load({})).toEqual({
      port: 3000,
      host: '0.0.0.0',
      dataDir: join(workingDir, 'data'),
      databaseUrl: undefined,
      publicUrl: undefined,
      trustProxy: false,
      cameraAddresses: [],
      logLevel: 'info',
      logFormat: 'auto',
      idleCloseMs: 30_000,
      hlsWindowSegments: 6,
      mediaWorkers: 0,
      hearCameras: true,
      whep: undefined,
      hlsPartMs: 500,
      snapshotIntervalMs: 60_000,
      snapshotRestingMs: 600_000,
      rates: { public: 100, auth: 30, admin: 60, delivery: 60_000 },
      readConnections: 5,
      stopDelayMs: 500,
    });
  });

  it('takes empty values for absent ones and trims the others', () => {
    expect(load({ PORT: '', HOST: ' 127.0.0.1 ', PUBLIC_URL: 'https://cctv.example.org/' })).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'https://cctv.example.org',
    });
  });

  it('reads .env, under the process environment', () => {
    writeFileSync(join(workingDir, '.env'), '# comment\nPORT=4000\nLOG_LEVEL="warn"\n');
    expect(load({ PORT: '5000' })).toMatchObject({ port: 5000, logLevel: 'warn' });
  });

  it.each([
    ['false', false],
    ['0', false],
    ['2', 2],
    ['loopback, 10.0.0.0/8,::1', ['loopback', '10.0.0.0/8', '::1']],
  ])('TRUST_PROXY=%s', (text, value) => {
    expect(load({ TRUST_PROXY: text }).trustProxy).toEqual(value);
  });

  it('reads where else cameras may be', () => {
    const text = 'loopback, linklocal,10.1.2.3,169.254.0.0/16, ::1,fe80::/10, 0.0.0.0/0';
    expect(load({ PANTAU_CAMERA_ADDRESSES: text }).cameraAddresses).toEqual(
      text.split(',').map((each) => each.trim()),
    );
  });

  it.each([
    'localhost',
    '10.1.2',
    '10.0.0.0/33',
    'fe80::/129',
    '1.2.3.4/',
    '1.2.3.4/8/8',
    'toString',
    'fe80::1%eth0',
    'loopback,',
  ])('refuses PANTAU_CAMERA_ADDRESSES=%s', (text) => {
    expect(problemsOf({ PANTAU_CAMERA_ADDRESSES: text }).message).toContain(
      'PANTAU_CAMERA_ADDRESSES must be',
    );
  });

  it('listens for cameras that start unless it is told not to', () => {
    expect(load({ PANTAU_HEAR_CAMERAS: 'off' }).hearCameras).toBe(false);
  });

  it('leaves cameras that rest alone when it says so', () => {
    expect(load({ PANTAU_SNAPSHOT_RESTING_MIN: '0' }).snapshotRestingMs).toBeUndefined();
  });

  it('keeps the database password secret', () => {
    const config = load({ DATABASE_URL: 'postgres://u:hunter2@db/pantau' });
    expect(config.databaseUrl?.reveal()).toContain('hunter2');
    expect(JSON.stringify(config)).not.toContain('hunter2');
  });

  it('tells all problems in one message, secrets left out', () => {
    writeFileSync(join(workingDir, '.env'), 'PANTAU_IDEL_CLOSE_SECONDS=5\n');
    const error = problemsOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      PUBLIC_URL: 'cctv.example.org',
      TRUST_PROXY: '10.0.0.0/99',
      DATABASE_URL: 'mysql://u:hunter2@db/x',
      PANTAU_READ_CONNECTIONS: '6',
    });
    expect(error.code).toBe('CONFIG_INVALID');
    const names = [...error.message.matchAll(/^ {2}- (\w+)/gm)].map((match) => match[1]);
    expect(new Set(names)).toEqual(
      new Set([
        'DATABASE_URL',
        'LOG_LEVEL',
        'PANTAU_IDEL_CLOSE_SECONDS',
        'PANTAU_READ_CONNECTIONS',
        'PORT',
        'PUBLIC_URL',
        'TRUST_PROXY',
      ]),
    );
    expect(error.message).not.toContain('hunter2');
  });

  it('reads an .env as Windows editors write it', () => {
    writeFileSync(join(workingDir, '.env'), '\ufeffPORT=4000\r\nDATA_DIR="my data"\r\n');
    expect(load({})).toMatchObject({ port: 4000, dataDir: join(workingDir, 'my data') });
  });

  it('refuses an .env in another encoding, instead of finding nothing in it', () => {
    writeFileSync(join(workingDir, '.env'), Buffer.from('\ufeffPORT=4000\r\n', 'utf16le'));
    expect(problemsOf({}).message).toContain('save it as UTF-8');
  });

  it('refuses an .env that cannot be read', () => {
    mkdirSync(join(workingDir, '.env'));
    expect(problemsOf({}).message).toContain('.env: EISDIR');
  });
});
