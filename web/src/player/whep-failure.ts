/** What a refused offer means for the player's rules (docs/design/whep.md has the replies). */
import type { SessionFailure } from './player-trouble.ts';

/**
 * @param code of the reply's body; undefined when it has none.
 * @param retryAfter the header, seconds.
 */
export function whepFailure(
  status: number,
  code: string | undefined,
  retryAfter: string | null,
): SessionFailure {
  if (status === 406) return { kind: 'unavailable', detail: 'camera' };
  if (status === 503 && code === 'OVERLOADED') return { kind: 'unavailable', detail: 'full' };
  if (status === 503 && code !== undefined && code !== 'STOPPING') return { kind: 'camera', detail: code };
  if (status === 408) return { kind: 'network' };
  if (status === 429 || (status >= 500 && status !== 501)) {
    const seconds = Number(retryAfter ?? 0);
    return { kind: 'server', ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}) };
  }
  // Not installed, switched off, or an offer that it does not understand: the other ways may do, and say more.
  return { kind: 'unavailable', detail: 'missing' };
}
