/**
 * GetProfiles of both media services. The second (ver20) is asked first, because only it has a word for H.265; the first (ver10)
 * when that one is missing or says less.
 */
import type { DeviceServices } from '../device/read-services.ts';
import type { DeviceUrl } from '../http/device-url.ts';
import { isOnvifError } from '../onvif-error.ts';
import { plainText } from '../plain-text.ts';
import { NS } from '../soap/namespaces.ts';
import type { SoapClient } from '../soap/soap-client.ts';
import { findChild, listChildren, numberAt, textAt, type XmlElement } from '../xml/xml-element.ts';
import type { OnvifProfile } from './profile.ts';

export type MediaVersion = 1 | 2;

export interface ProfileList {
  readonly profiles: readonly OnvifProfile[];
  /** The service that gave them, which is asked for their addresses, too. */
  readonly version: MediaVersion;
  readonly url: DeviceUrl;
}

/** A recorder with 64 channels and two streams each. */
const MAX_PROFILES = 128;
const MAX_BYTES = 1024 * 1024;
const MAX_TOKEN = 128;

/**
 * Profiles with a picture; those for sound or movement only are left out. Empty when the device has none.
 * @throws OnvifError; ONVIF_UNSUPPORTED when there is no media service.
 */
export async function readProfiles(
  client: SoapClient,
  services: DeviceServices,
  signal: AbortSignal | undefined,
): Promise<ProfileList> {
  const second =
    services.media2 === undefined ? undefined : await tryProfiles(client, services.media2, 2, signal);
  if (second !== undefined && second.profiles.some(({ codec }) => codec !== undefined)) return second;
  const media1 = services.media1 ?? services.media2 ?? services.dialled.url;
  try {
    const first = await askProfiles(client, media1, 1, signal);
    return second !== undefined && first.profiles.length < second.profiles.length ? second : first;
  } catch (error) {
    if (second !== undefined && isOnvifError(error)) return second;
    const onDialledPort = { ...media1, scheme: services.dialled.url.scheme, port: services.dialled.url.port };
    // A port that cannot be reached may be an inner one behind a mapping.
    if (onDialledPort.port === media1.port || !isOnvifError(error, 'ONVIF_UNREACHABLE', 'ONVIF_TIMEOUT'))
      throw error;
    return askProfiles(client, onDialledPort, 1, signal);
  }
}

async function tryProfiles(
  client: SoapClient,
  url: DeviceUrl,
  version: MediaVersion,
  signal: AbortSignal | undefined,
): Promise<ProfileList | undefined> {
  try {
    return await askProfiles(client, url, version, signal);
  } catch (error) {
    if (isOnvifError(error, 'ONVIF_LOGIN_FAILED', 'ONVIF_CLOCK_WRONG', 'ONVIF_ADDRESS_REFUSED')) throw error;
    if (isOnvifError(error)) return undefined;
    throw error;
  }
}

async function askProfiles(
  client: SoapClient,
  url: DeviceUrl,
  version: MediaVersion,
  signal: AbortSignal | undefined,
): Promise<ProfileList> {
  const request =
    version === 2
      ? { namespace: NS.media2, content: '<q:Type>VideoSource</q:Type><q:Type>VideoEncoder</q:Type>' }
      : { namespace: NS.media1 };
  const answer = await client.call(url, { ...request, name: 'GetProfiles', maxBytes: MAX_BYTES }, { signal });
  return { profiles: parseProfiles(answer, version), version, url };
}

/** @param answer the `GetProfilesResponse`. */
export function parseProfiles(answer: XmlElement, version: MediaVersion): readonly OnvifProfile[] {
  const seen = new Set<string>();
  return listChildren(answer, 'Profiles')
    .slice(0, MAX_PROFILES)
    .flatMap((element) => {
      const profile = version === 2 ? parseProfile2(element) : parseProfile1(element);
      if (profile === undefined || seen.has(profile.token)) return [];
      seen.add(profile.token);
      return [profile];
    });
}

function parseProfile1(element: XmlElement): OnvifProfile | undefined {
  return toProfile(
    element,
    findChild(element, 'VideoSourceConfiguration'),
    findChild(element, 'VideoEncoderConfiguration'),
  );
}

function parseProfile2(element: XmlElement): OnvifProfile | undefined {
  const configurations = findChild(element, 'Configurations') ?? element;
  return toProfile(
    element,
    findChild(configurations, 'VideoSource'),
    findChild(configurations, 'VideoEncoder'),
  );
}

function toProfile(
  element: XmlElement,
  source: XmlElement | undefined,
  encoder: XmlElement | undefined,
): OnvifProfile | undefined {
  const token = element.attributes.get('token');
  if (token === undefined || token === '' || token.length > MAX_TOKEN) return undefined;
  if (source === undefined && encoder === undefined) return undefined;
  return {
    token,
    name: plainText(textAt(element, 'Name'), 100),
    sourceToken: plainText(textAt(source, 'SourceToken'), MAX_TOKEN),
    codec: readCodec(textAt(encoder, 'Encoding')),
    width: readSize(encoder, 'Width'),
    height: readSize(encoder, 'Height'),
    fps: positive(numberAt(encoder, 'RateControl', 'FrameRateLimit'), 1000),
    bitrateKbps: positive(numberAt(encoder, 'RateControl', 'BitrateLimit'), 10_000_000),
  };
}

function readSize(encoder: XmlElement | undefined, side: 'Width' | 'Height'): number | undefined {
  const value = positive(numberAt(encoder, 'Resolution', side), 65_535);
  return value === undefined ? undefined : Math.round(value);
}

function positive(value: number | undefined, max: number): number | undefined {
  return value !== undefined && value > 0 && value <= max ? value : undefined;
}

const CODECS: Readonly<Record<string, string>> = {
  H264: 'H264',
  AVC: 'H264',
  H265: 'H265',
  HEVC: 'H265',
  JPEG: 'MJPEG',
  MJPEG: 'MJPEG',
  MPEG4: 'MPEG4',
  MPV4ES: 'MPEG4',
};

function readCodec(encoding: string | undefined): string | undefined {
  const plain = encoding
    ?.toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, 20);
  return plain === undefined || plain === '' ? undefined : (CODECS[plain] ?? plain);
}
