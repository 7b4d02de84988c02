/** The text messages of `/mse/<key>`; binary messages are the init segment and fragments. Anything else is ignored: a newer server may say more. */
export type MseMessage =
  | { readonly type: 'config'; readonly mime: string }
  | { readonly type: 'discontinuity' }
  | { readonly type: 'status'; readonly state: string; readonly reasonCode: string | undefined }
  | { readonly type: 'bye'; readonly reason: string };

export function parseMseMessage(text: string): MseMessage | undefined {
  const message = parseObject(text);
  switch (message?.['type']) {
    case 'config': {
      const mime = message['mime'];
      return typeof mime === 'string' ? { type: 'config', mime } : undefined;
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
