/**
 * Sign-in sessions: begun by a sign-in, looked up at each request, ended by sign-out, revocation, age or silence.
 * Nothing is cached: what the table says is what holds. Only the time of the last use is kept in memory and written
 * every half minute, so that reading does not mean writing.
 */
import type { Clock, Timer } from '@pantau/base/clock';
import { AppError, messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { AccountPrincipal } from '../access/principal.ts';
import type { Actor } from '../audit/actor.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { restrictionOf } from '../auth/restriction.ts';
import type { SecurityRules } from '../settings/security-settings.ts';
import type { SessionStore, SessionWithAccount } from './session-store.ts';
import {
  ABSOLUTE_MS,
  createSessionId,
  createSessionToken,
  hashToken,
  IDLE_MS,
  isOver,
  REMEMBERED_MS,
  type Session,
} from './session.ts';

const FLUSH_MS = 30_000;
const PRUNE_MS = 60 * 60_000;
/** Sessions of one account; the one used longest ago makes room. */
const MAX_PER_ACCOUNT = 50;
/** Uses that wait to be written; more are written with the next request of that session. */
const MAX_PENDING_USES = 10_000;

export interface SessionServiceOptions {
  readonly store: SessionStore;
  readonly readRules: () => SecurityRules;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface NewSession {
  readonly userId: number;
  readonly username: string;
  /** Of the account, when the person was proven. */
  readonly passwordChangedAtMs: number;
  readonly remember: boolean;
  readonly address: string | null;
  readonly userAgent: string | null;
}

export class SessionService {
  readonly #options: SessionServiceOptions;
  readonly #uses = new Map<string, { readonly atMs: number; readonly address: string | null }>();
  readonly #timers: Timer[] = [];
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: SessionServiceOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock } = this.#options;
    this.#timers.push(
      clock.setRepeating(FLUSH_MS, () => void this.flush(), { unref: true }),
      clock.setRepeating(PRUNE_MS, () => void this.#prune(), { unref: true }),
    );
  }

  /** Writes the last uses. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) timer.cancel();
    await this.flush();
  }

  /**
   * @returns the session and the value of its cookie, which is nowhere else.
   * @throws AppError LOGIN_EXPIRED when the account changed since the person was proven.
   */
  async open(
    wanted: NewSession,
    actor: Actor,
  ): Promise<{ readonly session: Session; readonly token: string }> {
    const { clock, store } = this.#options;
    const nowMs = clock.now();
    const token = createSessionToken();
    const session: Session = {
      id: createSessionId(),
      userId: wanted.userId,
      remembered: wanted.remember,
      address: wanted.address,
      userAgent: wanted.userAgent,
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
      expiresAtMs: nowMs + (wanted.remember ? REMEMBERED_MS : ABSOLUTE_MS),
      confirmedAtMs: nowMs,
    };
    const event: AuditEvent = {
      type: 'SESSION_CREATED',
      actor,
      target: { kind: 'user', id: wanted.userId, name: wanted.username },
      details: { session: session.id, remembered: session.remembered },
    };
    const { passwordChangedAtMs } = wanted;
    if (!(await store.create(session, hashToken(token), passwordChangedAtMs, MAX_PER_ACCOUNT, event)))
      throw loginExpired();
    return { session, token };
  }

  /**
   * Who a cookie stands for; undefined for nobody.
   * @param use whether this counts as use of the session, and by which address.
   */
  async findPrincipal(
    token: string,
    use: { readonly address: string | null } | undefined,
  ): Promise<AccountPrincipal | undefined> {
    const found = await this.#options.store.findByTokenHash(hashToken(token));
    const principal = found && this.#toPrincipal(found);
    if (found !== undefined && principal !== undefined && use !== undefined) {
      this.#noteUse(found.session, use.address);
    }
    return principal;
  }

  /** Who a session stands for, by its public id; does not count as use. */
  async findPrincipalById(id: string): Promise<AccountPrincipal | undefined> {
    const found = await this.#options.store.findById(id);
    return found && this.#toPrincipal(found);
  }

  /** A new cookie for the same session: after a change of what the person proves themselves with. @throws AppError SESSION_NOT_FOUND */
  async rotate(id: string): Promise<{ readonly token: string; readonly remembered: boolean }> {
    const token = createSessionToken();
    const remembered = await this.#options.store.setTokenHash(id, hashToken(token));
    if (remembered === undefined) throw gone();
    return { token, remembered };
  }

  /** The person has just proved themselves again. */
  async confirm(id: string, actor: Actor): Promise<void> {
    const { store, clock } = this.#options;
    await store.setConfirmed(id, clock.now(), { type: 'AUTH_CONFIRMED', actor, details: { session: id } });
  }

  /** Sessions of an account that are alive, the one used last first. */
  async list(userId: number): Promise<readonly Session[]> {
    const nowMs = this.#options.clock.now();
    const all = await this.#options.store.list(userId);
    return all
      .map((session) => ({ ...session, lastUsedAtMs: this.#lastUseOf(session) }))
      .filter((session) => !isOver(session, session.lastUsedAtMs, nowMs))
      .sort((a, b) => b.lastUsedAtMs - a.lastUsedAtMs);
  }

  /** @throws AppError SESSION_NOT_FOUND, also for somebody else's. */
  async end(userId: number, id: string, reason: 'sign-out' | 'revoked', actor: Actor): Promise<void> {
    const ended = await this.#options.store.end(
      userId,
      id,
      invalidated(userId, actor, { reason, session: id }),
    );
    this.#uses.delete(id);
    if (!ended) throw gone();
  }

  /** Ends all sessions of an account, except one. @returns how many. */
  async endAll(userId: number, exceptId: string | undefined, actor: Actor): Promise<number> {
    return this.#options.store.endAll(userId, exceptId, (count) =>
      invalidated(userId, actor, { reason: 'revoked', count }),
    );
  }

  /** Writes the last uses now. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  async #write(): Promise<void> {
    if (this.#uses.size === 0) return;
    const uses = [...this.#uses].map(([id, use]) => ({ id, ...use }));
    try {
      await this.#options.store.noteUse(uses);
      for (const { id, atMs } of uses) if (this.#uses.get(id)?.atMs === atMs) this.#uses.delete(id);
    } catch (error) {
      // They stay and are written the next time; a session is then at worst taken for silent too early after a restart.
      this.#options.logger.warn({ reason: messageOf(error) }, 'Last uses of sessions could not be written');
    }
  }

  async #prune(): Promise<void> {
    const { store, clock, logger } = this.#options;
    try {
      await this.flush();
      await store.prune(clock.now(), clock.now() - IDLE_MS);
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, 'Old sessions could not be removed');
    }
  }

  #noteUse(session: Session, address: string | null): void {
    if (this.#uses.size >= MAX_PENDING_USES && !this.#uses.has(session.id)) return;
    this.#uses.set(session.id, { atMs: this.#options.clock.now(), address });
  }

  #lastUseOf(session: Session): number {
    return Math.max(session.lastUsedAtMs, this.#uses.get(session.id)?.atMs ?? 0);
  }

  #toPrincipal({ session, account }: SessionWithAccount): AccountPrincipal | undefined {
    const { clock, readRules } = this.#options;
    if (!account.enabled || isOver(session, this.#lastUseOf(session), clock.now())) return undefined;
    return {
      kind: 'account',
      userId: session.userId,
      username: account.username,
      role: account.role,
      areaIds: account.areaIds,
      sessionId: session.id,
      confirmedAtMs: session.confirmedAtMs,
      restriction: restrictionOf(account, readRules(), clock.now()),
    };
  }
}

function invalidated(userId: number, actor: Actor, details: NonNullable<AuditEvent['details']>): AuditEvent {
  return { type: 'SESSION_INVALIDATED', actor, target: { kind: 'user', id: userId, name: null }, details };
}

/** What was proven is not so any more. */
export function loginExpired(): AppError {
  return new AppError('unauthenticated', 'LOGIN_EXPIRED', 'Please sign in again from the beginning.');
}

function gone(): AppError {
  return new AppError('not-found', 'SESSION_NOT_FOUND', 'There is no such session.');
}
