/**
 * What the main thread and a source worker say to each other. Both are this program: nothing here is untrusted, but
 * everything must survive a structured clone, so secrets and errors travel as plain values.
 */
import { Secret } from '@pantau/base/secret';
import { MEDIA_ERROR_KINDS, MediaError, type MediaErrorCode } from '../media-error.ts';
import type { ProbeTrack } from '../probe-report.ts';
import type { SourcePath } from '../source.ts';
import type { SourceDefinition } from '../source-definition.ts';
import type { EventBatch } from './event-batch.ts';

/** `SourceDefinition` without its class: the password is plain on the way between two threads of one process. */
export type PlainSource = Omit<SourceDefinition, 'password'> & { readonly password: string | undefined };

/** A `MediaError`, or whatever else was thrown, as plain values. */
export interface PlainError {
  readonly code: string | undefined;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Main thread → worker. `id` names an opening for the life of the worker. */
export type WorkerRequest =
  | { readonly type: 'open'; readonly id: number; readonly source: PlainSource; readonly logFields: object }
  /** Ends an opening or an open source; `closed` answers. */
  | { readonly type: 'close'; readonly id: number; readonly goodbye: boolean }
  /** Somebody waits for a key frame. */
  | { readonly type: 'keyframe'; readonly id: number };

/** Worker → main thread. */
export type WorkerReply =
  | {
      readonly type: 'opened';
      readonly id: number;
      readonly server: string | undefined;
      readonly tracks: readonly ProbeTrack[];
      readonly path: SourcePath | undefined;
    }
  | { readonly type: 'failed'; readonly id: number; readonly error: PlainError }
  | { readonly type: 'ended'; readonly id: number; readonly error: PlainError | undefined }
  | { readonly type: 'closed'; readonly id: number }
  /** `OpenSourceOptions.onWaitingForKeyframe` and `askForKeyframe`: at most once a second each. */
  | { readonly type: 'waiting'; readonly id: number }
  | { readonly type: 'ask'; readonly id: number }
  | { readonly type: 'media'; readonly batch: EventBatch }
  | {
      readonly type: 'log';
      readonly id: number;
      readonly level: LogLevel;
      readonly fields: object;
      readonly message: string;
    }
  /** May the address be connected to? The answer is written into `WorkerSetup.answer`, for which the worker waits. */
  | { readonly type: 'address'; readonly address: string; readonly port: number };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a worker is started with. */
export interface WorkerSetup {
  /** Two 32-bit numbers: batches that the main thread has handled, and the answer to an `address` question. */
  readonly shared: SharedArrayBuffer;
}

/** Places in `WorkerSetup.shared`. */
export const SHARED = { handledBatches: 0, answer: 1 } as const;
/** Values of the answer. */
export const ANSWER = { none: 0, allowed: 1, refused: 2 } as const;

export function toPlainSource(source: SourceDefinition): PlainSource {
  return { ...source, password: source.password?.reveal() };
}

export function fromPlainSource(source: PlainSource): SourceDefinition {
  return { ...source, password: source.password === undefined ? undefined : new Secret(source.password) };
}

export function toPlainError(error: unknown): PlainError {
  if (error instanceof MediaError) {
    return { code: error.code, message: error.message, details: cloneable(error.details) };
  }
  return { code: undefined, message: error instanceof Error ? error.message : String(error), details: {} };
}

/** What is not one of the engine's own errors stays one that is not: the supervisor logs it as a fault of ours. */
export function fromPlainError({ code, message, details }: PlainError): Error {
  return code !== undefined && isMediaErrorCode(code)
    ? new MediaError(code, message, { details })
    : new Error(message);
}

function isMediaErrorCode(code: string): code is MediaErrorCode {
  return Object.hasOwn(MEDIA_ERROR_KINDS, code);
}

/** Details are facts for the log; one that cannot be cloned is not worth an error of its own. */
function cloneable(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return structuredClone(details);
  } catch {
    return {};
  }
}
