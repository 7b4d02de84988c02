/** The one table from the kind of an error to an HTTP status, and the one shape of failed replies. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '@pantau/base/clock';
import { AppError, type ErrorKind } from '@pantau/base/errors';
import type { ErrorReply } from '@pantau/contract/envelope';

export const STATUS_BY_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  precondition: 412,
  exhausted: 503,
  throttled: 429,
  unavailable: 503,
  timeout: 504,
  cancelled: 503,
  unsupported: 501,
  'data-loss': 500,
  internal: 500,
};

/** Statuses below 500 that Fastify or Node itself decides on, with our code for each. */
const CODE_BY_STATUS: Readonly<Record<number, string>> = {
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  413: 'BODY_TOO_LARGE',
  415: 'CONTENT_TYPE_UNSUPPORTED',
  431: 'HEADERS_TOO_LARGE',
};

export function errorBody(code: string, message: string, requestId?: string): ErrorReply {
  return { success: false, code, message, ...(requestId === undefined ? {} : { request_id: requestId }) };
}

/** Failures that are logged in full within one second; the others are counted. */
const LOGGED_PER_SECOND = 5;

/** Fastify's error handler. What failed on our side is logged with the request id and not told. */
export function createErrorHandler(
  clock: Clock,
): (error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply) => void {
  let windowStartMs = Number.NEGATIVE_INFINITY;
  let logged = 0;
  let suppressed = 0;

  const log = (error: Error, request: FastifyRequest) => {
    const nowMs = clock.monotonic();
    if (nowMs - windowStartMs >= 1000) {
      windowStartMs = nowMs;
      logged = 0;
    }
    if (++logged > LOGGED_PER_SECOND) {
      suppressed++;
      return;
    }
    const more = suppressed > 0 ? { suppressed } : {};
    suppressed = 0;
    const path = request.url.split('?', 1)[0];
    request.log.error(
      { err: error, requestId: request.id, method: request.method, path, ...more },
      'Request failed',
    );
  };

  return (error, request, reply) => {
    const status = statusOf(error);
    reply.code(status).header('cache-control', 'no-store').type('application/json; charset=utf-8');
    if (status >= 500) {
      log(error, request);
      const code = error instanceof AppError ? error.code : 'INTERNAL';
      if (status === 503) reply.header('retry-after', '2');
      reply.send(errorBody(code, 'The request could not be answered.', request.id));
      return;
    }
    const code = error instanceof AppError ? error.code : (CODE_BY_STATUS[status] ?? 'REQUEST_INVALID');
    const isPathProblem = status === 404 && !(error instanceof AppError);
    const body = errorBody(code, isPathProblem ? 'There is nothing at this address.' : error.message);
    if (!(error instanceof AppError)) {
      reply.send(body);
      return;
    }
    const { errors, retryAfterS } = error.details;
    if (typeof retryAfterS === 'number') reply.header('retry-after', String(Math.ceil(retryAfterS)));
    reply.send({
      ...body,
      ...(Array.isArray(errors) ? { errors } : {}),
      ...(typeof retryAfterS === 'number' ? { retry_after: Math.ceil(retryAfterS) } : {}),
    });
  };
}

function statusOf(error: FastifyError | AppError): number {
  if (error instanceof AppError) return STATUS_BY_KIND[error.kind];
  const status = error.statusCode ?? 500;
  // The file server's word for a folder; nothing of ours is forbidden yet, and a folder is nothing to find.
  if (status === 403) return 404;
  return status >= 400 && status < 600 ? status : 500;
}
