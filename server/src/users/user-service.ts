/** The rules about accounts. Who may call what is decided before, by the route. */
import { AppError } from '@pantau/base/errors';
import type { Actor } from '../audit/actor.ts';
import type { LoginAttempts } from '../auth/login-attempts.ts';
import { listProblems, type PasswordPolicy } from '../auth/password-policy.ts';
import type { PasswordHasher } from '../auth/password-hasher.ts';
import {
  describeCreated,
  describeDeleted,
  describeEndedSessions,
  describePasswordChange,
  describePasswordRefused,
  describeSecondFactorsReset,
  describeUpdated,
} from './user-events.ts';
import {
  refuseLastAdministrator,
  refuseOwn,
  userExists,
  userNotFound,
  wrongPassword,
} from './user-refusals.ts';
import type { NewUser, UserStore, UserUpdate } from './user-store.ts';
import {
  checkAreaIds,
  checkUsername,
  createWebauthnUserId,
  type ListedUser,
  type User,
  type UserChanges,
  type UserInput,
} from './user.ts';

export interface UserServiceOptions {
  readonly store: UserStore;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  /** What makes guessing a current password slow; absent at the console, where nobody gives their own. */
  readonly attempts?: Pick<LoginAttempts, 'runOwn'> | undefined;
}

export interface OwnPasswordChange {
  readonly userId: number;
  /** Stays signed in; all others of the account end. */
  readonly sessionId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** For passwords that somebody else gives. */
export interface GivenPasswordOptions {
  /** Whether the person must change it first thing. Default: true. */
  readonly mustChange?: boolean;
}

export class UserService {
  readonly #options: UserServiceOptions;

  constructor(options: UserServiceOptions) {
    this.#options = options;
  }

  get #store(): UserStore {
    return this.#options.store;
  }

  list(): Promise<readonly ListedUser[]> {
    return this.#store.list();
  }

  async find(id: number): Promise<User | undefined> {
    return (await this.#store.find(id))?.user;
  }

  /** @throws AppError USER_NOT_FOUND */
  async get(id: number): Promise<User> {
    return (await this.getListed(id)).user;
  }

  /** With the number of live sessions. @throws AppError USER_NOT_FOUND */
  async getListed(id: number): Promise<ListedUser> {
    const found = await this.#store.find(id);
    if (found === undefined) throw userNotFound(String(id));
    return found;
  }

  /** @throws AppError USER_NOT_FOUND */
  async getByName(username: string): Promise<User> {
    const found = await this.#store.findByName(username);
    if (found === undefined) throw userNotFound(username);
    return found.user;
  }

  /** All accounts, also disabled ones. */
  count(): Promise<number> {
    return this.#store.count();
  }

  /** Enabled administrators. */
  countAdministrators(): Promise<number> {
    return this.#store.countAdministrators();
  }

  /** Also a disabled account: the sign-in decides what that means, after it has taken its time. */
  async findForLogin(username: string): Promise<{ user: User; passwordHash: string } | undefined> {
    const found = await this.#store.findByName(username);
    // Asked for nobody, too: the time must not tell who exists.
    const passwordHash = await this.#store.findPasswordHash(found?.user.id ?? 0);
    return found === undefined || passwordHash === undefined ? undefined : { user: found.user, passwordHash };
  }

  recordLogin(userId: number, address: string | null): Promise<void> {
    return this.#store.recordLogin(userId, address);
  }

  /** @throws AppError USER_INVALID, USER_EXISTS, AREA_NOT_FOUND, PASSWORD_REFUSED, OVERLOADED */
  async create(input: UserInput, actor: Actor, options: GivenPasswordOptions = {}): Promise<User> {
    const username = checkUsername(input.username);
    const areaIds = checkAreaIds(input.role, input.areaIds ?? []);
    // The unique column decides; this spares an estimate and a hash.
    if ((await this.#store.findByName(username)) !== undefined) throw userExists(username);
    const user = await this.#prepare({ ...input, username, areaIds }, options.mustChange ?? true, actor);
    return this.#store.create(user, (created) => [describeCreated(created, actor)]);
  }

  /**
   * The first administrator, while there is no account at all. They chose the password themselves.
   * @throws AppError SETUP_DONE, USER_INVALID, PASSWORD_REFUSED, OVERLOADED
   */
  async createFirst(input: Pick<UserInput, 'username' | 'password'>, actor: Actor): Promise<User> {
    const username = checkUsername(input.username);
    if ((await this.#store.count()) > 0)
      throw new AppError('conflict', 'SETUP_DONE', 'There is an account already.');
    const first = { username, password: input.password, role: 'administrator', areaIds: [] } as const;
    const user = await this.#prepare(first, false, actor);
    return this.#store.createFirst(user, (created) => [
      describeCreated(created, actor),
      describeCreated(created, actor, 'SETUP_COMPLETED'),
    ]);
  }

  /**
   * A changed role or state ends the sessions of the account; granted areas count from the next request on.
   * @throws AppError USER_NOT_FOUND, USER_INVALID, USER_EXISTS, AREA_NOT_FOUND, OWN_ACCOUNT, LAST_ADMINISTRATOR
   */
  async update(id: number, changes: UserChanges, actor: Actor): Promise<User> {
    const username = changes.username === undefined ? undefined : checkUsername(changes.username);
    const { user } = await this.#store.update(id, (state) => {
      const before = state.user;
      const role = changes.role ?? before.role;
      // Whoever stops being a viewer loses the areas with it.
      const kept = role === 'viewer' ? before.areaIds : [];
      const after: User = {
        ...before,
        username: username ?? before.username,
        role,
        enabled: changes.enabled ?? before.enabled,
        areaIds: checkAreaIds(role, changes.areaIds ?? kept),
      };
      const event = describeUpdated(before, after, actor);
      if (event === undefined) return undefined;
      const losesRights = after.role !== before.role || !after.enabled;
      if (losesRights) refuseOwn(id, actor, 'Your own account cannot be disabled or get another role.');
      if (after.role !== 'administrator' || !after.enabled) refuseLastAdministrator(state);
      const endsSessions = after.role !== before.role || after.enabled !== before.enabled;
      return {
        username: after.username,
        role: after.role,
        enabled: after.enabled,
        areaIds: after.areaIds,
        events: [event],
        ...(endsSessions
          ? { endSessions: { event: describeEndedSessions(after, 'account changed', actor) } }
          : {}),
      };
    });
    return user;
  }

  /** One's own name. @throws AppError USER_INVALID, USER_EXISTS, USER_NOT_FOUND */
  rename(id: number, username: string, actor: Actor): Promise<User> {
    return this.update(id, { username }, actor);
  }

  /** @throws AppError USER_NOT_FOUND, OWN_ACCOUNT, LAST_ADMINISTRATOR */
  remove(id: number, actor: Actor): Promise<User> {
    return this.#store.remove(id, (state) => {
      refuseOwn(id, actor, 'Your own account cannot be deleted.');
      refuseLastAdministrator(state);
      return {
        events: [describeDeleted(state.user, actor)],
        endSessions: { event: describeEndedSessions(state.user, 'account deleted', actor) },
      };
    });
  }

  /**
   * Sets somebody else's password and ends their sessions.
   * @throws AppError USER_NOT_FOUND, OWN_ACCOUNT, PASSWORD_REFUSED, OVERLOADED
   */
  async resetPassword(
    id: number,
    password: string,
    actor: Actor,
    options: GivenPasswordOptions = {},
  ): Promise<User> {
    const current = await this.get(id);
    refuseOwn(id, actor, 'Your own password is changed with the current one.');
    const mustChange = options.mustChange ?? true;
    const hash = await this.#hashNew(current, password, actor);
    const { user } = await this.#store.update(id, (state) => ({
      password: { hash, mustChange },
      events: [describePasswordChange('PASSWORD_RESET', state.user, mustChange, actor)],
      endSessions: { event: describeEndedSessions(state.user, 'password reset', actor) },
    }));
    return user;
  }

  /**
   * Removes TOTP, passkeys and recovery codes of somebody who lost them, and ends their sessions.
   * @throws AppError USER_NOT_FOUND, OWN_ACCOUNT
   */
  async resetSecondFactors(id: number, actor: Actor): Promise<User> {
    const { user } = await this.#store.update(id, (state) => {
      refuseOwn(id, actor, 'Your own second factors are removed one by one, in your account.');
      return {
        removeSecondFactors: true,
        events: [describeSecondFactorsReset(state.user, actor)],
        endSessions: { event: describeEndedSessions(state.user, 'second factors reset', actor) },
      };
    });
    return user;
  }

  /**
   * One's own password. Other sessions of the account end; the one that asks should get a new cookie.
   * @throws AppError PASSWORD_REFUSED, with `current_password` as the field when that is wrong; LOGIN_THROTTLED, OVERLOADED
   */
  async changeOwnPassword(
    change: OwnPasswordChange,
    actor: Actor,
  ): Promise<{ readonly user: User; readonly endedSessions: number }> {
    const { userId, sessionId } = change;
    const current = await this.get(userId);
    const storedHash = await this.#store.findPasswordHash(userId);
    if (storedHash === undefined) throw userNotFound(String(userId));
    const { attempts, hasher } = this.#options;
    const judge = () => hasher.verify(storedHash, change.currentPassword);
    const account = { userId, username: current.username };
    const isRight = attempts === undefined ? await judge() : await attempts.runOwn(account, actor, judge);
    if (!isRight) throw wrongPassword();
    const hash = await this.#hashNew(current, change.newPassword, actor);
    return this.#store.update(userId, (state): UserUpdate => {
      // Reset meanwhile: what was proved is not the password any more.
      if (state.passwordHash !== storedHash) throw wrongPassword();
      return {
        password: { hash, mustChange: false },
        events: [describePasswordChange('PASSWORD_CHANGED', state.user, false, actor)],
        endSessions: {
          exceptSessionId: sessionId,
          event: describeEndedSessions(state.user, 'password changed', actor),
        },
      };
    });
  }

  async #prepare(
    input: UserInput & { readonly areaIds: readonly number[] },
    mustChange: boolean,
    actor: Actor,
  ): Promise<NewUser> {
    const { username, role, areaIds } = input;
    const passwordHash = await this.#hashNew({ id: null, username }, input.password, actor);
    return {
      username,
      passwordHash,
      role,
      areaIds,
      mustChangePassword: mustChange,
      webauthnUserId: createWebauthnUserId(),
    };
  }

  /** Applies the rules, writes down when they refuse, hashes. @throws AppError PASSWORD_REFUSED, OVERLOADED */
  async #hashNew(
    user: { readonly id: number | null; readonly username: string },
    password: string,
    actor: Actor,
  ): Promise<string> {
    const previousHashes = user.id === null ? [] : await this.#store.listPasswordHashes(user.id);
    try {
      await this.#options.policy.check({ password, username: user.username, previousHashes });
    } catch (error) {
      const problems = listProblems(error);
      if (problems !== undefined)
        await this.#store.recordEvent(describePasswordRefused(user, problems, actor));
      throw error;
    }
    return this.#options.hasher.hash(password);
  }
}
