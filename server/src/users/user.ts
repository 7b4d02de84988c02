/** An account: somebody who may sign in. */
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
