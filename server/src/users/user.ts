/** An account: somebody who may sign in. */
import { randomBytes } from 'node:crypto';
import { AppError } from '@pantau/base/errors';
import type { Role } from '@pantau/contract/access';

export interface User {
  readonly id: number;
  readonly username: string;
  readonly role: Role;
  readonly enabled: boolean;
  /** The password was given by somebody else. */
  readonly mustChangePassword: boolean;
  readonly passwordChangedAtMs: number;
  /** What WebAuthn calls the user: random, base64url. */
  readonly webauthnUserId: string;
  readonly hasTotp: boolean;
  readonly passkeys: number;
  /** Areas whose private cameras a viewer may watch; ascending. */
  readonly areaIds: readonly number[];
  readonly lastLoginAtMs: number | null;
  readonly lastLoginIp: string | null;
  readonly createdAtMs: number;
}

/** An account as lists show it. */
export interface ListedUser {
  readonly user: User;
  /** Sign-in sessions that have not reached their absolute end. */
  readonly sessions: number;
}

/** What somebody says about a new account. */
export interface UserInput {
  readonly username: string;
  readonly password: string;
  readonly role: Role;
  readonly areaIds?: readonly number[];
}

/** What may change of an account, other than its password; what is left out stays. */
export interface UserChanges {
  readonly username?: string;
  readonly role?: Role;
  readonly enabled?: boolean;
  readonly areaIds?: readonly number[];
}

/** ASCII, so that no two names look the same; spaces around it are a slip of the keyboard. @throws AppError USER_INVALID */
export function checkUsername(username: string): string {
  const name = username.trim();
  if (/^[A-Za-z0-9._-]{3,50}$/.test(name)) return name;
  throw invalidUser(
    'username',
    'INVALID',
    'A user name has 3 to 50 characters: letters, digits, ".", "_" and "-".',
  );
}

/** Ascending, each once. Only viewers need areas: the others see them all. @throws AppError USER_INVALID */
export function checkAreaIds(role: Role, areaIds: readonly number[]): readonly number[] {
  if (role !== 'viewer' && areaIds.length > 0)
    throw invalidUser('area_ids', 'NOT_A_VIEWER', 'Only viewers have areas; the other roles see them all.');
  return [...new Set(areaIds)].toSorted((a, b) => a - b);
}

/** 256 random bits, base64url: what WebAuthn calls the user must not tell who it is (WebAuthn Level 3, section 14.6.1). */
export function createWebauthnUserId(): string {
  return randomBytes(32).toString('base64url');
}

function invalidUser(field: string, code: string, message: string): AppError {
  return new AppError('invalid', 'USER_INVALID', message, {
    details: { errors: [{ field, code, message }] },
  });
}
