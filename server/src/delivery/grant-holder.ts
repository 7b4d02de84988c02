/** Who a grant ticket or an open connection was admitted as, and who that is now. */
import type { Principal } from '../access/principal.ts';
import type { GrantSubject } from './ticket.ts';

export interface GrantHolder {
  /**
   * Who the session or key stands for at this moment, from the database: undefined once it is signed out, expired, revoked, or its
   * account disabled. Looking does not count as use of the session.
   */
  findPrincipal(subject: GrantSubject): Promise<Principal | undefined>;
}

/** What to look a principal up by later; undefined for anonymous. */
export function subjectOf(principal: Principal): GrantSubject | undefined {
  switch (principal.kind) {
    case 'anonymous':
      return undefined;
    case 'account':
      return `s${principal.sessionId}`;
    case 'api-key':
      return `k${principal.keyId}`;
  }
}
