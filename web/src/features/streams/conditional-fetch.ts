/** GET of an enveloped reply with its ETag: the same object comes back while the server says that nothing changed. */

import { browserClock } from '../../lib/clock.ts';

/** The server answered, but not with the data. */
export class ReplyError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the server answered ${status}`);
    this.name = 'ReplyError';
    this.status = status;
  }
}

/** A server that is silent for this long is as good as gone. */
const TIMEOUT_MS = 12_000;

/**
 * @returns a fetcher that remembers the last reply
 * @throws ReplyError for a status other than 200 and 304, or a body that is no envelope; the network's own errors otherwise
 */
export function conditionalFetcher<T>(
  url: string,
  send: typeof fetch = (...args) => fetch(...args),
): (signal: AbortSignal) => Promise<T> {
  let etag: string | undefined;
  let last: { readonly data: T } | undefined;
  return async (signal) => {
    const headers = etag === undefined || last === undefined ? {} : { 'If-None-Match': etag };
    const limit = limitTime(signal);
    try {
      const response = await send(url, { headers, cache: 'no-store', signal: limit.signal });
      if (response.status === 304 && last !== undefined) return last.data;
      if (!response.ok) throw new ReplyError(response.status);
      // The server's schemas guarantee the shape of `data`; only the envelope is checked here.
      const body = (await response.json()) as { readonly success?: boolean; readonly data?: T } | null;
      if (body?.success !== true || body.data === undefined) throw new ReplyError(response.status);
      etag = response.headers.get('etag') ?? undefined;
      last = { data: body.data };
      return last.data;
    } finally {
      limit.end();
    }
  };
}

/** `signal`, or the end of the server's time. By hand: the phones that are still in use lack `AbortSignal.any`. */
function limitTime(signal: AbortSignal): { readonly signal: AbortSignal; readonly end: () => void } {
  const abort = new AbortController();
  const onAbort = () => abort.abort();
  const timer = browserClock.setTimer(TIMEOUT_MS, onAbort);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  return {
    signal: abort.signal,
    end: () => {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
    },
  };
}
