/** Runs attempts to prove an identity under the throttle, and writes down those that fail. */
import type { Clock, Timer } from '@pantau/base/clock';
import { AppError, messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import { addressKey } from '../access/address-key.ts';
import type { Actor } from '../audit/actor.ts';
import type { SecurityEvents } from '../audit/security-events.ts';
import { foldName } from '../fields.ts';
import { ACCOUNT_RULE, ADDRESS_RULE, WINDOW_MS } from './login-throttle.ts';
import type { LoginThrottleStore, ThrottleKey } from './login-throttle-store.ts';

export interface Claimant {
  readonly actor: Actor;
  /** Who they say they are. */
  readonly name: string;
  /** Known when the password was right already and a second factor is being tried. */
  readonly userId?: number;
}

export interface LoginAttemptsOptions {
  readonly throttle: LoginThrottleStore;
  readonly events: SecurityEvents;
  readonly clock: Clock;
  readonly logger: Logger;
}

const PRUNE_MS = 60 * 60_000;

export class LoginAttempts {
  readonly #options: LoginAttemptsOptions;
  #pruning: Timer | undefined;

  constructor(options: LoginAttemptsOptions) {
    this.#options = options;
  }

  /** Begins to forget failures that mean nothing any more. */
  start(): void {
    const { clock } = this.#options;
    this.#pruning = clock.setRepeating(PRUNE_MS, () => void this.#prune(), { unref: true });
  }

  stop(): void {
    this.#pruning?.cancel();
  }

  /**
   * Success clears the first key and forgives the others one failure.
   * @throws AppError LOGIN_THROTTLED; what `judge` throws, and the attempt does not count.
   */
  async run(
    keys: readonly ThrottleKey[],
    claimant: Claimant,
    judge: () => Promise<boolean>,
  ): Promise<boolean> {
    const admission = await this.#options.throttle.admit(keys);
    if (!admission.admitted) {
      throw new AppError('throttled', 'LOGIN_THROTTLED', 'Too many failed attempts; please wait.', {
        details: { retryAfterS: admission.waitMs / 1000 },
      });
    }
    const [own = '', ...shared] = keys.map(({ key }) => key);
    const isRight = await judge().catch(async (error: unknown) => {
      await this.#options.throttle.succeed([], [own, ...shared]);
      throw error;
    });
    if (isRight) await this.#options.throttle.succeed([own], shared);
    else this.#report(claimant, admission.locked);
    return isRight;
  }

  /** The same for somebody who is signed in and gives their own password once more. */
  runOwn(
    account: { readonly userId: number; readonly username: string },
    actor: Actor,
    judge: () => Promise<boolean>,
  ): Promise<boolean> {
    const keys = [{ key: `confirm:${account.userId}`, rule: ACCOUNT_RULE }];
    return this.run(keys, { actor, name: account.username }, judge);
  }

  async #prune(): Promise<void> {
    const { throttle, clock, logger } = this.#options;
    try {
      await throttle.prune(clock.now() - Math.max(WINDOW_MS, ACCOUNT_RULE.lockMs, ADDRESS_RULE.lockMs));
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, 'Old failed sign-ins could not be removed');
    }
  }

  #report({ actor, name, userId }: Claimant, locked: readonly string[]): void {
    const target = { kind: 'user', id: userId ?? null, name: name.slice(0, 100) };
    const type = userId === undefined ? 'AUTH_FAILURE' : 'SECOND_FACTOR_FAILURE';
    this.#options.events.recordOften(
      { type, actor, target },
      `${addressKey(actor.address ?? '')} ${foldName(target.name)}`,
    );
    for (const key of locked) {
      const by = key.split(':', 1)[0] ?? '';
      this.#options.events.record({ type: 'ACCOUNT_LOCKOUT', actor, target, details: { by } });
    }
  }
}
