/** GetDeviceInformation: what the device calls itself. Every field may be missing. */
import type { DeviceUrl } from '../http/device-url.ts';
import { NS } from '../soap/namespaces.ts';
import type { SoapClient } from '../soap/soap-client.ts';
import { textAt, type XmlElement } from '../xml/xml-element.ts';
import { plainText } from '../plain-text.ts';

export interface DeviceInformation {
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  readonly firmwareVersion: string | undefined;
  readonly serialNumber: string | undefined;
  readonly hardwareId: string | undefined;
}

/** @throws OnvifError of any code; ONVIF_LOGIN_FAILED is the first sign of a wrong password. */
export async function readInformation(
  client: SoapClient,
  url: DeviceUrl,
  signal: AbortSignal | undefined,
): Promise<DeviceInformation> {
  const answer = await client.call(url, { namespace: NS.device, name: 'GetDeviceInformation' }, { signal });
  return parseInformation(answer);
}

export function parseInformation(answer: XmlElement): DeviceInformation {
  const field = (name: string) => plainText(textAt(answer, name), 100);
  return {
    manufacturer: field('Manufacturer'),
    model: field('Model'),
    firmwareVersion: field('FirmwareVersion'),
    serialNumber: field('SerialNumber'),
    hardwareId: field('HardwareId'),
  };
}
