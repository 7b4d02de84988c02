/**
 * The addresses of a camera beside the one of its main picture. The login of the camera goes to all of them, so they are
 * on its host, or refused; the port may differ. A login that is pasted in one is taken out and dropped.
 */
import { MediaError, type SourceDefinition } from '@pantau/media';
import { readAddress } from './source-change.ts';
import { hostAndPort, HTTP_SCHEMES, SOURCE_SCHEMES } from './source-url.ts';

export interface ExtraAddresses {
  /** The same picture, smaller: any scheme that the main picture may have. */
  readonly subUrl: string | null;
  /** A still picture, over HTTP. */
  readonly snapshotUrl: string | null;
  /** The ONVIF device service, over HTTP. */
  readonly onvifUrl: string | null;
}

const ADDRESSES = [
  ['subUrl', 'sub_url', SOURCE_SCHEMES],
  ['snapshotUrl', 'snapshot_url', HTTP_SCHEMES],
  ['onvifUrl', 'onvif_url', HTTP_SCHEMES],
] as const;

/**
 * @param mainUrl as `parseSourceUrl` gives it.
 * @param fail makes the error for an address on another host.
 * @throws what `fail` makes; MediaError SOURCE_URL_INVALID
 */
export function readExtraAddresses(
  mainUrl: string,
  given: Partial<ExtraAddresses>,
  fail: (message: string) => Error,
): ExtraAddresses {
  const [subUrl, snapshotUrl, onvifUrl] = ADDRESSES.map(([key, field, schemes]) => {
    const text = given[key] ?? '';
    if (text.trim() === '') return null;
    const { url } = named(field, () => readAddress(undefined, text, schemes));
    if (hostAndPort(url).host !== hostAndPort(mainUrl).host)
      throw fail(`${field} must be on the host of source_url: the login of the camera is sent there`);
    return url;
  });
  return { subUrl: subUrl ?? null, snapshotUrl: snapshotUrl ?? null, onvifUrl: onvifUrl ?? null };
}

/** What was given, where an address that comes back as it was shown, a password in it masked, is the stored one. */
export function unmaskAddresses(
  stored: ExtraAddresses,
  given: Partial<ExtraAddresses>,
): Partial<ExtraAddresses> {
  const entries = ADDRESSES.flatMap(([key, field, schemes]) => {
    const text = given[key];
    if (text === undefined) return [];
    const isNone = text === null || text.trim() === '';
    const read = () => readAddress(stored[key] ?? undefined, text ?? '', schemes).url;
    return [[key, isNone ? null : named(field, read)]];
  });
  return Object.fromEntries(entries);
}

/** Says of which address it is that it cannot be used. */
function named<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    throw new MediaError(error.code, `${field}: ${error.message}`, { cause: error });
  }
}

/** The sub stream is the main one at another address. */
export function subSourceOf(source: SourceDefinition, subUrl: string | null): SourceDefinition | undefined {
  return subUrl === null ? undefined : { ...source, url: subUrl };
}
