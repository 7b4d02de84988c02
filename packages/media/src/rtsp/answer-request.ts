/** Requests that a camera sends to its client (RFC 2326 section 10): each gets an answer, few have an effect. */
import type { RtspConnection } from './rtsp-connection.ts';
import type { RtspRequest } from './rtsp-message.ts';

/** Methods we answer with 200. ANNOUNCE is taken note of, a changed stream shows in its packets anyway. */
const ACCEPTED: readonly string[] = ['OPTIONS', 'GET_PARAMETER', 'SET_PARAMETER', 'ANNOUNCE', 'TEARDOWN'];

/** Answers; returns true when the request says that the camera has ended the session. */
export function answerRequest(connection: RtspConnection, request: RtspRequest): boolean {
  const headers = { Session: request.headers.find('session') };
  const required = request.headers.find('require');
  if (required !== undefined) {
    connection.respond(request, 551, 'Option not supported', { ...headers, Unsupported: required });
    return false;
  }
  if (!ACCEPTED.includes(request.method)) {
    connection.respond(request, 501, 'Not Implemented', headers);
    return false;
  }
  const isOptions = request.method === 'OPTIONS';
  connection.respond(request, 200, 'OK', { ...headers, Public: isOptions ? ACCEPTED.join(', ') : undefined });
  return request.method === 'TEARDOWN';
}
