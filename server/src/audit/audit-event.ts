/** What is written down, and in which words. Values of secrets never get here: what is secret is given as `SECRET`. */
import type { AuditEventType } from '@pantau/contract/audit';
import type { Actor } from './actor.ts';

export type AuditValue =
  | string
  | number
  | boolean
  | null
  | readonly AuditValue[]
  | { readonly [field: string]: AuditValue };

export interface AuditTarget {
  /** `camera`, `area`, `user`, `api-key`, `settings`, `session`, `passkey`, `cache`. */
  readonly kind: string;
  readonly id: string | number | null;
  readonly name: string | null;
}

export interface AuditEvent {
  readonly type: AuditEventType;
  readonly actor: Actor;
  readonly target?: AuditTarget;
  readonly details?: { readonly [field: string]: AuditValue };
}

/** Stands for a secret that was set, changed or removed. */
export const SECRET = '***';

/** What differs, field by field, as `[old, new]`; undefined when nothing does. Give secrets as `SECRET` or null on both sides beforehand. */
export function listChanges<T extends { readonly [field: string]: AuditValue }>(
  before: T,
  after: T,
): { readonly [field: string]: AuditValue } | undefined {
  const changes: Record<string, AuditValue> = {};
  for (const field of Object.keys(after)) {
    const [old = null, now = null] = [before[field], after[field]];
    if (JSON.stringify(old) !== JSON.stringify(now)) changes[field] = [old, now];
  }
  return Object.keys(changes).length === 0 ? undefined : changes;
}

/** The changes of something that is removed: every field that had a value, as `[old, null]`. */
export function listRemoved(fields: { readonly [field: string]: AuditValue }): {
  readonly [field: string]: AuditValue;
} {
  const nothing = Object.fromEntries(Object.keys(fields).map((field) => [field, null]));
  return listChanges(fields, nothing) ?? {};
}
