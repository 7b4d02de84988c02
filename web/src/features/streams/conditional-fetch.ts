/** GET of an enveloped reply with its ETag: the same object comes back while the server says that nothing changed. */

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
    const response = await send(url, {
      headers,
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.status === 304 && last !== undefined) return last.data;
    if (!response.ok) throw new ReplyError(response.status);
    // The server's schemas guarantee the shape of `data`; only the envelope is checked here.
    const body = (await response.json()) as { readonly success?: boolean; readonly data?: T } | null;
    if (body?.success !== true || body.data === undefined) throw new ReplyError(response.status);
    etag = response.headers.get('etag') ?? undefined;
    last = { data: body.data };
    return last.data;
  };
}
