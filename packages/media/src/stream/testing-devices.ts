/** Devices for tests of the breaker, on virtual time: each answers as a test says, and every knock is written down. */
import { silentLogger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { MediaError, type MediaErrorCode } from '../media-error.ts';
import type { OpenSource } from '../source.ts';
import { DEFAULT_LIMITS, type EngineLimits } from './engine-limits.ts';
import { HostGates } from './host-gates.ts';
import { SourceSupervisor } from './source-supervisor.ts';
import { SampleFeed, TestSource, VIDEO_ONLY } from './testing-source.ts';

/** `off`: no answer at all, a time-out after five seconds; `live`: pictures; else it fails with that code, at once. */
export type Behaviour = 'live' | 'off' | MediaErrorCode;

export interface Knock {
  /** Monotonic ms. */
  readonly atMs: number;
  readonly url: string;
  /** The device got as far as refusing the login. */
  refusedLogin: boolean;
}

const NO_ANSWER_MS = 5_000;

export class TestDevices {
  readonly clock = new VirtualClock();
  readonly knocks: Knock[] = [];
  /** TCP connections that looked whether something answers. */
  readonly checks: number[] = [];
  readonly gates: HostGates;
  readonly cameras: SourceSupervisor[] = [];
  readonly #limits: EngineLimits;
  readonly #playing = new Set<TestSource>();
  readonly #random: () => number;
  /** What the device behind a URL does now. */
  behave: (url: string, password: string) => Behaviour = () => 'live';
  /** Ms that a device takes to open a stream. */
  openingMs = 300;
  #opening = 0;
  mostOpening = 0;

  constructor(options: { readonly limits?: Partial<EngineLimits>; readonly random?: () => number } = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#random = options.random ?? (() => 0);
    this.gates = new HostGates({
      clock: this.clock,
      limits: this.#limits,
      random: this.#random,
      checkAlive: (host, port) => {
        this.checks.push(this.clock.monotonic());
        return Promise.resolve(this.behave(`rtsp://${host}:${port}/`, '') !== 'off');
      },
    });
  }

  add(url: string, password = 'right'): SourceSupervisor {
    const camera = new SourceSupervisor({
      source: { url, username: 'admin', password: new Secret(password) },
      openSource: this.#open,
      gates: this.gates,
      clock: this.clock,
      logger: silentLogger,
      limits: this.#limits,
      onEvent: () => undefined,
      onSourceGone: () => undefined,
      onState: () => undefined,
      random: this.#random,
    });
    this.cameras.push(camera);
    return camera;
  }

  get live(): number {
    return this.cameras.filter(({ current }) => current.state === 'live').length;
  }

  /** All that plays goes silent, as when the power is pulled. */
  pullPower(): void {
    this.behave = () => 'off';
    this.#playing.clear();
  }

  /** All that plays ends. */
  hangUp(): void {
    for (const source of this.#playing) source.fail('SOURCE_CLOSED');
    this.#playing.clear();
  }

  /** Lets `ms` pass, with a picture a second of all that plays. `watched` cameras have a viewer. */
  async pass(ms: number, watched: readonly SourceSupervisor[] = []): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      for (const camera of watched) camera.hurry();
      if (passed % 1000 === 0) for (const source of this.#playing) source.emit(...new SampleFeed().take(1));
      await this.clock.advance(Math.min(500, ms - passed));
    }
  }

  knocksBetween(fromMs: number, toMs: number): readonly Knock[] {
    return this.knocks.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  }

  async close(): Promise<void> {
    const stopped = Promise.all(this.cameras.map((camera) => camera.stop('stopped')));
    await this.clock.advance(this.#limits.closeTimeoutMs);
    await stopped;
    await this.clock.advance(0);
  }

  readonly #open: OpenSource = async (options) => {
    const { url, password } = options.source;
    const knock = { atMs: this.clock.monotonic(), url, refusedLogin: false };
    this.knocks.push(knock);
    this.#opening++;
    this.mostOpening = Math.max(this.mostOpening, this.#opening);
    try {
      const first = this.behave(url, password?.reveal() ?? '');
      await this.#take(first === 'off' ? NO_ANSWER_MS : this.openingMs);
      const behaviour = first === 'off' ? 'off' : this.behave(url, password?.reveal() ?? '');
      if (behaviour === 'off')
        throw new MediaError('SOURCE_TIMEOUT', 'no answer', { details: { systemCode: 'ETIMEDOUT' } });
      if (behaviour !== 'live') {
        knock.refusedLogin = behaviour === 'SOURCE_UNAUTHORIZED';
        throw new MediaError(behaviour, 'the test says so');
      }
    } finally {
      this.#opening--;
    }
    const source = new TestSource(options);
    this.#playing.add(source);
    source.ended.finally(() => this.#playing.delete(source)).catch(() => undefined);
    this.clock.setTimer(1, () =>
      source.emit({ type: 'config', config: VIDEO_ONLY }, ...new SampleFeed().take(1)),
    );
    return source;
  };

  #take(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(ms, resolve);
    });
  }
}
