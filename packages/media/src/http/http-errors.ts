/** What failures of HTTP mean for the operator: statuses (RFC 9110 section 15) and errors of connections. */
import { MediaError } from '../media-error.ts';

/** The error of a reply that is neither success, redirect nor 401. */
export function httpStatusError(status: number): MediaError {
  const details = { status };
  if (status === 404 || status === 410) {
    return new MediaError('SOURCE_NOT_FOUND', "The camera does not know this address: check the URL's path", {
      details,
    });
  }
  if (status === 429 || status === 503) {
    return new MediaError('SOURCE_REFUSED', `The camera is busy (status ${status})`, { details });
  }
  if (status === 403) {
    return new MediaError('SOURCE_REFUSED', 'The camera forbids access to this address (status 403)', {
      details,
    });
  }
  return new MediaError('SOURCE_REFUSED', `The camera answered with status ${status}`, { details });
}

export function unauthorizedError(hasCredentials: boolean): MediaError {
  return new MediaError(
    'SOURCE_UNAUTHORIZED',
    hasCredentials
      ? 'The camera does not accept the user name or password'
      : 'The camera asks for a user name and password',
  );
}

/** Whatever Node's HTTP client failed with; `hasStarted`: the reply had begun. */
export function describeHttpError(error: unknown, hasStarted: boolean): unknown {
  if (error instanceof MediaError) return error;
  const code = codeOf(error);
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new MediaError('SOURCE_REFUSED', 'The headers of the reply are too long', { cause: error });
  }
  if (code.startsWith('HPE_')) {
    return new MediaError(
      'SOURCE_REFUSED',
      'The camera answers, but not in HTTP: is this the port of its web page?',
      { cause: error },
    );
  }
  if (CERTIFICATE_ERRORS.test(code)) {
    return new MediaError(
      'SOURCE_REFUSED',
      'The certificate of a server that the camera leads to is not one that is trusted',
      { cause: error },
    );
  }
  if (hasStarted)
    return new MediaError('SOURCE_CLOSED', 'The camera closed the connection', { cause: error });
  return new MediaError('SOURCE_UNREACHABLE', describeConnection(code), { cause: error });
}

function describeConnection(code: string): string {
  if (code === 'ENOTFOUND') return "The camera's host name does not resolve";
  if (code === 'EAI_AGAIN') return "The camera's host name cannot be looked up right now";
  if (code === 'ECONNREFUSED') return 'The camera refuses connections on this port';
  if (code === 'ECONNRESET')
    return 'The camera hung up before it answered: is this the port of its web page?';
  if (/^(?:ERR_SSL|EPROTO|ERR_TLS)/.test(code))
    return 'The camera does not speak TLS on this port: should the address begin with http://?';
  return 'The camera cannot be reached: nothing answers there';
}

const CERTIFICATE_ERRORS =
  /^(?:CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS_CERT)/;

function codeOf(error: unknown): string {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : '';
}
