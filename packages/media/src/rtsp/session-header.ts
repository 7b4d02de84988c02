/** The Session header (RFC 2326 section 12.37): `id[;timeout=seconds]`, with the spaces cameras put in. */

/** RFC 2326: "the default is 60 seconds". */
export const DEFAULT_SESSION_TIMEOUT_SECONDS = 60;

export interface SessionHeader {
  readonly id: string;
  /** Undefined when absent, zero or not a number. */
  readonly timeoutSeconds: number | undefined;
}

/** Undefined when there is no usable id. */
export function parseSessionHeader(value: string): SessionHeader | undefined {
  const [id = '', ...parameters] = value.split(';').map((part) => part.trim());
  if (id === '' || id.length > 256) return undefined;
  let timeoutSeconds: number | undefined;
  for (const parameter of parameters) {
    const seconds = Number(/^timeout\s*=\s*(\d{1,6})/i.exec(parameter)?.[1] ?? 0);
    if (seconds > 0) timeoutSeconds = seconds;
  }
  return { id, timeoutSeconds };
}

const MIN_KEEP_ALIVE_MS = 1000;
const MAX_KEEP_ALIVE_MS = 30_000;

/**
 * Ms between keep-alives: half of the session timeout, a third of it when two kinds take turns; at least 1 s, at most 30 s
 * (20 s of two kinds, so that each comes within a timeout of 60 s).
 */
export function keepAliveIntervalMs(timeoutSeconds: number, kinds: 1 | 2): number {
  const maxMs = (MAX_KEEP_ALIVE_MS * 2) / (kinds + 1);
  return Math.min(maxMs, Math.max(MIN_KEEP_ALIVE_MS, (timeoutSeconds * 1000) / (kinds + 1)));
}
