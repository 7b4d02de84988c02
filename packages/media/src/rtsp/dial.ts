/**
 * One TCP or TLS connection to a camera: address rules, time limit, and errors in words. What is read goes into one buffer
 * again and again: a buffer per read would be the engine's largest garbage.
 */
import { connect as connectSocket, type LookupFunction, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { abortReason, deadline, type Clock } from '@pantau/base/clock';
import { MediaError, type MediaErrorCode } from '../media-error.ts';
import type { TlsFacts } from '../source.ts';
import { checkLiteral, guardedLookup, type AddressRules } from './address-guard.ts';
import { checkCertificate, tlsOptions, type TlsPolicy } from './tls-trust.ts';

/** Bytes that one read of the socket takes at most. */
const READ_BYTES = 32 * 1024;

export interface DialOptions extends AddressRules {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte, when given. */
  readonly tls?: TlsPolicy | undefined;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** How names are resolved; default the system's way. */
  readonly lookup?: LookupFunction | undefined;
}

export interface Dialled {
  /** Errors of it are the caller's from now on. */
  readonly socket: Socket;
  /** The certificate that was seen. */
  readonly tls: TlsFacts | undefined;
  /** Names who gets what is read; the bytes may be overwritten afterwards. Before, what comes is lost: name one at once. */
  onBytes(take: (bytes: Buffer) => void): void;
}

/**
 * Connects.
 * @throws MediaError SOURCE_UNREACHABLE, SOURCE_TIMEOUT, SOURCE_ADDRESS_REFUSED, SOURCE_REFUSED (inward redirect, another
 *   certificate than the pinned one), or the signal's reason.
 */
export async function dial(options: DialOptions): Promise<Dialled> {
  checkLiteral(options, options.host, options.port);
  let isAnswered = false;
  using limit = deadline(
    options.clock,
    options.timeoutMs,
    () => describeConnectError(noConnection(isAnswered)),
    options.signal,
  );
  if (limit.signal.aborted) throw abortReason(limit.signal);
  let take = (_bytes: Buffer): void => {};
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const onread: OnReadOpts = {
    buffer,
    callback: (byteLength) => {
      take(buffer.subarray(0, byteLength));
      return true; // pausing is the owner's
    },
  };
  const place = {
    host: options.host,
    port: options.port,
    lookup: guardedLookup(options, options.port, options.lookup),
    onread,
  };
  const policy = options.tls;
  const socket =
    policy === undefined
      ? connectSocket({ ...place, noDelay: true })
      : connectTls({ ...place, ...tlsOptions(policy) });
  const connected = Promise.withResolvers<undefined>();
  const onAbort = () => connected.reject(abortReason(limit.signal));
  const onError = (error: Error) => connected.reject(describeConnectError(error));
  limit.signal.addEventListener('abort', onAbort, { once: true });
  socket.once(policy === undefined ? 'connect' : 'secureConnect', () => connected.resolve(undefined));
  socket.once('error', onError);
  // of TLS: before the handshake
  socket.once('connect', () => (isAnswered = true));
  try {
    await connected.promise;
    const tls =
      policy !== undefined && socket instanceof TLSSocket ? checkCertificate(socket, policy) : undefined;
    if (policy !== undefined) socket.setNoDelay(true);
    // the promise's turn comes before the socket's first read, so no byte came yet
    return { socket, tls, onBytes: (taker) => void (take = taker) };
  } catch (error) {
    // a later error of the socket has no listener otherwise
    socket.on('error', () => {});
    socket.destroy();
    throw error;
  } finally {
    limit.signal.removeEventListener('abort', onAbort);
    socket.off('error', onError);
  }
}

const CONNECT_ERRORS: Readonly<Record<string, readonly [MediaErrorCode, string]>> = {
  ENOTFOUND: ['SOURCE_UNREACHABLE', "The camera's host name does not resolve"],
  EAI_AGAIN: ['SOURCE_UNREACHABLE', "The camera's host name cannot be looked up right now"],
  ECONNREFUSED: ['SOURCE_UNREACHABLE', 'The camera refuses connections on this port'],
  EHOSTUNREACH: ['SOURCE_UNREACHABLE', 'The camera cannot be reached: no route to its address'],
  ENETUNREACH: ['SOURCE_UNREACHABLE', 'The camera cannot be reached: no route to its network'],
  ECONNRESET: ['SOURCE_UNREACHABLE', 'The camera reset the connection at once'],
  ETIMEDOUT: ['SOURCE_TIMEOUT', 'The camera does not answer: no connection in time'],
};

/** As the system says it after minutes. @param isAnswered TCP was there: the handshake of TLS was not answered. */
function noConnection(isAnswered: boolean): Error {
  if (isAnswered) {
    return new MediaError(
      'SOURCE_TIMEOUT',
      'The camera is there but does not answer in TLS on this port: should the address begin with rtsp://?',
      { details: { systemCode: 'ETIMEDOUT' } },
    );
  }
  return Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
}

/** The system's message holds the address, so only its code is kept. */
function describeConnectError(error: Error): MediaError {
  if (error instanceof MediaError) return error;
  const systemCode = systemCodeOf(error);
  const isTls = /^(?:ERR_SSL|EPROTO|ERR_TLS)/.test(systemCode);
  const [code, message] = CONNECT_ERRORS[systemCode] ?? [
    'SOURCE_UNREACHABLE',
    isTls
      ? 'The camera does not speak TLS on this port, or none that is understood here'
      : 'The camera cannot be reached',
  ];
  return new MediaError(code, message, { details: { systemCode } });
}

/** The code of a system error; of several tried addresses the first. */
function systemCodeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return systemCodeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
