/** The address and login of a camera and how its media travels, from a pasted URL and the options. */
import { Secret } from '@pantau/base/secret';
import { AppError } from '@pantau/base/errors';
import type { RtspTransport, SourceDefinition } from '@pantau/media';
import { changeSource, type SourceChange } from '../cameras/source-change.ts';

export interface CredentialOptions {
  readonly username?: string;
  readonly passwordStdin?: true;
}

/** Of `camera add` and `camera update`. */
export interface SourceOptions extends CredentialOptions {
  /** Empty is that of the area. */
  readonly transport?: RtspTransport | '';
  /** Empty takes any certificate. */
  readonly tlsFingerprint?: string;
  readonly audio?: boolean;
}

const EMPTY_SOURCE = { url: '', username: undefined, password: undefined };

/** @throws MediaError SOURCE_URL_INVALID; AppError CAMERA_INVALID when standard input holds no password. */
export async function readSource(
  url: string,
  options: SourceOptions,
  readStdin: () => Promise<string>,
): Promise<SourceDefinition> {
  return changeSource(EMPTY_SOURCE, (await readSourceChange(url, options, readStdin)) ?? {});
}

/** What the options change of a stored camera's source; undefined when nothing. */
export async function readSourceChange(
  url: string | undefined,
  options: SourceOptions,
  readStdin: () => Promise<string>,
): Promise<SourceChange | undefined> {
  const { username, passwordStdin, transport, tlsFingerprint, audio } = options;
  const change: SourceChange = {
    ...(url === undefined ? {} : { url }),
    ...(username === undefined ? {} : { username }),
    ...(passwordStdin ? { password: await readPassword(readStdin) } : {}),
    ...(transport === undefined ? {} : { transport: transport === '' ? null : transport }),
    ...(tlsFingerprint === undefined
      ? {}
      : { tlsFingerprint: tlsFingerprint === '' ? null : tlsFingerprint }),
    ...(audio === undefined ? {} : { audio }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

async function readPassword(readStdin: () => Promise<string>): Promise<Secret> {
  const password = (await readStdin()).replace(/\r?\n$/, '');
  if (password === '') throw new AppError('invalid', 'CAMERA_INVALID', 'Standard input holds no password.');
  return new Secret(password);
}
