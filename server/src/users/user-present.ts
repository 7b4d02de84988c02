/** What administrators, and the person themselves, see of an account: no hash, no secret of a second factor. */
import type { User as PublicUser } from '@pantau/contract/user';
import { isoTime, isoTimeOrNull } from '../iso-time.ts';
import type { User } from './user.ts';

/** @param sessions that are alive. */
export function presentUser(user: User, sessions: number): PublicUser {
  return {
    id: user.id,
    username: user.username,
    role: user.role,
    enabled: user.enabled,
    area_ids: [...user.areaIds],
    has_totp: user.hasTotp,
    passkeys: user.passkeys,
    must_change_password: user.mustChangePassword,
    created_at: isoTime(user.createdAtMs),
    password_changed_at: isoTime(user.passwordChangedAtMs),
    last_login_at: isoTimeOrNull(user.lastLoginAtMs),
    last_login_ip: user.lastLoginIp,
    sessions,
  };
}
