/**
 * Errors that carry a stable meaning. Services and the engine throw these; only `server/src/http` knows status codes.
 */

/** What went wrong, from the caller's point of view (a short closed list after gRPC's canonical codes). */
export const ERROR_KINDS = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'precondition',
  'exhausted',
  'throttled',
  'unavailable',
  'timeout',
  'cancelled',
  'unsupported',
  'data-loss',
  'internal',
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

export interface AppErrorOptions {
  readonly cause?: unknown;
  /** Facts for the log and, where `http/error-response.ts` says so, for the caller. Never credentials. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error with a kind and a stable, public `code` such as `CAMERA_NOT_FOUND`. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(kind: ErrorKind, code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For the default branch of a switch over a closed union. */
export function assertNever(value: never): never {
  throw new AppError('internal', 'UNEXPECTED_VALUE', `unexpected value: ${JSON.stringify(value)}`);
}
