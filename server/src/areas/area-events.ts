/** What the audit trail says of changes to areas. */
import type { Actor } from '../audit/actor.ts';
import { listChanges, listRemoved, type AuditEvent, type AuditValue } from '../audit/audit-event.ts';
import type { Area } from './area.ts';

type Fields = Readonly<Record<string, AuditValue>>;

export function areaCreated(area: Area, actor: Actor): AuditEvent {
  return toEvent('AREA_CREATED', area, actor, listChanges({}, describe(area)));
}

export function areaDeleted(area: Area, actor: Actor): AuditEvent {
  return toEvent('AREA_DELETED', area, actor, listRemoved(describe(area)));
}

/** Undefined when nothing differs. */
export function areaUpdated(before: Area, after: Area, actor: Actor): AuditEvent | undefined {
  const changes = listChanges(describe(before), describe(after));
  return changes === undefined ? undefined : toEvent('AREA_UPDATED', after, actor, changes);
}

function toEvent(
  type: AuditEvent['type'],
  area: Area,
  actor: Actor,
  changes: Fields | undefined,
): AuditEvent {
  return {
    type,
    actor,
    target: { kind: 'area', id: area.id, name: area.name },
    details: { changes: changes ?? {} },
  };
}

function describe(area: Area): Fields {
  const { id: _id, sortOrder, ...fields } = area;
  return { ...fields, sort_order: sortOrder };
}
