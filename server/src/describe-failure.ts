import { inspect } from 'node:util';
import { AppError } from '@pantau/base/errors';
import { exitCodeOf, EXIT_INTERNAL } from './exit-codes.ts';
import { printable } from './printable.ts';

/** What the operator reads when the program ends with `error`: a sentence, and a stack only when the fault is ours. */
export function describeFailure(error: unknown): string {
  if (error instanceof AppError && exitCodeOf(error.code) !== EXIT_INTERNAL)
    return `${printable(error.message)} [${error.code}]`;
  return `Pantau failed unexpectedly. Please report this:\n${inspect(error)}`;
}
