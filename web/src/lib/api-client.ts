/**
 * Requests to the server's JSON API, with what every page of the administration needs alike: one kind of error with the
 * server's code, a question for the password when the server wants one, and notice when the session is over.
 */
import type { ErrorReply } from '@pantau/contract/envelope';
import { browserClock, type Clock } from './clock.ts';

/** The server said no, with one of `@pantau/contract/errors`. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fieldErrors: readonly FieldError[];
  /** Seconds after which another try may succeed. */
  readonly retryAfterS: number | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, reply: Partial<ErrorReply>, retryAfterS?: number) {
    super(reply.message ?? `the server answered ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = reply.code ?? 'INTERNAL';
    this.fieldErrors = reply.errors ?? [];
    this.retryAfterS = reply.retry_after ?? retryAfterS;
    this.requestId = reply.request_id;
  }
}

export interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** No answer: no network, or a server that is silent. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** The person closed the question for their password: nothing was changed, and nothing needs to be said. */
export class DeclinedError extends Error {
  override readonly name = 'DeclinedError';
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface ApiClient {
  /** @throws ApiError | UnreachableError | DeclinedError */
  call<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T>;
}

export interface ApiClientOptions {
  readonly send?: typeof fetch;
  readonly clock?: Clock;
  /** Asks the person for their password or passkey. @returns false when they would rather not */
  readonly confirm: () => Promise<boolean>;
  /** A request was refused because nobody is signed in any more. */
  readonly onSessionEnded: () => void;
  /** The account must first change its password or add a second factor. */
  readonly onRestricted: () => void;
}

/** argon2 with a queue in front of it may take some seconds on a small server. */
const TIMEOUT_MS = 20_000;

export function createApiClient(options: ApiClientOptions): ApiClient {
  const { send = (...args) => fetch(...args), clock = browserClock } = options;

  async function once<T>(method: Method, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    const abort = new AbortController();
    const onAbort = () => abort.abort();
    const timer = clock.setTimer(TIMEOUT_MS, onAbort);
    signal?.addEventListener('abort', onAbort);
    try {
      return await readReply<T>(
        await send(path, {
          method,
          cache: 'no-store',
          signal: abort.signal,
          headers: { accept: 'application/json', ...(body === undefined ? {} : JSON_BODY) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
    } catch (error) {
      if (error instanceof ApiError || signal?.aborted === true) throw error;
      throw new UnreachableError('the server does not answer', { cause: error });
    } finally {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  return {
    async call<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
      try {
        return await once<T>(method, path, body, signal);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.code === 'CONFIRMATION_NEEDED') {
          if (!(await options.confirm())) throw new DeclinedError('not confirmed', { cause: error });
          return await once<T>(method, path, body, signal);
        }
        if (error.code === 'UNAUTHENTICATED') options.onSessionEnded();
        if (error.code === 'PASSWORD_CHANGE_REQUIRED' || error.code === 'SECOND_FACTOR_REQUIRED')
          options.onRestricted();
        throw error;
      }
    },
  };
}

const JSON_BODY = { 'content-type': 'application/json' } as const;

async function readReply<T>(response: Response): Promise<T> {
  const text = await response.text();
  const body = parse(text);
  if (response.ok) {
    if (response.status === 204) return undefined as T;
    // The server's schemas guarantee the shape of `data`; only the envelope is checked here.
    if (body?.['success'] === true) return (body['data'] ?? null) as T;
    throw new ApiError(response.status, { code: 'INTERNAL', message: 'the reply is not understood' });
  }
  const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new ApiError(response.status, toErrorReply(body), retryAfterS >= 0 ? retryAfterS : undefined);
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // An object's fields are looked at one by one after this.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What of a failed reply has the documented shape: proxies in between answer with anything. */
function toErrorReply(body: Readonly<Record<string, unknown>> | undefined): Partial<ErrorReply> {
  if (body === undefined) return {};
  const { code, message, request_id, retry_after, errors } = body;
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof request_id === 'string' ? { request_id } : {}),
    ...(typeof retry_after === 'number' ? { retry_after } : {}),
    ...(Array.isArray(errors) ? { errors: errors.filter(isFieldError) } : {}),
  };
}

function isFieldError(value: unknown): value is FieldError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'field' in value &&
    typeof value.field === 'string' &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}
