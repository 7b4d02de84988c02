import { AppError, type AppErrorOptions, type ErrorKind } from '@pantau/base/errors';

/**
 * Every way in which a device can fail to tell what it is. What a device does is no failure of this server and says nothing
 * about who asks it, so the kinds are such that a reply is neither a 5xx nor a 401.
 * The codes are public and stable: `docs/reference/errors.md` explains each in words.
 */
export const ONVIF_ERROR_KINDS = {
  /** The address cannot be used: syntax, scheme, missing host. */
  ONVIF_URL_INVALID: 'invalid',
  /** The address is one that the server does not connect to: itself, or where no camera may be. */
  ONVIF_ADDRESS_REFUSED: 'forbidden',
  /** Nothing answers there. */
  ONVIF_UNREACHABLE: 'precondition',
  /** No complete answer in time. */
  ONVIF_TIMEOUT: 'precondition',
  /** The device's certificate is not the one that was pinned. */
  ONVIF_CERTIFICATE_WRONG: 'precondition',
  /** The device refused the user name or password, or wants some. */
  ONVIF_LOGIN_FAILED: 'precondition',
  /** The device refused the login because of the time in it. */
  ONVIF_CLOCK_WRONG: 'precondition',
  /** The device does not have the operation. */
  ONVIF_UNSUPPORTED: 'precondition',
  /** The device answered with another fault. */
  ONVIF_REFUSED: 'precondition',
  /** Something answers, but it is no ONVIF service. */
  NOT_ONVIF: 'precondition',
  /** An answer that cannot be read, or is larger than any honest one. */
  ONVIF_MALFORMED: 'precondition',
} as const satisfies Record<string, ErrorKind>;

export type OnvifErrorCode = keyof typeof ONVIF_ERROR_KINDS;

/** The only error that leaves this package, apart from the reason of an aborted signal. `message` is without credentials. */
export class OnvifError extends AppError {
  declare readonly code: OnvifErrorCode;

  constructor(code: OnvifErrorCode, message: string, options: AppErrorOptions = {}) {
    super(ONVIF_ERROR_KINDS[code], code, message, options);
    this.name = 'OnvifError';
  }
}

/** True for an OnvifError; with one of `codes`, where some are given. */
export function isOnvifError(error: unknown, ...codes: readonly OnvifErrorCode[]): error is OnvifError {
  return error instanceof OnvifError && (codes.length === 0 || codes.includes(error.code));
}
