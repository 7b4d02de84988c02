/** A principal as the audit trail remembers it: who, from where, by which endpoint. */
import type { ActorKind } from '@pantau/contract/audit';

export interface Actor {
  readonly kind: ActorKind;
  /** Of the account or key. */
  readonly id: number | null;
  readonly name: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  /** Method and route, such as `PUT /api/cameras/:id`; a command for the console. */
  readonly endpoint: string | null;
}

/** The server itself: retention, expiry. */
export const SYSTEM_ACTOR: Actor = {
  kind: 'system',
  id: null,
  name: null,
  address: null,
  userAgent: null,
  endpoint: null,
};

/** Somebody at the console of the machine. @param command such as `camera add`. */
export function consoleActor(command: string): Actor {
  return { ...SYSTEM_ACTOR, kind: 'console', endpoint: command };
}

/** Whoever could not be recognised. */
export function strangerActor(caller: {
  readonly address: string;
  readonly endpoint: string;
  readonly headers: { readonly 'user-agent'?: string | undefined };
}): Actor {
  return {
    kind: 'anonymous',
    id: null,
    name: null,
    address: caller.address,
    userAgent: caller.headers['user-agent'] ?? null,
    endpoint: caller.endpoint,
  };
}
