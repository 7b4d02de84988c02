/** What the audit trail says about changes of accounts. Passwords and hashes never get here. */
import type { AuditEventType } from '@pantau/contract/audit';
import type { Actor } from '../audit/actor.ts';
import {
  listChanges,
  listRemoved,
  type AuditEvent,
  type AuditTarget,
  type AuditValue,
} from '../audit/audit-event.ts';
import type { User } from './user.ts';

export function describeCreated(
  user: User,
  actor: Actor,
  type: Extract<AuditEventType, 'USER_CREATED' | 'SETUP_COMPLETED'> = 'USER_CREATED',
): AuditEvent {
  return { type, actor, target: targetOf(user), details: { changes: listChanges({}, fieldsOf(user)) ?? {} } };
}

/** Undefined when the two do not differ. */
export function describeUpdated(before: User, after: User, actor: Actor): AuditEvent | undefined {
  const changes = listChanges(fieldsOf(before), fieldsOf(after));
  return changes === undefined
    ? undefined
    : { type: 'USER_UPDATED', actor, target: targetOf(before), details: { changes } };
}

export function describeDeleted(user: User, actor: Actor): AuditEvent {
  const changes = listRemoved(fieldsOf(user));
  return { type: 'USER_DELETED', actor, target: targetOf(user), details: { changes } };
}

export function describePasswordChange(
  type: Extract<AuditEventType, 'PASSWORD_CHANGED' | 'PASSWORD_RESET'>,
  user: User,
  mustChange: boolean,
  actor: Actor,
): AuditEvent {
  const before = { must_change_password: user.mustChangePassword };
  const changes = listChanges(before, { must_change_password: mustChange });
  return { type, actor, target: targetOf(user), details: changes === undefined ? {} : { changes } };
}

/** @param problems codes of the rules. */
export function describePasswordRefused(
  user: { readonly id: number | null; readonly username: string },
  problems: readonly string[],
  actor: Actor,
): AuditEvent {
  return {
    type: 'PASSWORD_VALIDATION_FAILED',
    actor,
    target: { kind: 'user', id: user.id, name: user.username },
    details: { problems: [...problems] },
  };
}

export function describeSecondFactorsReset(user: User, actor: Actor): AuditEvent {
  const changes = { totp: [user.hasTotp, false], passkeys: [user.passkeys, 0] };
  return { type: 'SECOND_FACTORS_RESET', actor, target: targetOf(user), details: { changes } };
}

export function describeEndedSessions(
  user: User,
  reason: string,
  actor: Actor,
): (count: number) => AuditEvent {
  return (count) => ({
    type: 'SESSION_INVALIDATED',
    actor,
    target: targetOf(user),
    details: { sessions: count, reason },
  });
}

function targetOf(user: User): AuditTarget {
  return { kind: 'user', id: user.id, name: user.username };
}

function fieldsOf(user: User): { readonly [field: string]: AuditValue } {
  return { username: user.username, role: user.role, enabled: user.enabled, area_ids: user.areaIds };
}
