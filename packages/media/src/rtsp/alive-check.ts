/**
 * Whether something answers at a camera's address: a TCP connection that is hung up at once. Cheaper for a device than a failed
 * RTSP attempt, and nothing that it counts. The same rules for addresses hold as for a connection.
 */
import { connect } from 'node:net';
import { deadline, type Clock } from '@pantau/base/clock';
import { MediaError } from '../media-error.ts';
import type { IsAddressAllowed } from '../source.ts';
import { checkLiteral, guardedLookup, type AddressRules } from './address-guard.ts';

export interface AliveCheckOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly isAddressAllowed?: IsAddressAllowed | undefined;
}

/** Makes the check. What it returns never rejects: whatever goes wrong is "no". */
export function createAliveCheck(
  options: AliveCheckOptions,
): (host: string, port: number, signal: AbortSignal) => Promise<boolean> {
  const { clock, timeoutMs, isAddressAllowed } = options;
  const rules: AddressRules = { refused: 'none', isAddressAllowed };
  return async (host, port, signal) => {
    if (signal.aborted) return false;
    try {
      checkLiteral(rules, host, port);
    } catch {
      return false;
    }
    using limit = deadline(
      clock,
      timeoutMs,
      () => new MediaError('SOURCE_TIMEOUT', 'nothing answers'),
      signal,
    );
    const answer = Promise.withResolvers<boolean>();
    const socket = connect({ host, port, lookup: guardedLookup(rules, port) });
    const onAbort = () => answer.resolve(false);
    limit.signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', () => answer.resolve(false));
    socket.once('connect', () => answer.resolve(true));
    try {
      return await answer.promise;
    } finally {
      limit.signal.removeEventListener('abort', onAbort);
      socket.destroy();
    }
  };
}
