/** Who is behind a request for private media, or behind a grant: at most three seconds old, so that nobody watches on after signing out. */
import { createHash } from 'node:crypto';
import { AppError } from '@pantau/base/errors';
import type { Clock } from '@pantau/base/clock';
import { ANONYMOUS, type Principal } from '../access/principal.ts';
import type { Caller, PrincipalResolver } from '../http/principal-resolver.ts';
import type { GrantHolder } from './grant-holder.ts';
import { RecentAnswers } from './recent-answers.ts';
import type { GrantSubject } from './ticket.ts';

/** With the time a request may be parked and one part takes, well below the 10 s that are promised. */
const MAX_AGE_MS = 3000;
const MAX_ENTRIES = 10_000;

export interface ViewerRightsOptions {
  readonly principals: PrincipalResolver;
  readonly grants: GrantHolder;
  readonly clock: Clock;
}

export class ViewerRights {
  readonly #options: ViewerRightsOptions;
  readonly #callers: RecentAnswers<Principal>;
  readonly #subjects: RecentAnswers<Principal | undefined>;

  constructor(options: ViewerRightsOptions) {
    this.#options = options;
    const memory = { clock: options.clock, maxAgeMs: MAX_AGE_MS, maxEntries: MAX_ENTRIES };
    this.#callers = new RecentAnswers(memory);
    this.#subjects = new RecentAnswers(memory);
  }

  /** A key that is refused is nobody here: media of a private stream is then not found, like media that does not exist. @throws AppError when the database does not answer. */
  findCaller(caller: Caller): Promise<Principal> {
    const { principals } = this.#options;
    if (!principals.hasCredentials(caller.headers)) return Promise.resolve(ANONYMOUS);
    return this.#callers.get(hashCredentials(caller), async () => {
      try {
        return await principals.resolve(caller, true);
      } catch (error) {
        if (error instanceof AppError && error.code === 'API_KEY_INVALID') return ANONYMOUS;
        throw error;
      }
    });
  }

  /** Undefined when the session or key is gone. @throws AppError when the database does not answer. */
  findHolder(subject: GrantSubject): Promise<Principal | undefined> {
    return this.#subjects.get(subject, () => this.#options.grants.findPrincipal(subject));
  }
}

/** The credentials themselves are not kept in memory as keys of a map. */
function hashCredentials({ headers }: Caller): string {
  const { cookie = '', authorization = '' } = headers;
  const parts = [cookie, authorization, String(headers['x-api-key'] ?? '')];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
