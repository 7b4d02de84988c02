/** Answers on a bare socket: an upgrade that is refused, or bytes that never became a request. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorBody } from './error-response.ts';

/** @param headers further ones, whole lines without their ends. */
export function refuseSocket(
  socket: Duplex,
  status: number,
  code: string,
  message: string,
  headers: readonly string[] = [],
): void {
  const body = JSON.stringify(errorBody(code, message));
  // Without a listener an error of a socket that is being refused would end the process.
  socket.on('error', () => socket.destroy());
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    ...headers,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
