/**
 * Where the services of a device are: GetServices, else GetCapabilities (ONVIF Core, "Capabilities"), else the one address
 * that is known. Only paths and ports of the answer count, see `http/device-url.ts`.
 */
import { parseNamedUrl, rehostService, type DeviceUrl, type DialledDevice } from '../http/device-url.ts';
import { isOnvifError } from '../onvif-error.ts';
import { NS } from '../soap/namespaces.ts';
import type { CallOptions, SoapClient, SoapRequest } from '../soap/soap-client.ts';
import { findChild, listChildren, textAt, type XmlElement } from '../xml/xml-element.ts';

export interface DeviceServices {
  /** What the device said about its own ports, for everything else that it names. */
  readonly dialled: DialledDevice;
  readonly media2: DeviceUrl | undefined;
  readonly media1: DeviceUrl | undefined;
}

interface NamedService {
  readonly namespace: string;
  readonly xaddr: string;
}

const MAX_SERVICES = 64;

/** @throws OnvifError ONVIF_LOGIN_FAILED and others that end everything; not for missing operations. */
export async function readServices(
  client: SoapClient,
  url: DeviceUrl,
  options: { readonly rtspPort?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<DeviceServices> {
  const { signal, rtspPort } = options;
  const named =
    (await tryList(client, url, GET_SERVICES, parseServices, { signal })) ??
    (await tryList(client, url, GET_CAPABILITIES, parseCapabilities, { signal })) ??
    [];
  const find = (namespace: string) => {
    const service = named.find((each) => each.namespace.toLowerCase() === namespace);
    return service === undefined ? undefined : parseNamedUrl(firstOf(service.xaddr), url.scheme);
  };
  const own = find(NS.device);
  const innerPort = own === undefined ? undefined : (own.port ?? (own.scheme === 'https' ? 443 : 80));
  const dialled: DialledDevice = { url, innerPort, rtspPort };
  const locate = (namespace: string) => {
    const service = find(namespace);
    return service === undefined ? undefined : rehostService(service, dialled);
  };
  const media2 = locate(NS.media2);
  const media1 = locate(NS.media1);
  // A device that names no media service often has everything at one address.
  return { dialled, media2, media1: media1 ?? (media2 === undefined ? url : undefined) };
}

const GET_SERVICES: SoapRequest = {
  namespace: NS.device,
  name: 'GetServices',
  content: '<q:IncludeCapability>false</q:IncludeCapability>',
};
const GET_CAPABILITIES: SoapRequest = {
  namespace: NS.device,
  name: 'GetCapabilities',
  content: '<q:Category>All</q:Category>',
};

/** Undefined when the device does not have the operation or says nothing usable. Without login first: most devices are open here. */
async function tryList(
  client: SoapClient,
  url: DeviceUrl,
  request: SoapRequest,
  parse: (answer: XmlElement) => readonly NamedService[],
  options: CallOptions,
): Promise<readonly NamedService[] | undefined> {
  for (const login of ['never', 'login'] as const) {
    try {
      const found = parse(await client.call(url, request, { ...options, login }));
      return found.length === 0 ? undefined : found;
    } catch (error) {
      if (login === 'never' && isOnvifError(error, 'ONVIF_LOGIN_FAILED', 'ONVIF_CLOCK_WRONG')) continue;
      if (isOnvifError(error, 'ONVIF_UNSUPPORTED', 'ONVIF_REFUSED', 'ONVIF_MALFORMED', 'NOT_ONVIF'))
        return undefined;
      throw error;
    }
  }
  return undefined;
}

export function parseServices(answer: XmlElement): readonly NamedService[] {
  return listChildren(answer, 'Service')
    .slice(0, MAX_SERVICES)
    .flatMap((service) => {
      const namespace = textAt(service, 'Namespace');
      const xaddr = textAt(service, 'XAddr');
      return namespace === undefined || xaddr === undefined ? [] : [{ namespace, xaddr }];
    });
}

export function parseCapabilities(answer: XmlElement): readonly NamedService[] {
  const capabilities = findChild(answer, 'Capabilities') ?? answer;
  const sections = [
    ['Device', NS.device],
    ['Media', NS.media1],
  ] as const;
  return sections.flatMap(([section, namespace]) => {
    const xaddr = textAt(capabilities, section, 'XAddr');
    return xaddr === undefined ? [] : [{ namespace, xaddr }];
  });
}

/** Several addresses in one element: the first that is plain http, else the first. */
function firstOf(xaddr: string): string {
  const all = xaddr.split(/\s+/);
  return all.find((each) => /^http:/i.test(each)) ?? all[0] ?? '';
}
