/** The address and login of a camera, from a pasted URL and the options. */
import { Secret } from '@pantau/base/secret';
import { AppError } from '@pantau/base/errors';
import type { SourceDefinition } from '@pantau/media';
import type { SourceChange } from '../cameras/source-change.ts';
import { parseSourceUrl } from '../cameras/source-url.ts';

export interface CredentialOptions {
  readonly username?: string;
  readonly passwordStdin?: true;
}

/** @throws MediaError SOURCE_URL_INVALID; AppError CAMERA_INVALID when standard input holds no password. */
export async function readSource(
  url: string,
  options: CredentialOptions,
  readStdin: () => Promise<string>,
): Promise<SourceDefinition> {
  const parsed = parseSourceUrl(url);
  return {
    url: parsed.url,
    username: options.username ?? parsed.username,
    password: options.passwordStdin ? await readPassword(readStdin) : parsed.password,
  };
}

/** What the options change of a stored camera's source; undefined when nothing. */
export async function readSourceChange(
  url: string | undefined,
  options: CredentialOptions,
  readStdin: () => Promise<string>,
): Promise<SourceChange | undefined> {
  if (url === undefined && options.username === undefined && options.passwordStdin === undefined)
    return undefined;
  return {
    ...(url === undefined ? {} : { url }),
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.passwordStdin ? { password: await readPassword(readStdin) } : {}),
  };
}

async function readPassword(readStdin: () => Promise<string>): Promise<Secret> {
  const password = (await readStdin()).replace(/\r?\n$/, '');
  if (password === '') throw new AppError('invalid', 'CAMERA_INVALID', 'Standard input holds no password.');
  return new Secret(password);
}
