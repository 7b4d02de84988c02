/** What a person sees of a sign-in session. */
import type { UserSession } from '@pantau/contract/user';
import { isoTime } from '../iso-time.ts';
import type { Session } from './session.ts';

/** @param currentId the session that asks. */
export function presentSession(session: Session, currentId: string | undefined): UserSession {
  return {
    id: session.id,
    current: session.id === currentId,
    remembered: session.remembered,
    ip: session.address,
    user_agent: session.userAgent,
    created_at: isoTime(session.createdAtMs),
    last_used_at: isoTime(session.lastUsedAtMs),
    expires_at: isoTime(session.expiresAtMs),
  };
}
