/** What an error status of a camera means for the operator (RFC 2326 section 11). */
import { MediaError } from '../media-error.ts';
import type { ChallengeVerdict } from './authenticator.ts';
import type { RtspResponse } from './rtsp-message.ts';

const REDIRECTS: readonly number[] = [301, 302, 303, 305, 307];

/** Whether the response sends us elsewhere. */
export function isRedirect(response: RtspResponse): boolean {
  return REDIRECTS.includes(response.status) && response.headers.find('location') !== undefined;
}

/** The error of a response that is neither success, redirect nor 401. */
export function statusError(method: string, response: RtspResponse): MediaError {
  const details = { method, status: response.status };
  const { status } = response;
  if (status === 404) {
    return new MediaError('SOURCE_NOT_FOUND', "The camera does not know this stream: check the URL's path", {
      details,
    });
  }
  if (status === 453 || status === 503) {
    return new MediaError(
      'SOURCE_REFUSED',
      `The camera is busy: it serves no more viewers (status ${status})`,
      { details },
    );
  }
  if (status === 403) {
    return new MediaError('SOURCE_REFUSED', 'The camera forbids access to this stream (status 403)', {
      details,
    });
  }
  if (status === 461) {
    return new MediaError('SOURCE_REFUSED', 'The camera does not offer this transport (status 461)', {
      details,
    });
  }
  return new MediaError('SOURCE_REFUSED', `The camera refused ${method} with status ${status}`, { details });
}

const UNAUTHORIZED: Readonly<Record<Exclude<ChallengeVerdict, 'retry'>, string>> = {
  'no-credentials': 'The camera asks for a user name and password',
  rejected: 'The camera does not accept the user name or password',
  'unknown-scheme': 'The camera asks for a kind of login that Pantau does not know',
};

/**
 * The error of a 401 that no further try will turn. `details.reason` is the verdict, `details.method` the request.
 */
export function unauthorized(verdict: Exclude<ChallengeVerdict, 'retry'>, method: string): MediaError {
  return new MediaError('SOURCE_UNAUTHORIZED', UNAUTHORIZED[verdict], {
    details: { reason: verdict, method },
  });
}

/**
 * The error of a 401 by a camera that accepted the same login a moment ago: makers answer so when they serve no more
 * viewers. It is no reason to doubt the password.
 */
export function refusedAfterLogin(method: string): MediaError {
  return new MediaError(
    'SOURCE_REFUSED',
    `The camera is busy: it accepted the login and then refused ${method} (status 401)`,
    { details: { method, status: 401, reason: 'refused-after-login' } },
  );
}
