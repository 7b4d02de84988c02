/**
 * Every setting the server reads from the environment, with type, default and one sentence for the operator.
 * `docs/reference/config.md` and `.env.example` are written from this table (`server/src/config/write-reference.ts`).
 */

interface SettingBase {
  /** One or two sentences: what it does, its unit. */
  readonly doc: string;
  /** The default in words, when the value itself would not say it. */
  readonly defaultText?: string;
}

export type Setting =
  | (SettingBase & {
      readonly type: 'integer';
      readonly min: number;
      readonly max: number;
      readonly default: number;
    })
  | (SettingBase & { readonly type: 'choice'; readonly choices: readonly string[]; readonly default: string })
  | (SettingBase & { readonly type: 'text'; readonly default: string })
  /** An http(s) origin, with an optional path. */
  | (SettingBase & { readonly type: 'web-url'; readonly default: undefined })
  /** A `postgres://` URL; it holds a password, so it is never printed. */
  | (SettingBase & { readonly type: 'postgres-url'; readonly default: undefined })
  | (SettingBase & { readonly type: 'trust-proxy'; readonly default: string })
  /** Addresses, CIDR ranges and words for some, with commas. */
  | (SettingBase & { readonly type: 'addresses'; readonly default: undefined })
  /** `first-last`, UDP ports. */
  | (SettingBase & { readonly type: 'port-range'; readonly default: undefined })
  /** `stun:host:port`, with commas. */
  | (SettingBase & { readonly type: 'stun-servers'; readonly default: undefined });

export const SETTINGS = {
  PORT: {
    type: 'integer',
    min: 0,
    max: 65_535,
    default: 3000,
    doc: 'TCP port of the web server. 0 lets the system choose; the log says which.',
  },
  HOST: {
    type: 'text',
    default: '0.0.0.0',
    doc: 'Address to listen on. `127.0.0.1` behind a reverse proxy on the same machine, `::` for IPv6 and IPv4.',
  },
  DATA_DIR: {
    type: 'text',
    default: './data',
    doc: 'Folder for the database and everything else Pantau keeps. Created when missing; relative to the working folder.',
  },
  DATABASE_URL: {
    type: 'postgres-url',
    default: undefined,
    defaultText: 'SQLite file `pantau.db` in `DATA_DIR`',
    doc: 'Use PostgreSQL instead of the built-in SQLite: `postgres://user:password@host:5432/name`.',
  },
  PUBLIC_URL: {
    type: 'web-url',
    default: undefined,
    defaultText: 'the address it listens on',
    doc: 'Address under which visitors reach the site, e.g. `https://cctv.example.go.id`. Used in messages; with https it also turns on HSTS.',
  },
  TRUST_PROXY: {
    type: 'trust-proxy',
    default: 'false',
    doc: 'Whose `X-Forwarded-For` is believed: `false`, the number of proxies in front, or a comma-separated list of addresses and CIDR ranges (`loopback`, `linklocal`, `uniquelocal` are understood).',
  },
  LOG_LEVEL: {
    type: 'choice',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    doc: 'Least serious level that is logged.',
  },
  LOG_FORMAT: {
    type: 'choice',
    choices: ['auto', 'json', 'pretty'],
    default: 'auto',
    doc: 'One JSON object per line, or lines for people. `auto` is pretty in a terminal, JSON otherwise.',
  },
  PANTAU_CAMERA_ADDRESSES: {
    type: 'addresses',
    default: undefined,
    defaultText: 'none',
    doc: 'Where cameras may be besides everywhere that is not this machine, link-local, multicast or the like: a comma-separated list of addresses and CIDR ranges (`loopback` and `linklocal` are understood). For cameras, or a relay, on this very machine: `loopback`.',
  },
  PANTAU_IDLE_CLOSE_SECONDS: {
    type: 'integer',
    min: 0,
    max: 86_400,
    default: 30,
    doc: 'Seconds between the last viewer leaving and closing the connection to a camera that is pulled on demand.',
  },
  PANTAU_HLS_WINDOW_SEGMENTS: {
    type: 'integer',
    min: 3,
    max: 60,
    default: 6,
    doc: 'Segments (about 2 s each) that a live playlist lists: how far viewers may pause or fall behind. Each costs about half a megabyte of memory per camera of 2 Mbit/s; from 8 on low-latency players get delta updates.',
  },
  PANTAU_HLS_PART_MS: {
    type: 'integer',
    min: 200,
    max: 1000,
    default: 500,
    doc: 'Length of a part of low-latency HLS in milliseconds. Shorter parts mean less delay and more requests: 200 for few viewers.',
  },
  PANTAU_SNAPSHOT_INTERVAL_S: {
    type: 'integer',
    min: 5,
    max: 86_400,
    default: 60,
    doc: 'Seconds between two still pictures of a camera that is connected; while somebody watches it, 5.',
  },
  PANTAU_SNAPSHOT_RESTING_MIN: {
    type: 'integer',
    min: 0,
    max: 10_080,
    default: 10,
    doc: 'Minutes between two still pictures of an on-demand camera that nobody watches, and whose picture somebody looked at: it is connected for some seconds. 0: never; such a camera has the picture of when it was watched last.',
  },
  PANTAU_MEDIA_WORKERS: {
    type: 'integer',
    min: 0,
    max: 16,
    default: 0,
    doc: 'Threads that read cameras beside the main one, which then has more time for viewers. One thread carries some hundred cameras of 2 Mbit/s, so this is for machines with four cores and more.',
  },
  PANTAU_HEAR_CAMERAS: {
    type: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    doc: 'Listen on UDP port 3702 of all networks of this machine for cameras that say that they have started (ONVIF), so that one that was away is back at once. Nothing is answered.',
  },
  PANTAU_WHEP_MAX_VIEWERS: {
    type: 'integer',
    min: 0,
    max: 1000,
    default: 0,
    doc: 'Viewers by WebRTC (WHEP) at once, a tenth of a second behind the camera; 0 switches it off. Each costs 50 to 80 times as much as a viewer by other ways, and UDP must reach this machine.',
  },
  PANTAU_WHEP_PORTS: {
    type: 'port-range',
    default: undefined,
    defaultText: 'any',
    doc: 'UDP ports for viewers by WebRTC, such as `50000-50100`: what the firewall must let in. A viewer takes one.',
  },
  PANTAU_WHEP_ADDRESSES: {
    type: 'addresses',
    default: undefined,
    defaultText: 'those of the network interfaces',
    doc: 'Addresses at which viewers by WebRTC reach this machine, besides those of its interfaces: the public one behind NAT.',
  },
  PANTAU_WHEP_STUN: {
    type: 'stun-servers',
    default: undefined,
    defaultText: 'none',
    doc: 'STUN servers, such as `stun:stun.example.net:3478`, for a machine that does not know its public address. None is asked unless set.',
  },
  PANTAU_RATE_PUBLIC: {
    type: 'integer',
    min: 1,
    max: 1_000_000,
    default: 100,
    doc: 'Requests per minute and address to public endpoints; lists, pages and media have a limit of their own.',
  },
  PANTAU_RATE_AUTH: {
    type: 'integer',
    min: 1,
    max: 1_000_000,
    default: 30,
    doc: 'Requests per minute and address to sign in, set up, or prove oneself again.',
  },
  PANTAU_RATE_ADMIN: {
    type: 'integer',
    min: 1,
    max: 1_000_000,
    default: 60,
    doc: 'Requests per minute of one account or API key to everything that is not public.',
  },
  PANTAU_RATE_DELIVERY: {
    type: 'integer',
    min: 100,
    max: 100_000_000,
    default: 60_000,
    doc: 'Requests per minute and address altogether, media, lists and pages included. A low-latency viewer makes about 300; whole villages share an address.',
  },
  PANTAU_READ_CONNECTIONS: {
    type: 'integer',
    min: 1,
    max: 5,
    default: 5,
    doc: 'Most read connections to the database for heavy queries; with SQLite each is a worker thread, opened on demand.',
  },
  PANTAU_STOP_DELAY_MS: {
    type: 'integer',
    min: 0,
    max: 5000,
    default: 500,
    doc: 'Milliseconds for which `/health` answers 503 before a stop goes on, so that a load balancer sees it.',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** Keys beginning like this are ours: an unknown one is a typing mistake and refused. */
export const OWN_PREFIX = 'PANTAU_';
