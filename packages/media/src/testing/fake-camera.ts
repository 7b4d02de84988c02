/**
 * A camera for tests, the demo and the benchmark: an RTSP server on loopback that plays clips to many clients on many mounts, over
 * TCP, UDP, TLS or an HTTP tunnel, in real time of the given clock, with faults to order. See docs/design/fake-camera.md.
 *
 * One timer drives all mounts; what is due on a tick is written per client in one go.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { systemClock, type Clock, type Timer } from '@pantau/base/clock';
import { CameraConnection, type ConnectionContext } from './camera-connection.ts';
import type { TrackKind } from './client-playout.ts';
import { CameraMount, type MountOptions, type Place } from './camera-mount.ts';
import type { Clip } from './clip.ts';
import { FakeDatagrams } from './fake-datagrams.ts';
import { FakeTunnels, type TunnelCounters } from './fake-tunnel.ts';
import type { FakeLogin } from './fake-auth.ts';
import { NO_FAULTS, type FakeFaults } from './fake-faults.ts';
import { SeededRandom } from './random.ts';

export interface FakeCameraOptions {
  readonly mounts: readonly MountOptions[];
  /** Default 0: any free port. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Default the system's. */
  readonly clock?: Clock;
  /** Faults of all mounts from the start. */
  readonly faults?: Partial<FakeFaults>;
  /** Seed of random faults. Default 1. */
  readonly seed?: number;
  /** `Server` header. Default `FakeCamera/1.0`. */
  readonly serverName?: string;
  /** PEM of a key and its certificate: RTSP over TLS, and nothing else. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Clients come through HTTP only (over TLS with `tls`); a login of the web server, or a status that it answers with. */
  readonly tunnel?: { readonly login?: FakeLogin; readonly status?: number };
}

/** Counted since the camera was opened. */
export interface CameraCounters {
  connections: number;
  sessionsOpened: number;
  sessionsClosed: number;
  sessionsTimedOut: number;
  teardowns: number;
  receiverReports: number;
  /** RTCP BYE of clients. */
  goodbyes: number;
  /** PLI and FIR: each makes the mount's next picture a key frame. */
  keyframeRequests: number;
  wrongLogins: number;
  malformedRequests: number;
  /** Clients dropped because they did not read. */
  slowClients: number;
  /** Requests by method. */
  requests: Record<string, number>;
}

export interface FakeCamera extends AsyncDisposable {
  readonly port: number;
  readonly counters: Readonly<CameraCounters>;
  /** Undefined without `tunnel`. */
  readonly tunnelCounters: Readonly<TunnelCounters> | undefined;
  /** Connections open now. */
  readonly clients: number;
  /** Clients that are being played to now, on one mount or all. */
  playing(path?: string): number;
  /** `rtsp://127.0.0.1:port` (`rtsps` with `tls`) + path, without login. @param path default the first mount's. */
  url(path?: string): string;
  /** Changes faults from now on, of one mount or of all. */
  setFault(change: Partial<FakeFaults>, path?: string): void;
  /** Takes back every fault. */
  clearFaults(): void;
  /** Goes on with another clip at once (a change of resolution, a camera reconfigured). */
  switchClip(clip: Clip, path?: string): void;
  /** Shifts the RTP timestamps of running sessions, of one track or all. */
  jumpTimestamps(byMs: number, path?: string, kind?: TrackKind): void;
  /** Destroys every connection, without a word. */
  dropConnections(): void;
  /** Stops listening (connections are refused) for `ms`, or until `acceptConnections`. Open connections stay. */
  refuseConnections(ms?: number): Promise<void>;
  acceptConnections(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Sender reports are this far apart, ms. */
const REPORT_INTERVAL_MS = 5000;
/** Ticks are at least this far apart, ms, so that many mounts share one. */
const MIN_TICK_MS = 4;
/** How often sessions are checked for their timeout and the freeze fault. */
const UPKEEP_MS = 200;

/** Opens the camera. @throws the listen error (port taken) or Error when two mounts share a path. */
export async function openFakeCamera(options: FakeCameraOptions): Promise<FakeCamera> {
  const connections = new Set<CameraConnection>();
  const datagrams = await FakeDatagrams.open(options.host ?? '127.0.0.1', (bytes, port) => {
    for (const connection of connections) connection.onDatagram(bytes, port);
  });
  try {
    const camera = new InProcessCamera(options, connections, datagrams);
    await camera.acceptConnections();
    return camera;
  } catch (error) {
    // Nobody else has them to close, and open ports keep the process alive.
    datagrams.close();
    throw error;
  }
}

class InProcessCamera implements FakeCamera, ConnectionContext {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly serverName: string;
  readonly counters: CameraCounters = {
    connections: 0,
    sessionsOpened: 0,
    sessionsClosed: 0,
    sessionsTimedOut: 0,
    teardowns: 0,
    receiverReports: 0,
    goodbyes: 0,
    keyframeRequests: 0,
    wrongLogins: 0,
    malformedRequests: 0,
    slowClients: 0,
    requests: {},
  };
  readonly #mounts = new Map<string, CameraMount>();
  readonly #connections: Set<CameraConnection>;
  readonly datagrams: FakeDatagrams;
  readonly host: string;
  readonly #tls: FakeCameraOptions['tls'];
  readonly #tunnels: FakeTunnels | undefined;
  /** Every connection, spoken to or not. */
  readonly #sockets = new Set<Socket>();
  #port: number;
  #server: Server | undefined;
  #faults: FakeFaults;
  #tick: Timer | undefined;
  #tickDueMs = Infinity;
  #report: Timer | undefined;
  #upkeep: Timer | undefined;
  #resume: Timer | undefined;
  #closed = false;

  constructor(options: FakeCameraOptions, connections: Set<CameraConnection>, datagrams: FakeDatagrams) {
    this.#connections = connections;
    this.datagrams = datagrams;
    this.#tls = options.tls;
    if (options.tunnel !== undefined) {
      this.#tunnels = new FakeTunnels({ ...options.tunnel, onOpen: (stream) => this.#onClient(stream) });
    }
    this.clock = options.clock ?? systemClock;
    this.random = new SeededRandom(options.seed ?? 1);
    this.serverName = options.serverName ?? 'FakeCamera/1.0';
    this.host = options.host ?? '127.0.0.1';
    this.#port = options.port ?? 0;
    this.#faults = { ...NO_FAULTS, ...options.faults };
    for (const mount of options.mounts) {
      if (this.#mounts.has(mount.path)) throw new Error(`two mounts at ${mount.path}`);
      this.#mounts.set(mount.path, new CameraMount(mount, this.#faults));
    }
  }

  get port(): number {
    return this.#port;
  }

  get tunnelCounters(): Readonly<TunnelCounters> | undefined {
    return this.#tunnels?.counters;
  }

  get clients(): number {
    return this.#connections.size;
  }

  playing(path?: string): number {
    let count = 0;
    for (const { playout, mount } of this.#connections) {
      if (playout?.playing === true && (path === undefined || mount?.path === path)) count++;
    }
    return count;
  }

  url(path?: string): string {
    const first = this.#mounts.keys().next();
    return `${this.#tls === undefined ? 'rtsp' : 'rtsps'}://${this.host}:${this.#port}${path ?? (first.done ? '/' : first.value)}`;
  }

  setFault(change: Partial<FakeFaults>, path?: string): void {
    if (path === undefined) this.#faults = { ...this.#faults, ...change };
    for (const mount of this.#select(path)) mount.faults = { ...mount.faults, ...change };
    for (const connection of this.#connections) connection.applyFaults();
  }

  clearFaults(): void {
    this.setFault(NO_FAULTS);
  }

  switchClip(clip: Clip, path?: string): void {
    for (const mount of this.#select(path)) mount.player.switchClip(clip);
  }

  jumpTimestamps(byMs: number, path?: string, kind?: TrackKind): void {
    for (const { playout, mount } of this.#connections) {
      if (path === undefined || mount?.path === path) playout?.jumpTimestamps(byMs, kind);
    }
  }

  dropConnections(): void {
    for (const connection of this.#connections) connection.socket.destroy();
    for (const socket of this.#sockets) socket.destroy();
  }

  async refuseConnections(ms?: number): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#resume?.cancel();
    if (ms !== undefined) {
      this.#resume = this.clock.setTimer(ms, () => {
        this.acceptConnections().catch(() => this.close());
      });
    }
    // `close` calls back only when the open connections are gone, but it stops listening at once.
    server?.close();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  async acceptConnections(): Promise<void> {
    this.#resume?.cancel();
    if (this.#server !== undefined || this.#closed) return;
    const onSocket = (socket: Socket) => {
      socket.setNoDelay(true);
      if (this.#tunnels === undefined) this.#onClient(socket);
      else this.#tunnels.accept(socket);
    };
    const server = this.#tls === undefined ? createServer(onSocket) : createTlsServer(this.#tls, onSocket);
    server.on('tlsClientError', () => {});
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, this.host, () => resolve());
    });
    const address: string | AddressInfo | null = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of [this.#tick, this.#report, this.#upkeep, this.#resume]) timer?.cancel();
    const server = this.#server;
    this.#server = undefined;
    this.dropConnections();
    this.datagrams.close();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The mount a request URI means, and which of its URLs it is. */
  findMount(uri: string): { readonly mount: CameraMount; readonly place: Place } | undefined {
    const path = uri.replace(/^rtsps?:\/\/[^/]*/i, '');
    for (const mount of this.#mounts.values()) {
      const place = mount.placeOf(path);
      if (place !== undefined) return { mount, place };
    }
    return undefined;
  }

  cameraFaults(): FakeFaults {
    return this.#faults;
  }

  mountJoined(): void {
    this.#report ??= this.clock.setRepeating(REPORT_INTERVAL_MS, () => this.#sendReports());
    this.#schedule();
  }

  mountLeft(mount: CameraMount): void {
    for (const one of this.#connections) {
      if (one.mount === mount && one.playout?.playing === true) return;
    }
    mount.player.stop();
  }

  #onClient(stream: Duplex): void {
    const connection = new CameraConnection(stream, this);
    this.#connections.add(connection);
    this.counters.connections++;
    this.#upkeep ??= this.clock.setRepeating(UPKEEP_MS, () => this.#keepUp());
    stream.on('close', () => this.#connections.delete(connection));
    connection.applyFaults();
  }

  #select(path: string | undefined): CameraMount[] {
    return [...this.#mounts.values()].filter((mount) => path === undefined || mount.path === path);
  }

  #keepUp(): void {
    for (const connection of this.#connections) connection.applyFaults();
    if (this.#connections.size > 0) return;
    this.#upkeep?.cancel();
    this.#report?.cancel();
    this.#upkeep = this.#report = undefined;
  }

  #sendReports(): void {
    for (const { playout, mount } of this.#connections) {
      if (mount !== undefined && !mount.faults.frozen) {
        playout?.sendReports(this.clock.monotonic(), this.clock.now(), mount.faults);
      }
    }
  }

  /** Sets the one timer to the earliest thing due, at least MIN_TICK_MS from now. */
  #schedule(): void {
    let dueMs = Infinity;
    for (const mount of this.#mounts.values()) dueMs = Math.min(dueMs, mount.player.dueMs);
    if (this.#closed || dueMs === Infinity || (this.#tick !== undefined && this.#tickDueMs <= dueMs)) return;
    this.#tick?.cancel();
    const delayMs = Math.max(MIN_TICK_MS, Math.ceil(dueMs - this.clock.monotonic()));
    this.#tickDueMs = this.clock.monotonic() + delayMs;
    this.#tick = this.clock.setTimer(delayMs, () => {
      this.#tick = undefined;
      this.#play();
      this.#schedule();
    });
  }

  #play(): void {
    const nowMs = this.clock.monotonic();
    const wallMs = this.clock.now();
    const byMount = new Map<CameraMount, CameraConnection[]>();
    for (const connection of this.#connections) {
      const { mount } = connection;
      if (mount === undefined || mount.player.dueMs > nowMs) continue;
      const list = byMount.get(mount);
      if (list === undefined) byMount.set(mount, [connection]);
      else list.push(connection);
    }
    for (const mount of this.#mounts.values()) {
      if (mount.player.dueMs > nowMs) continue;
      const connections = mount.faults.frozen ? [] : (byMount.get(mount) ?? []);
      for (const { socket } of connections) socket.cork();
      mount.player.advance(nowMs, wallMs, mount.faults, (unit) => {
        for (const { playout, socket } of connections) {
          if (playout === undefined || playout.send(unit, mount.faults)) continue;
          this.counters.slowClients++;
          socket.destroy();
        }
      });
      for (const { socket } of connections) socket.uncork();
    }
  }
}
