/** What a person sees of a sign-in session. */
import type { UserSession } from '@pantau/contract/user';
import type { Session } from './session.ts';

/** @param currentId the session that asks. */
export function presentSession(session: Session, currentId: string | undefined): UserSession {
  return {
    id: session.id,
    current: session.id === currentId,
    remembered: session.remembered,
    ip: session.address,
    user_agent: session.userAgent,
    created_at: new Date(session.createdAtMs).toISOString(),
    last_used_at: new Date(session.lastUsedAtMs).toISOString(),
    expires_at: new Date(session.expiresAtMs).toISOString(),
  };
}
