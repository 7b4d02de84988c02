/**
 * GetSystemDateAndTime (ONVIF Core, "Device Management"): asked without login, because the login needs the answer. Devices also
 * demand a login for it, give their local time as UTC, leave UTC out, or do not have the operation; then our own clock counts.
 */
import type { Clock } from '@pantau/base/clock';
import type { DeviceUrl } from '../http/device-url.ts';
import { isOnvifError } from '../onvif-error.ts';
import { NS } from '../soap/namespaces.ts';
import type { CallOptions, DeviceClock, SoapClient } from '../soap/soap-client.ts';
import { findPath, numberAt, type XmlElement } from '../xml/xml-element.ts';

const REQUEST = { namespace: NS.device, name: 'GetSystemDateAndTime' } as const;

/**
 * Undefined when the device tells no usable time. Proves that there is an ONVIF service at `url`.
 * @throws OnvifError when nothing or no ONVIF service answers, or a login that the device demands even here is refused.
 */
export async function readDeviceClock(
  client: SoapClient,
  url: DeviceUrl,
  clock: Clock,
  options: Pick<CallOptions, 'signal' | 'timeoutMs'> = {},
): Promise<DeviceClock | undefined> {
  const startMs = clock.now();
  const answer = await ask(client, url, options);
  // The device looked at its clock somewhere between question and answer.
  return answer === undefined ? undefined : parseDeviceClock(answer, (startMs + clock.now()) / 2);
}

async function ask(
  client: SoapClient,
  url: DeviceUrl,
  options: Pick<CallOptions, 'signal' | 'timeoutMs'>,
): Promise<XmlElement | undefined> {
  try {
    return await client.call(url, REQUEST, { ...options, login: 'never' });
  } catch (error) {
    if (isOnvifError(error, 'ONVIF_UNSUPPORTED', 'ONVIF_MALFORMED', 'ONVIF_REFUSED')) return undefined;
    if (!isOnvifError(error, 'ONVIF_LOGIN_FAILED', 'ONVIF_CLOCK_WRONG')) throw error;
  }
  try {
    return await client.call(url, REQUEST, options);
  } catch (error) {
    if (isOnvifError(error, 'ONVIF_UNSUPPORTED', 'ONVIF_MALFORMED', 'ONVIF_REFUSED')) return undefined;
    throw error;
  }
}

/** @param nowMs our time when the device looked at its clock, UTC ms. */
export function parseDeviceClock(answer: XmlElement, nowMs: number): DeviceClock | undefined {
  const from = findPath(answer, 'SystemDateAndTime') ?? answer;
  const utcMs = readDateTime(findPath(from, 'UTCDateTime'));
  const localMs = readDateTime(findPath(from, 'LocalDateTime'));
  if (utcMs === undefined && localMs === undefined) return undefined;
  return {
    utcOffsetMs: utcMs === undefined ? undefined : utcMs - nowMs,
    localOffsetMs: localMs === undefined ? undefined : localMs - nowMs,
  };
}

/** UTC ms of `Date{Year, Month, Day}` and `Time{Hour, Minute, Second}`; undefined when any of it is missing or impossible. */
function readDateTime(element: XmlElement | undefined): number | undefined {
  const field = (part: string, name: string, max: number): number | undefined => {
    const value = numberAt(element, part, name);
    return value !== undefined && Number.isInteger(value) && value <= max ? value : undefined;
  };
  const year = field('Date', 'Year', 2199);
  const month = field('Date', 'Month', 12);
  const day = field('Date', 'Day', 31);
  const hour = field('Time', 'Hour', 24);
  const minute = field('Time', 'Minute', 59);
  const second = field('Time', 'Second', 61);
  if (year === undefined || month === undefined || day === undefined || year < 1970) return undefined;
  if (hour === undefined || minute === undefined || second === undefined || month < 1 || day < 1)
    return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
