/** Why something about an account is refused. */
import { AppError } from '@pantau/base/errors';
import type { Actor } from '../audit/actor.ts';
import type { UserState } from './user-store.ts';

/** @throws AppError OWN_ACCOUNT when `actor` is the account itself. */
export function refuseOwn(id: number, actor: Actor, message: string): void {
  if (actor.kind === 'account' && actor.id === id) throw new AppError('conflict', 'OWN_ACCOUNT', message);
}

/** Before an account is removed, disabled or demoted. @throws AppError LAST_ADMINISTRATOR */
export function refuseLastAdministrator({ user, otherAdministrators }: UserState): void {
  if (user.role !== 'administrator' || !user.enabled || otherAdministrators > 0) return;
  throw new AppError(
    'conflict',
    'LAST_ADMINISTRATOR',
    `"${user.username}" is the last administrator who can sign in.`,
  );
}

export function wrongPassword(): AppError {
  const message = 'The current password is wrong.';
  return new AppError('invalid', 'PASSWORD_REFUSED', message, {
    details: { errors: [{ field: 'current_password', code: 'WRONG', message }] },
  });
}

export function userNotFound(idOrName: string): AppError {
  return new AppError('not-found', 'USER_NOT_FOUND', `There is no account "${idOrName}".`);
}

export function userExists(username: string): AppError {
  return new AppError('conflict', 'USER_EXISTS', `An account named "${username}" exists already.`);
}
