/**
 * One ONVIF device: who it is, which streams it has, a key frame on demand.
 *
 *   openOnvifDevice: port? ─► clock ─► services        examine: information ─► profiles ─► addresses
 */
import { deadline, type Clock } from '@pantau/base/clock';
import type { Credentials } from '@pantau/media/authenticator';
import { readDeviceClock } from './device/read-device-clock.ts';
import { readInformation, type DeviceInformation } from './device/read-information.ts';
import { readServices, type DeviceServices } from './device/read-services.ts';
import type { DialRules } from './http/dial.ts';
import {
  DEVICE_SERVICE_PATH,
  formatDeviceUrl,
  parseTypedAddress,
  type DeviceUrl,
} from './http/device-url.ts';
import {
  groupByChannel,
  type OnvifChannel,
  type OnvifProfile,
  type OnvifStreamProfile,
} from './media/profile.ts';
import {
  readSnapshotUri,
  readStreamUri,
  setSynchronizationPoint,
  type MediaService,
} from './media/read-media-uris.ts';
import { readProfiles } from './media/read-profiles.ts';
import { isOnvifError, OnvifError } from './onvif-error.ts';
import { SoapClient, type LoginKind } from './soap/soap-client.ts';

export interface OnvifDeviceOptions extends DialRules {
  /** `host`, `host:port` or `http(s)://host[:port][/path]`. Without a port those that makers use are tried. */
  readonly address: string;
  readonly credentials?: Credentials | undefined;
  /** The device's RTSP port as reached from here, where it is mapped to another. */
  readonly rtspPort?: number | undefined;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** For each request. Default 5000. */
  readonly requestTimeoutMs?: number | undefined;
}

export interface DeviceReport {
  /** Where the device service answered. */
  readonly url: string;
  readonly information: DeviceInformation | undefined;
  /** The device's clock minus ours, ms; undefined when it does not tell. */
  readonly clockOffsetMs: number | undefined;
  readonly login: LoginKind;
  /** One for a camera, one for each input of a recorder. */
  readonly channels: readonly OnvifChannel[];
  /** False when the time was over before all addresses were known. */
  readonly isComplete: boolean;
}

/** Ports that makers put ONVIF on: most; Reolink and Tuya; TP-Link; Xiongmai; open firmware. */
const USUAL_PORTS = [80, 8000, 2020, 8899, 8080] as const;
const PORT_TIMEOUT_MS = 2500;
/** For all of `examineDevice`. */
const EXAMINE_TIMEOUT_MS = 25_000;
/** Devices are asked for the addresses of so many profiles. */
const MAX_ADDRESSED_PROFILES = 64;

export class OnvifDevice {
  readonly url: DeviceUrl;
  readonly #client: SoapClient;
  readonly #services: DeviceServices;

  constructor(url: DeviceUrl, client: SoapClient, services: DeviceServices) {
    this.url = url;
    this.#client = client;
    this.#services = services;
  }

  get clockOffsetMs(): number | undefined {
    return this.#client.deviceClock?.utcOffsetMs;
  }

  get login(): LoginKind {
    return this.#client.loginKind ?? 'none';
  }

  /** @throws OnvifError */
  readInformation(signal?: AbortSignal): Promise<DeviceInformation> {
    return readInformation(this.#client, this.url, signal);
  }

  /**
   * Profiles with their addresses, by video source.
   * @param onProgress called with what is known so far, before each request for an address.
   * @throws OnvifError
   */
  async readChannels(
    signal?: AbortSignal,
    onProgress: (channels: readonly OnvifChannel[]) => void = () => {},
  ): Promise<readonly OnvifChannel[]> {
    const list = await readProfiles(this.#client, this.#services, signal);
    const found: OnvifStreamProfile[] = list.profiles.map(withoutAddress);
    const sourcesWithSnapshot = new Set<string | undefined>();
    for (const [index, profile] of found.slice(0, MAX_ADDRESSED_PROFILES).entries()) {
      onProgress(groupByChannel(found));
      const { dialled } = this.#services;
      const streamUri = await readStreamUri(this.#client, list, profile.token, dialled, signal);
      // One picture for each source is enough, and spares a recorder half of the questions.
      const snapshotUri = sourcesWithSnapshot.has(profile.sourceToken)
        ? undefined
        : await readSnapshotUri(this.#client, list, profile.token, dialled, signal);
      if (snapshotUri !== undefined) sourcesWithSnapshot.add(profile.sourceToken);
      found[index] = { ...profile, streamUri, snapshotUri };
    }
    return groupByChannel(found);
  }

  /** Asks for a key frame now. @throws OnvifError; ONVIF_UNSUPPORTED where the device makes none on demand. */
  async requestKeyframe(profileToken: string, signal?: AbortSignal): Promise<void> {
    const { media1, media2 } = this.#services;
    const services: MediaService[] = [
      ...(media2 === undefined ? [] : [{ url: media2, version: 2 as const }]),
      ...(media1 === undefined ? [] : [{ url: media1, version: 1 as const }]),
    ];
    let failure: unknown;
    for (const service of services) {
      try {
        await setSynchronizationPoint(this.#client, service, profileToken, signal);
        return;
      } catch (error) {
        if (!isOnvifError(error, 'ONVIF_UNSUPPORTED', 'ONVIF_REFUSED', 'ONVIF_MALFORMED', 'NOT_ONVIF'))
          throw error;
        failure = error;
      }
    }
    throw failure ?? new OnvifError('ONVIF_UNSUPPORTED', 'The device has no media service.');
  }
}

/**
 * Finds the device service, its clock and its other services.
 * @throws OnvifError; the signal's reason.
 */
export async function openOnvifDevice(options: OnvifDeviceOptions): Promise<OnvifDevice> {
  const { signal, clock, rtspPort, requestTimeoutMs } = options;
  const client = new SoapClient({ ...options, timeoutMs: requestTimeoutMs });
  const urls = listUrls(options.address);
  let failure: unknown;
  for (const url of urls) {
    try {
      const timeoutMs = urls.length > 1 ? PORT_TIMEOUT_MS : undefined;
      const deviceClock = await readDeviceClock(client, url, clock, { signal, timeoutMs });
      if (deviceClock !== undefined) client.setDeviceClock(deviceClock);
      const services = await readServices(client, url, { rtspPort, signal });
      return new OnvifDevice(url, client, services);
    } catch (error) {
      if (!isOnvifError(error, 'ONVIF_UNREACHABLE', 'ONVIF_TIMEOUT', 'NOT_ONVIF')) throw error;
      // What answers but is no ONVIF service says more than what does not answer.
      if (!isOnvifError(failure, 'NOT_ONVIF')) failure = error;
    }
  }
  throw failure;
}

/**
 * All about a device within 25 s; what is missing by then is left out.
 * @throws OnvifError when it cannot be reached, refuses the login, or has no media service; the signal's reason.
 */
export async function examineDevice(options: OnvifDeviceOptions): Promise<DeviceReport> {
  const tooLong = new OnvifError('ONVIF_TIMEOUT', 'The device takes too long to answer all questions.');
  using limit = deadline(options.clock, EXAMINE_TIMEOUT_MS, () => tooLong, options.signal);
  const { signal } = limit;
  const device = await openOnvifDevice({ ...options, signal });
  const information = await optional(device.readInformation(signal));
  let channels: readonly OnvifChannel[] = [];
  let isComplete = true;
  try {
    channels = await device.readChannels(signal, (sofar) => void (channels = sofar));
  } catch (error) {
    if (error !== tooLong || channels.length === 0) throw error;
    isComplete = false;
  }
  const { clockOffsetMs, login } = device;
  return { url: formatDeviceUrl(device.url), information, clockOffsetMs, login, channels, isComplete };
}

function listUrls(address: string): readonly DeviceUrl[] {
  const { scheme, host, port, path = DEVICE_SERVICE_PATH } = parseTypedAddress(address);
  const ports = port === undefined ? (scheme === 'https' ? [443] : USUAL_PORTS) : [port];
  return ports.map((each) => ({ scheme, host, port: each, path }));
}

async function optional<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isOnvifError(error, 'ONVIF_UNSUPPORTED', 'ONVIF_MALFORMED', 'ONVIF_REFUSED')) return undefined;
    throw error;
  }
}

function withoutAddress(profile: OnvifProfile): OnvifStreamProfile {
  return { ...profile, streamUri: undefined, snapshotUri: undefined };
}
