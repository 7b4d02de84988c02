/** GetStreamUri and GetSnapshotUri, and the key frame on demand (SetSynchronizationPoint), of both media services. */
import { parseNamedUrl, rehostMedia, type DeviceUrl, type DialledDevice } from '../http/device-url.ts';
import { isOnvifError } from '../onvif-error.ts';
import { NS } from '../soap/namespaces.ts';
import type { SoapClient } from '../soap/soap-client.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import { textAt, type XmlElement } from '../xml/xml-element.ts';
import type { MediaVersion, ProfileList } from './read-profiles.ts';

/** The part of a profile list that requests need. */
export type MediaService = Pick<ProfileList, 'version' | 'url'>;

/** What is asked for, and how it goes on without: a profile need not have an address. */
export async function readStreamUri(
  client: SoapClient,
  service: MediaService,
  token: string,
  dialled: DialledDevice,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  for (const setup of STREAM_SETUPS[service.version]) {
    const answer = await ask(client, service, 'GetStreamUri', `${setup}${profileToken(token)}`, signal);
    const uri = readUri(answer, 'rtsp', dialled);
    if (uri !== undefined) return uri;
  }
  return undefined;
}

/** Undefined where the device makes no snapshots. */
export async function readSnapshotUri(
  client: SoapClient,
  service: MediaService,
  token: string,
  dialled: DialledDevice,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const answer = await ask(client, service, 'GetSnapshotUri', profileToken(token), signal);
  const uri = readUri(answer, 'http', dialled);
  return uri?.startsWith('rtsp') === true ? undefined : uri;
}

/** @throws OnvifError, ONVIF_UNSUPPORTED where the device makes no key frames on demand. */
export async function setSynchronizationPoint(
  client: SoapClient,
  service: MediaService,
  token: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await client.call(
    service.url,
    {
      namespace: namespaceOf(service.version),
      name: 'SetSynchronizationPoint',
      content: profileToken(token),
    },
    { signal },
  );
}

/** The first is the one a device should know. RTSP means interleaved with the RTSP connection. */
const STREAM_SETUPS: Readonly<Record<MediaVersion, readonly string[]>> = {
  1: [
    '<q:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></q:StreamSetup>',
  ],
  2: ['<q:Protocol>RTSP</q:Protocol>', '<q:Protocol>RtspUnicast</q:Protocol>'],
};

function namespaceOf(version: MediaVersion): string {
  return version === 2 ? NS.media2 : NS.media1;
}

function profileToken(token: string): string {
  return `<q:ProfileToken>${escapeXml(token)}</q:ProfileToken>`;
}

/** Undefined when the device refuses this one question. */
async function ask(
  client: SoapClient,
  { url, version }: { readonly url: DeviceUrl; readonly version: MediaVersion },
  name: string,
  content: string,
  signal: AbortSignal | undefined,
): Promise<XmlElement | undefined> {
  try {
    return await client.call(url, { namespace: namespaceOf(version), name, content }, { signal });
  } catch (error) {
    if (isOnvifError(error, 'ONVIF_UNSUPPORTED', 'ONVIF_REFUSED', 'ONVIF_MALFORMED', 'NOT_ONVIF'))
      return undefined;
    throw error;
  }
}

function readUri(
  answer: XmlElement | undefined,
  scheme: 'rtsp' | 'http',
  dialled: DialledDevice,
): string | undefined {
  const text = textAt(answer, 'MediaUri', 'Uri') ?? textAt(answer, 'Uri');
  const named = text === undefined ? undefined : parseNamedUrl(text, scheme);
  return named === undefined ? undefined : rehostMedia(named, dialled);
}
