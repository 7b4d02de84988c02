/** One connection to a device: addresses are judged after resolution, a pinned certificate before the first byte is sent. */
import { createHash } from 'node:crypto';
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { abortReason } from '@pantau/base/clock';
import type { IsAddressAllowed } from '../address-rule.ts';
import { OnvifError } from '../onvif-error.ts';
import type { DeviceUrl } from './device-url.ts';

export interface DialRules {
  /** Default: every address. */
  readonly isAddressAllowed?: IsAddressAllowed | undefined;
  /** SHA-256 of the device's certificate, 64 hex digits. Without one every certificate is taken: devices sign their own. */
  readonly tlsFingerprint?: string | undefined;
  /** How names are resolved; default the system's way. */
  readonly lookup?: LookupFunction | undefined;
}

/** @throws OnvifError ONVIF_ADDRESS_REFUSED, ONVIF_UNREACHABLE, ONVIF_CERTIFICATE_WRONG; the signal's reason. */
export async function dial(url: DeviceUrl, rules: DialRules, signal: AbortSignal): Promise<Socket> {
  const { host, port } = url;
  if (isIP(host) !== 0 && rules.isAddressAllowed?.(host, port) === false) throw refused();
  const target = { host, port, lookup: guardLookup(rules, port) };
  if (url.scheme === 'http') {
    const socket = connectTcp(target);
    await opened(socket, 'connect', signal);
    return socket;
  }
  const socket = connectTls({
    ...target,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    // Cameras sign their own certificates, and old ones speak nothing newer; the pin is what protects.
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  await opened(socket, 'secureConnect', signal);
  if (rules.tlsFingerprint !== undefined && !hasFingerprint(socket, rules.tlsFingerprint)) {
    socket.destroy();
    throw new OnvifError(
      'ONVIF_CERTIFICATE_WRONG',
      "The device's certificate is not the one that was given for it.",
    );
  }
  return socket;
}

function opened(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      reject(error);
    };
    const onAbort = () => fail(abortReason(signal));
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      fail(error instanceof OnvifError ? error : unreachable(error)),
    );
    socket.once(event, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}

function guardLookup({ isAddressAllowed, lookup = systemLookup }: DialRules, port: number): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const addresses: readonly LookupAddress[] =
        typeof found === 'string' ? [{ address: found, family: family ?? isIP(found) }] : found;
      const allowed = addresses.filter(({ address }) => isAddressAllowed?.(address, port) ?? true);
      const [first] = allowed;
      if (first === undefined && addresses.length > 0) callback(refused(), '', 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}

function hasFingerprint(socket: TLSSocket, wanted: string): boolean {
  const { raw } = socket.getPeerCertificate();
  // Absent when the peer sent no certificate, whatever the type says.
  const bytes: Buffer | undefined = raw;
  if (bytes === undefined) return false;
  return createHash('sha256').update(bytes).digest('hex') === wanted.replaceAll(':', '').toLowerCase();
}

function refused(): OnvifError {
  return new OnvifError(
    'ONVIF_ADDRESS_REFUSED',
    'The address leads to this server itself or to a place where no camera may be.',
  );
}

function unreachable(error: NodeJS.ErrnoException): OnvifError {
  return new OnvifError('ONVIF_UNREACHABLE', 'Nothing answers at this address and port.', {
    cause: error,
    details: { system: error.code ?? 'unknown' },
  });
}
