/** The text messages of `/mse/<key>`; binary messages are the init segment and fragments. */
import type { RenditionName } from './rendition-choice.ts';

export interface OfferedRendition {
  readonly name: RenditionName;
  readonly isAvailable: boolean;
  /** Undefined for one that was never seen. */
  readonly mime: string | undefined;
}

/** Anything else is ignored: a newer server may say more. */
export type MseMessage =
  | { readonly type: 'config'; readonly mime: string; readonly rendition: RenditionName }
  | { readonly type: 'renditions'; readonly renditions: readonly OfferedRendition[] }
  | { readonly type: 'switch-failed'; readonly rendition: RenditionName }
  | { readonly type: 'discontinuity' }
  | { readonly type: 'status'; readonly state: string; readonly reasonCode: string | undefined }
  | { readonly type: 'bye'; readonly reason: string };

export function parseMseMessage(text: string): MseMessage | undefined {
  const message = parseObject(text);
  switch (message?.['type']) {
    case 'config': {
      const mime = message['mime'];
      const rendition = renditionOf(message['rendition']) ?? 'main';
      return typeof mime === 'string' ? { type: 'config', mime, rendition } : undefined;
    }
    case 'renditions':
      return { type: 'renditions', renditions: readOffered(message['renditions']) };
    case 'switch-failed': {
      const rendition = renditionOf(message['rendition']);
      return rendition === undefined ? undefined : { type: 'switch-failed', rendition };
    }
    case 'discontinuity':
      return { type: 'discontinuity' };
    case 'status':
      return { type: 'status', state: textOf(message['state']), reasonCode: codeOf(message['reason']) };
    case 'bye':
      return { type: 'bye', reason: codeOf(message['reason']) ?? '' };
    default:
      return undefined;
  }
}

function renditionOf(value: unknown): RenditionName | undefined {
  return value === 'main' || value === 'sub' ? value : undefined;
}

function readOffered(value: unknown): OfferedRendition[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    const name = isRecord(each) ? renditionOf(each['name']) : undefined;
    if (!isRecord(each) || name === undefined) return [];
    const mime = each['mime'];
    return [
      { name, isAvailable: each['available'] !== false, mime: typeof mime === 'string' ? mime : undefined },
    ];
  });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A reason is a code, or an object with one. */
function codeOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return isRecord(value) && typeof value['code'] === 'string' ? value['code'] : undefined;
}

/** Whether the MIME type of a config names a sound codec beside the picture's. */
export function mimeHasAudio(mime: string): boolean {
  return /mp4a|opus|flac/i.test(mime);
}
