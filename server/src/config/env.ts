import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { messageOf } from '@pantau/base/errors';

/** Names and values as the system, or an `.env` file, gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Lays the process environment over an `.env` file: what is set in both comes from the process.
 * A missing file is fine; one that cannot be read is told to `onProblem`.
 */
export function readEnvironment(
  processEnvironment: Environment,
  envFile: string,
  onProblem: (problem: string) => void,
): Environment {
  let text: string;
  try {
    text = readFileSync(envFile, 'utf8');
  } catch (error) {
    if (!isMissing(error)) onProblem(`${envFile}: ${messageOf(error)}`);
    return processEnvironment;
  }
  return { ...parseEnv(text), ...processEnvironment };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
