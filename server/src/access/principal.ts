/** Who a request is made as. Decided once, at the start of a request; services get it handed in. */
import { ROLE_RIGHTS, type KeyScope, type Right, type Role } from '@pantau/contract/access';
import type { Restriction } from '@pantau/contract/auth';
import { AppError } from '@pantau/base/errors';

export interface AnonymousPrincipal {
  readonly kind: 'anonymous';
}

/** Somebody who is signed in. */
export interface AccountPrincipal {
  readonly kind: 'account';
  readonly userId: number;
  readonly username: string;
  readonly role: Role;
  /** Areas whose private cameras a viewer may watch. */
  readonly areaIds: ReadonlySet<number>;
  readonly sessionId: string;
  /** When the person last proved themselves, UTC ms. */
  readonly confirmedAtMs: number;
  readonly restriction: Restriction | undefined;
}

export interface ApiKeyPrincipal {
  readonly kind: 'api-key';
  readonly keyId: number;
  readonly name: string;
  readonly scopes: ReadonlySet<KeyScope>;
}

export type Principal = AnonymousPrincipal | AccountPrincipal | ApiKeyPrincipal;

export const ANONYMOUS: AnonymousPrincipal = { kind: 'anonymous' };

/** The signed-in account of a route that only accounts reach. @throws AppError UNAUTHENTICATED */
export function accountOf(principal: Principal): AccountPrincipal {
  if (principal.kind === 'account') return principal;
  throw new AppError('unauthenticated', 'UNAUTHENTICATED', 'Please sign in first.');
}

export function hasRight(principal: Principal, right: Right): boolean {
  switch (principal.kind) {
    case 'anonymous':
      return false;
    case 'account':
      return ROLE_RIGHTS[principal.role].includes(right);
    case 'api-key':
      return [...principal.scopes].some((scope) => scope === right);
  }
}

/** Whether a camera of this visibility and area may be watched. A restricted account first does what it must. */
export function mayWatch(
  principal: Principal,
  camera: { readonly visibility: 'public' | 'unlisted' | 'private'; readonly areaId: number | null },
): boolean {
  if (camera.visibility !== 'private') return true;
  if (principal.kind === 'account' && principal.restriction !== undefined) return false;
  if (hasRight(principal, 'streams:private')) return true;
  return principal.kind === 'account' && camera.areaId !== null && principal.areaIds.has(camera.areaId);
}
