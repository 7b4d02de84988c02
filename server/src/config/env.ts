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
  if (text.includes('\0') || text.includes('\ufffd')) {
    onProblem(`${envFile} is not UTF-8 text; save it as UTF-8`);
    return processEnvironment;
  }
  // The mark that Windows editors put in front would become part of the first name.
  return { ...parseEnv(text.replace(/^\ufeff/, '')), ...processEnvironment };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
