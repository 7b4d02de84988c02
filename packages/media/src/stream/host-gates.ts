/** All gates of an engine, and what is shared between them: the pace of attempts and the logins. */
import type { Clock } from '@pantau/base/clock';
import type { SourceDefinition } from '../source-definition.ts';
import { AttemptPacer } from './attempt-pacer.ts';
import { deviceOf } from './device-address.ts';
import type { EngineLimits } from './engine-limits.ts';
import { HostGate, type CheckAlive, type GateVisitor, type Pass } from './host-gate.ts';
import { LoginLedger } from './login-ledger.ts';

export interface HostGatesOptions {
  readonly clock: Clock;
  readonly limits: Pick<
    EngineLimits,
    'maxOpeningPerHost' | 'hostSpacingMs' | 'attemptsPerSecond' | 'aliveCheckMs'
  >;
  /** Default: nobody looks; only attempts tell whether something answers. */
  readonly checkAlive?: CheckAlive | undefined;
  readonly random?: (() => number) | undefined;
}

/** Why a source has to wait that has nothing to wait for itself. */
export type Hold = 'host' | 'login' | 'busy';

export class HostGates {
  readonly #options: HostGatesOptions;
  readonly #attempts: AttemptPacer;
  readonly #checks: AttemptPacer;
  readonly #ledger = new LoginLedger();
  /** By host, then port. */
  readonly #gates = new Map<string, Map<number, HostGate>>();

  constructor(options: HostGatesOptions) {
    this.#options = options;
    this.#attempts = new AttemptPacer(options.limits.attemptsPerSecond);
    this.#checks = new AttemptPacer(options.limits.attemptsPerSecond);
  }

  /** Hosts and logins that something is known of: for tests of what is left behind. */
  get size(): number {
    return this.#gates.size + this.#ledger.size;
  }

  /** A source begins to exist. Call `leave` when it is no more. */
  visit(source: SourceDefinition, visitor: Omit<GateVisitor, 'login'>): HostVisit {
    const { host, port } = deviceOf(source.url);
    const login = this.#ledger.join(host, source);
    const gate = this.#gateOf(host, port);
    const known: GateVisitor = {
      login,
      wake: () => visitor.wake(),
      onSignOfLife: () => visitor.onSignOfLife(),
    };
    gate.visitors.add(known);
    return new HostVisit(this.#options.clock, gate, this.#ledger, known, {
      onLive: () => this.#spreadLife(host, known),
      onLeave: () => this.#leave(gate, known),
    });
  }

  /** The device was heard of, by whatever means: its sources do not wait as long as they would. */
  noteSignOfLife(host: string): void {
    this.#spreadLife(host.toLowerCase().replace(/^\[|\]$/g, ''), undefined);
  }

  #spreadLife(host: string, from: GateVisitor | undefined): void {
    for (const gate of this.#gates.get(host)?.values() ?? []) {
      gate.revive();
      for (const visitor of gate.visitors) if (visitor !== from) visitor.onSignOfLife();
    }
  }

  #gateOf(host: string, port: number): HostGate {
    const ports = this.#gates.get(host) ?? new Map<number, HostGate>();
    this.#gates.set(host, ports);
    const existing = ports.get(port);
    if (existing !== undefined) return existing;
    const { clock, limits, checkAlive, random } = this.#options;
    const gate = new HostGate({
      host,
      port,
      clock,
      limits,
      attempts: this.#attempts,
      checks: this.#checks,
      ledger: this.#ledger,
      checkAlive,
      onAnswer: () => {
        for (const each of ports.values()) each.callNext();
      },
      onLoginWorks: (login) => {
        for (const each of ports.values())
          for (const visitor of each.visitors) if (visitor.login === login) visitor.wake();
      },
      random,
    });
    ports.set(port, gate);
    return gate;
  }

  #leave(gate: HostGate, visitor: GateVisitor): void {
    gate.leaveQueue(visitor);
    if (!gate.visitors.delete(visitor)) return;
    this.#ledger.leave(visitor.login);
    if (gate.visitors.size > 0) return;
    gate.close();
    const ports = this.#gates.get(gate.host);
    ports?.delete(gate.port);
    if (ports?.size === 0) this.#gates.delete(gate.host);
  }
}

/** One source at its gate. */
export class HostVisit {
  readonly #clock: Clock;
  readonly #gate: HostGate;
  readonly #ledger: LoginLedger;
  readonly #visitor: GateVisitor;
  readonly #hooks: { onLive(): void; onLeave(): void };

  constructor(
    clock: Clock,
    gate: HostGate,
    ledger: LoginLedger,
    visitor: GateVisitor,
    hooks: { onLive(): void; onLeave(): void },
  ) {
    this.#clock = clock;
    this.#gate = gate;
    this.#ledger = ledger;
    this.#visitor = visitor;
    this.#hooks = hooks;
  }

  /** Ms that the source has to wait for its host or login, and for which; undefined when for neither. */
  get hold(): { readonly waitMs: number; readonly why: Hold } | undefined {
    const nowMs = this.#clock.monotonic();
    const loginMs = this.#ledger.waitMs(this.#visitor.login, nowMs);
    const hostMs = this.#gate.waitMs(nowMs);
    if (loginMs > 0 && loginMs !== Number.POSITIVE_INFINITY && loginMs >= hostMs)
      return { waitMs: loginMs, why: this.#ledger.isBlocked(this.#visitor.login, nowMs) ? 'login' : 'busy' };
    return hostMs > 0 ? { waitMs: hostMs, why: 'host' } : undefined;
  }

  /** Nothing has answered there for half an hour. */
  get isParked(): boolean {
    return this.#gate.isParked(this.#clock.monotonic());
  }

  /** See `HostGate`. */
  enter(): Pass | undefined {
    return this.#gate.enter(this.#visitor);
  }

  leaveQueue(): void {
    this.#gate.leaveQueue(this.#visitor);
  }

  wish(): boolean {
    return this.#gate.wish();
  }

  closed(): void {
    this.#gate.closed(this.#visitor);
  }

  /** Pictures come: the other sources of the device are called. */
  live(): void {
    this.#hooks.onLive();
  }

  leave(): void {
    this.#hooks.onLeave();
  }
}
