/** What the operator reads, and scripts get, when a program ends with an error. */
import { inspect } from 'node:util';
import { AppError } from '@pantau/base/errors';
import { exitCodeOf, EXIT_INTERNAL } from './exit-codes.ts';
import { printable } from './printable.ts';

export interface Failure {
  /** A sentence; with a stack only when the fault is ours. */
  readonly text: string;
  readonly exitCode: number;
}

export function describeFailure(error: unknown): Failure {
  const first = firstError(error);
  const exitCode = first instanceof AppError ? exitCodeOf(first.code) : EXIT_INTERNAL;
  if (first instanceof AppError && exitCode !== EXIT_INTERNAL)
    return { text: `${printable(first.message)} [${first.code}]`, exitCode };
  return { text: `Pantau failed unexpectedly. Please report this:\n${inspect(error)}`, exitCode };
}

/** When closing fails after something failed, the language wraps the two; the first is the reason. */
function firstError(error: unknown): unknown {
  return error instanceof SuppressedError ? firstError(error.suppressed) : error;
}
