/** One connection to a device: addresses are judged after resolution, a pinned certificate before the first byte is sent. */
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { abortReason } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import { checkLiteral, guardedLookup } from '@pantau/media/address-guard';
import { fingerprintOf, tlsOptions } from '@pantau/media/tls-trust';
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
  const addresses = { refused: 'none', isAddressAllowed: rules.isAddressAllowed } as const;
  try {
    checkLiteral(addresses, host, port);
  } catch (error) {
    throw inWords(error);
  }
  const target = { host, port, lookup: guardedLookup(addresses, port, rules.lookup) };
  if (url.scheme === 'http') {
    const socket = connectTcp(target);
    await opened(socket, 'connect', signal);
    return socket;
  }
  const socket = connectTls({ ...target, ...tlsOptions({ host }) });
  await opened(socket, 'secureConnect', signal);
  if (
    rules.tlsFingerprint !== undefined &&
    fingerprintOf(socket) !== rules.tlsFingerprint.replaceAll(':', '').toLowerCase()
  ) {
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
    socket.once('error', (error: NodeJS.ErrnoException) => fail(inWords(error)));
    socket.once(event, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}

/** What the shared rule for addresses threw, or the system, as an error of this package. */
function inWords(error: unknown): OnvifError {
  const isRefused = error instanceof AppError && error.code === 'SOURCE_ADDRESS_REFUSED';
  return isRefused ? refused() : unreachable(error);
}

function refused(): OnvifError {
  return new OnvifError(
    'ONVIF_ADDRESS_REFUSED',
    'The address leads to this server itself or to a place where no camera may be.',
  );
}

function unreachable(error: unknown): OnvifError {
  const system = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new OnvifError('ONVIF_UNREACHABLE', 'Nothing answers at this address and port.', {
    cause: error,
    details: { system },
  });
}
