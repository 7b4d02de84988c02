/** Writes an entry of the audit trail inside a transaction, so that a change and its entry are committed together or not at all. */
import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { foldName } from '../fields.ts';
import type { AuditEvent } from './audit-event.ts';
import { storableText } from '../storable-text.ts';

/** Longest user agent and name that are kept. */
const MAX_TEXT = 300;
/** Longest JSON of details; what is longer keeps its field names only. */
const MAX_DETAILS = 8000;

/** @param nowMs UTC ms. */
export async function appendAuditEvent(
  transaction: Transaction<Schema>,
  event: AuditEvent,
  nowMs: number,
): Promise<void> {
  const { actor, target } = event;
  await transaction
    .insertInto('audit_events')
    .values({
      at: nowMs,
      type: event.type,
      actor_kind: actor.kind,
      actor_id: actor.id,
      actor_name: shorten(actor.name),
      actor_folded: actor.name === null ? null : shorten(foldName(actor.name)),
      ip: shorten(actor.address),
      user_agent: shorten(actor.userAgent),
      endpoint: shorten(actor.endpoint),
      target_kind: target?.kind ?? null,
      target_id: target?.id === null || target === undefined ? null : String(target.id),
      target_name: shorten(target?.name ?? null),
      details: formatDetails(event.details ?? {}),
    })
    .execute();
}

function shorten(text: string | null): string | null {
  return text === null ? null : storableText(text.slice(0, MAX_TEXT));
}

function formatDetails(details: NonNullable<AuditEvent['details']>): string {
  const json = JSON.stringify(details, (_field, value: unknown) =>
    typeof value === 'string' ? storableText(value) : value,
  );
  return json.length <= MAX_DETAILS ? json : JSON.stringify({ too_long: Object.keys(details) });
}
