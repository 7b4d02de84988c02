/** An entry of the audit trail as it is stored, and what it can be looked for by. */
import type { ActorKind, AuditQuery } from '@pantau/contract/audit';
import { AppError } from '@pantau/base/errors';
import { foldName } from '../fields.ts';
import { storableText } from '../storable-text.ts';

export interface StoredAuditEntry {
  readonly id: number;
  /** UTC ms. */
  readonly atMs: number;
  /** One of `AUDIT_EVENT_TYPES`, or of a newer version. */
  readonly type: string;
  readonly actorKind: ActorKind;
  readonly actorId: number | null;
  readonly actorName: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly endpoint: string | null;
  readonly targetKind: string | null;
  readonly targetId: string | null;
  readonly targetName: string | null;
  /** JSON object. */
  readonly details: string;
}

/** What is combined by "and"; undefined and empty lists exclude nothing. */
export interface AuditFilter {
  readonly types: readonly string[];
  /** `foldName` of an account or key. */
  readonly actor: string | undefined;
  readonly ip: string | undefined;
  readonly targetKind: string | undefined;
  readonly targetId: string | undefined;
  /** From this moment, UTC ms. */
  readonly fromMs: number | undefined;
  /** Before this moment, UTC ms. */
  readonly toMs: number | undefined;
  /** Each must be somewhere in the entry; folded. */
  readonly words: readonly string[];
  /** Only entries older than this one. */
  readonly beforeId: number | undefined;
  readonly limit: number;
}

const DEFAULT_LIMIT = 50;
/** The largest id that the column can hold. */
const MAX_ID = 2_147_483_647;

/** @throws AppError REQUEST_INVALID for a date that does not exist. */
export function parseAuditQuery(query: AuditQuery): AuditFilter {
  return {
    types: (query.type ?? '')
      .split(',')
      .map((type) => storableText(type.trim()))
      .filter((type) => type !== ''),
    actor: query.actor === undefined ? undefined : foldName(storableText(query.actor)),
    ip: query.ip === undefined ? undefined : storableText(query.ip.trim()),
    targetKind: query.target_kind === undefined ? undefined : storableText(query.target_kind),
    targetId: query.target_id === undefined ? undefined : storableText(query.target_id),
    fromMs: parseTime('from', query.from),
    toMs: parseTime('to', query.to),
    words: foldText(storableText(query.q ?? ''))
      .split(/\s+/)
      .filter((word) => word !== ''),
    beforeId: query.before === undefined ? undefined : Math.min(query.before, MAX_ID),
    limit: query.limit ?? DEFAULT_LIMIT,
  };
}

/** Without regard to case in every script, and to how accents are composed. */
function foldText(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Whether each word is somewhere in the texts that a search looks at. Databases fold letters differently, so this decides. */
export function containsWords(entry: StoredAuditEntry, words: readonly string[]): boolean {
  const texts = [entry.actorName, entry.targetName, entry.ip, entry.endpoint, entry.details]
    .filter((text) => text !== null)
    .map(foldText);
  return words.every((word) => texts.some((text) => text.includes(word)));
}

function parseTime(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new AppError('invalid', 'REQUEST_INVALID', `${field} is not a date that exists`);
  return ms;
}
