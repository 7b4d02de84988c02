/**
 * From strings to one checked, typed object. Nothing else in the server reads the environment.
 * All problems are collected and reported in one message (code `CONFIG_INVALID`).
 */
import { resolve } from 'node:path';
import { isIP } from 'node:net';
import { AppError } from '@pantau/base/errors';
import { Secret } from '@pantau/base/secret';
import type { LimitTier } from '../access/route-access.ts';
import { readEnvironment, type Environment } from './env.ts';
import { OWN_PREFIX, SETTINGS, type SettingName } from './settings.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** How viewers by WebRTC reach this machine, and how many may. */
export interface WhepConfig {
  readonly maxViewers: number;
  readonly ports: readonly [first: number, last: number] | undefined;
  readonly addresses: readonly string[];
  readonly stunServers: readonly string[];
}

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absolute path. */
  readonly dataDir: string;
  /** PostgreSQL URL; undefined means the SQLite file in `dataDir`. */
  readonly databaseUrl: Secret | undefined;
  /** Without a trailing slash. */
  readonly publicUrl: string | undefined;
  /** As Fastify takes it: nobody, a number of hops, or addresses and ranges. */
  readonly trustProxy: false | number | readonly string[];
  /** Where cameras may be in addition to the default: addresses, CIDR ranges, `loopback`, `linklocal`. */
  readonly cameraAddresses: readonly string[];
  readonly logLevel: LogLevel;
  readonly logFormat: 'auto' | 'json' | 'pretty';
  readonly idleCloseMs: number;
  /** Segments in a live playlist. */
  readonly hlsWindowSegments: number;
  /** Threads that read cameras beside the main one. */
  readonly mediaWorkers: number;
  /** Listen for cameras that say that they have started. */
  readonly hearCameras: boolean;
  /** WebRTC for viewers; undefined: switched off. */
  readonly whep: WhepConfig | undefined;
  readonly hlsPartMs: number;
  /** Between two still pictures of a camera that is pulled, ms. */
  readonly snapshotIntervalMs: number;
  /** The same of a camera that rests and is pulled for it, ms; undefined: never. */
  readonly snapshotRestingMs: number | undefined;
  readonly readConnections: number;
  /** Requests per minute, by tier. */
  readonly rates: Readonly<Record<LimitTier, number>>;
  readonly stopDelayMs: number;
}

export interface LoadConfigOptions {
  readonly environment: Environment;
  /** Folder that relative paths start from, and where `.env` is looked for. */
  readonly workingDir: string;
}

/** @throws AppError CONFIG_INVALID naming every problem at once. Values of secrets are not repeated. */
export function loadConfig(options: LoadConfigOptions): Config {
  const problems: string[] = [];
  const environment = readEnvironment(options.environment, resolve(options.workingDir, '.env'), (problem) =>
    problems.push(problem),
  );
  for (const name of Object.keys(environment)) {
    if (name.startsWith(OWN_PREFIX) && !(name in SETTINGS)) problems.push(unknownKey(name));
  }
  const reader = new SettingReader(environment, problems);
  const config: Config = {
    port: reader.integer('PORT'),
    host: reader.text('HOST'),
    dataDir: resolve(options.workingDir, reader.text('DATA_DIR')),
    databaseUrl: reader.postgresUrl('DATABASE_URL'),
    publicUrl: reader.webUrl('PUBLIC_URL'),
    trustProxy: reader.trustProxy('TRUST_PROXY'),
    cameraAddresses: reader.addresses('PANTAU_CAMERA_ADDRESSES'),
    logLevel: reader.choice('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent']),
    logFormat: reader.choice('LOG_FORMAT', ['auto', 'json', 'pretty']),
    idleCloseMs: reader.integer('PANTAU_IDLE_CLOSE_SECONDS') * 1000,
    hlsWindowSegments: reader.integer('PANTAU_HLS_WINDOW_SEGMENTS'),
    mediaWorkers: reader.integer('PANTAU_MEDIA_WORKERS'),
    hearCameras: reader.choice('PANTAU_HEAR_CAMERAS', ['on', 'off']) === 'on',
    whep: readWhep(reader),
    hlsPartMs: reader.integer('PANTAU_HLS_PART_MS'),
    snapshotIntervalMs: reader.integer('PANTAU_SNAPSHOT_INTERVAL_S') * 1000,
    snapshotRestingMs: reader.integer('PANTAU_SNAPSHOT_RESTING_MIN') * 60_000 || undefined,
    rates: {
      public: reader.integer('PANTAU_RATE_PUBLIC'),
      auth: reader.integer('PANTAU_RATE_AUTH'),
      admin: reader.integer('PANTAU_RATE_ADMIN'),
      delivery: reader.integer('PANTAU_RATE_DELIVERY'),
    },
    readConnections: reader.integer('PANTAU_READ_CONNECTIONS'),
    stopDelayMs: reader.integer('PANTAU_STOP_DELAY_MS'),
  };
  if (problems.length > 0) {
    const list = problems.map((problem) => `  - ${problem}`).join('\n');
    throw new AppError('invalid', 'CONFIG_INVALID', `The configuration has problems:\n${list}`);
  }
  return config;
}

function readWhep(reader: SettingReader): WhepConfig | undefined {
  const whep = {
    maxViewers: reader.integer('PANTAU_WHEP_MAX_VIEWERS'),
    ports: reader.portRange('PANTAU_WHEP_PORTS'),
    addresses: reader.plainAddresses('PANTAU_WHEP_ADDRESSES'),
    stunServers: reader.stunServers('PANTAU_WHEP_STUN'),
  };
  return whep.maxViewers === 0 ? undefined : whep;
}

class SettingReader {
  readonly #environment: Environment;
  readonly #problems: string[];

  constructor(environment: Environment, problems: string[]) {
    this.#environment = environment;
    this.#problems = problems;
  }

  text(name: SettingName & ('HOST' | 'DATA_DIR')): string {
    return this.#find(name) ?? SETTINGS[name].default;
  }

  integer(name: IntegerSetting): number {
    const { min, max, default: fallback } = SETTINGS[name];
    const value = this.#find(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.#problems.push(`${name} must be a whole number from ${min} to ${max}, not "${shorten(value)}"`);
    return fallback;
  }

  choice<const T extends readonly string[]>(name: ChoiceSetting, choices: T): T[number] {
    const value = this.#find(name) ?? SETTINGS[name].default;
    const chosen: T[number] | undefined = choices.find((choice) => choice === value);
    if (chosen !== undefined) return chosen;
    this.#problems.push(`${name} must be one of ${choices.join(', ')}, not "${shorten(value)}"`);
    return SETTINGS[name].default;
  }

  webUrl(name: 'PUBLIC_URL'): string | undefined {
    const value = this.#find(name);
    if (value === undefined) return undefined;
    const url = URL.parse(value);
    if (
      url !== null &&
      /^https?:$/.test(url.protocol) &&
      url.search === '' &&
      url.hash === '' &&
      url.username === ''
    ) {
      return value.replace(/\/+$/, '');
    }
    this.#problems.push(`${name} must look like https://cctv.example.org, without user, query or fragment`);
    return undefined;
  }

  postgresUrl(name: 'DATABASE_URL'): Secret | undefined {
    const value = this.#find(name);
    if (value === undefined) return undefined;
    const url = URL.parse(value);
    if (url !== null && /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1)
      return new Secret(value);
    this.#problems.push(
      `${name} must look like postgres://user:password@host:5432/name (for SQLite leave it out)`,
    );
    return undefined;
  }

  trustProxy(name: 'TRUST_PROXY'): false | number | readonly string[] {
    const value = this.#find(name) ?? SETTINGS[name].default;
    if (value === 'false' || value === '0') return false;
    if (/^\d{1,2}$/.test(value)) return Number(value);
    const ranges = value.split(',').map((range) => range.trim());
    if (ranges.every((range) => isRange(range, ['loopback', 'linklocal', 'uniquelocal']))) return ranges;
    this.#problems.push(
      `${name} must be false, a number of proxies, or a list of addresses and ranges, not "${shorten(value)}"`,
    );
    return false;
  }

  addresses(name: 'PANTAU_CAMERA_ADDRESSES'): readonly string[] {
    const value = this.#find(name);
    if (value === undefined) return [];
    const ranges = value.split(',').map((range) => range.trim());
    if (ranges.every((range) => isRange(range, ['loopback', 'linklocal']))) return ranges;
    this.#problems.push(
      `${name} must be a list of addresses and ranges, loopback or linklocal, not "${shorten(value)}"`,
    );
    return [];
  }

  plainAddresses(name: 'PANTAU_WHEP_ADDRESSES'): readonly string[] {
    const addresses = this.#list(name);
    if (addresses.every((address) => isIP(address) !== 0)) return addresses;
    this.#problems.push(`${name} must be a list of IP addresses`);
    return [];
  }

  portRange(name: 'PANTAU_WHEP_PORTS'): readonly [first: number, last: number] | undefined {
    const value = this.#find(name);
    if (value === undefined) return undefined;
    const [, first = '', last = ''] = /^(\d{1,5})-(\d{1,5})$/.exec(value) ?? [];
    const range = [Number(first), Number(last)] as const;
    if (range[0] >= 1024 && range[1] > range[0] && range[1] <= 65_535) return range;
    this.#problems.push(
      `${name} must look like 50000-50100, with ports from 1024 to 65535, not "${shorten(value)}"`,
    );
    return undefined;
  }

  stunServers(name: 'PANTAU_WHEP_STUN'): readonly string[] {
    const servers = this.#list(name);
    if (servers.every((server) => /^stun:[\w.-]{1,253}(?::\d{1,5})?$/.test(server))) return servers;
    this.#problems.push(`${name} must be a list such as stun:stun.example.net:3478`);
    return [];
  }

  #list(name: SettingName): readonly string[] {
    return (this.#find(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  /** Empty counts as not set, as in most `.env` files. */
  #find(name: SettingName): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }
}

type ChoiceSetting = {
  [Name in SettingName]: (typeof SETTINGS)[Name]['type'] extends 'choice' ? Name : never;
}[SettingName];

type IntegerSetting = {
  [Name in SettingName]: (typeof SETTINGS)[Name]['type'] extends 'integer' ? Name : never;
}[SettingName];

/** An address, a CIDR range, or one of `words`. */
function isRange(range: string, words: readonly string[]): boolean {
  if (words.includes(range)) return true;
  const [address = '', bits, more] = range.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function unknownKey(name: string): string {
  const own = Object.keys(SETTINGS).filter((setting) => setting.startsWith(OWN_PREFIX));
  return `${shorten(name)} is not a setting of Pantau; there are ${own.join(', ')}`;
}

function shorten(value: string): string {
  return value.length > 60 ? `${value.slice(0, 57)}…` : value;
}
