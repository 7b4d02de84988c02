/** People and keys of a test: a cookie or key names them, and they can be changed or sent away at any moment. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Role } from '@pantau/contract/access';
import { AppError } from '@pantau/base/errors';
import {
  ANONYMOUS,
  type AccountPrincipal,
  type ApiKeyPrincipal,
  type Principal,
} from '../access/principal.ts';
import { subjectOf, type GrantHolder } from '../delivery/grant-holder.ts';
import type { GrantSubject } from '../delivery/ticket.ts';
import type { Caller, PrincipalResolver } from '../http/principal-resolver.ts';

export class FakeIdentities implements PrincipalResolver, GrantHolder {
  /** By the value of the cookie. */
  readonly sessions = new Map<string, AccountPrincipal>();
  /** By the value of `x-api-key`. */
  readonly keys = new Map<string, ApiKeyPrincipal>();
  /** How often each of the two was asked. */
  resolved = 0;
  lookedUp = 0;
  /** Whether the last `resolve` counted as use of the session. */
  wasUse: boolean | undefined;
  /** The database is away. */
  fails = false;
  /** Answers do not come. */
  hangs = false;

  /** Signs somebody in. @returns the headers that say so. */
  signIn(name: string, role: Role, areaIds: readonly number[] = []): Record<string, string> {
    const userId = this.sessions.size + 1;
    const sessionId = name.padEnd(22, '0').slice(0, 22);
    this.sessions.set(name, {
      kind: 'account',
      userId,
      username: name,
      role,
      areaIds: new Set(areaIds),
      sessionId,
      confirmedAtMs: 0,
      restriction: undefined,
    });
    return { cookie: `pantau=${name}` };
  }

  addKey(name: string, scopes: ApiKeyPrincipal['scopes']): Record<string, string> {
    this.keys.set(name, { kind: 'api-key', keyId: this.keys.size + 1, name, scopes });
    return { 'x-api-key': name };
  }

  change(name: string, change: Partial<AccountPrincipal>): void {
    const before = this.sessions.get(name);
    if (before === undefined) throw new Error(`${name} is not signed in`);
    this.sessions.set(name, { ...before, ...change });
  }

  hasCredentials(headers: IncomingHttpHeaders): boolean {
    return headers.cookie !== undefined || headers['x-api-key'] !== undefined;
  }

  async resolve({ headers }: Caller, use: boolean): Promise<Principal> {
    this.resolved++;
    this.wasUse = use;
    await this.#answer();
    const key = headers['x-api-key'];
    if (key !== undefined) {
      const principal = this.keys.get(String(key));
      if (principal === undefined) throw new AppError('unauthenticated', 'API_KEY_INVALID', 'No such key.');
      return principal;
    }
    return this.sessions.get(/pantau=([^;]*)/.exec(headers.cookie ?? '')?.[1] ?? '') ?? ANONYMOUS;
  }

  async findPrincipal(subject: GrantSubject): Promise<Principal | undefined> {
    this.lookedUp++;
    await this.#answer();
    return [...this.sessions.values(), ...this.keys.values()].find(
      (principal) => subjectOf(principal) === subject,
    );
  }

  async #answer(): Promise<void> {
    if (this.hangs) await new Promise<never>(() => {});
    await Promise.resolve();
    if (this.fails) throw new AppError('unavailable', 'DATABASE_UNAVAILABLE', 'away');
  }
}
