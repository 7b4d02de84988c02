/** The address and login of a camera, from a pasted URL and the options. */
import { Secret } from '@pantau/base/secret';
import { AppError } from '@pantau/base/errors';
import type { SourceDefinition } from '@pantau/media';
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

/** The source of a stored camera with what the options change. A login stays with its host only. */
export async function changeSource(
  current: SourceDefinition,
  url: string | undefined,
  options: CredentialOptions,
  readStdin: () => Promise<string>,
): Promise<SourceDefinition> {
  const parsed = url === undefined ? undefined : parseSourceUrl(url);
  const sameHost = parsed === undefined || hostOf(parsed.url) === hostOf(current.url);
  return {
    url: parsed?.url ?? current.url,
    username: options.username ?? parsed?.username ?? (sameHost ? current.username : undefined),
    password: options.passwordStdin
      ? await readPassword(readStdin)
      : (parsed?.password ?? (sameHost ? current.password : undefined)),
  };
}

/** The address for the operator's eyes: some makers put the password into the path or query. */
export function maskSourceUrl(url: string): string {
  return url.replace(/((?:pass(?:word|wd)?|pwd)=)[^&/?_]*/gi, '$1***');
}

async function readPassword(readStdin: () => Promise<string>): Promise<Secret> {
  const password = (await readStdin()).replace(/\r?\n$/, '');
  if (password === '') throw new AppError('invalid', 'CAMERA_INVALID', 'Standard input holds no password.');
  return new Secret(password);
}

function hostOf(url: string): string {
  return /^rtsp:\/\/([^/?]*)/.exec(url)?.[1]?.toLowerCase() ?? '';
}
