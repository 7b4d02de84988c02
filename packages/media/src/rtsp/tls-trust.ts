/**
 * TLS to a camera. Nearly every camera shows a certificate that it signed itself and that nobody can verify, and old ones
 * speak nothing newer than TLS 1.0. So a connection is judged by what the operator asked for:
 *
 *   fingerprint given ─ exactly that certificate, whoever signed it; any other ends the connection
 *   none given ──────── every certificate; whether a known authority vouches for it is reported, with the fingerprint to pin
 */
import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import { DEFAULT_CIPHERS, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { MediaError } from '../media-error.ts';
import type { TlsFacts } from '../source.ts';

/** What the operator asks of the camera's certificate. */
export interface TlsPolicy {
  /** Name the certificate should be for, and SNI; an address has none. */
  readonly host: string;
  /** SHA-256 of the certificate (DER), 64 lower-case hex digits. */
  readonly fingerprint: string | undefined;
}

/** SHA-256 of the certificate (DER) that the peer showed, 64 lower-case hex digits; empty when it showed none. */
export function fingerprintOf(socket: TLSSocket): string {
  return socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase() ?? '';
}

/** Options that let old cameras in. Judging the certificate is `checkCertificate`'s part. */
export function tlsOptions({ host }: Pick<TlsPolicy, 'host'>): ConnectionOptions {
  return {
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    // OpenSSL speaks TLS 1.0 and 1.1, and takes short keys, at level 0 only
    ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  };
}

/**
 * Looks at the certificate of a connection whose handshake is done.
 * @throws MediaError SOURCE_REFUSED with `details.reason` `certificate-changed` when it is not the pinned one.
 */
export function checkCertificate(socket: TLSSocket, policy: Pick<TlsPolicy, 'fingerprint'>): TlsFacts {
  const fingerprint = fingerprintOf(socket);
  if (policy.fingerprint !== undefined && policy.fingerprint !== fingerprint) {
    throw new MediaError(
      'SOURCE_REFUSED',
      'The camera shows another certificate than the one that was pinned. If it was replaced or reset, pin the new one',
      { details: { reason: 'certificate-changed', fingerprint } },
    );
  }
  return { fingerprint, verified: socket.authorized };
}
