/**
 * Replies that only one viewer may have. All replies are written with headers that were made for everybody and are shared;
 * those of a private stream are turned into private ones when they leave, so that public ones cost nothing more.
 */
import type { ServerResponse } from 'node:http';

const privateReplies = new WeakSet<ServerResponse>();

/** Call before anything is written. */
export function markPrivate(response: ServerResponse): void {
  privateReplies.add(response);
}

/** The headers for this reply, as a flat list: the very same list for everybody's. */
export function headersFor(response: ServerResponse, headers: readonly string[]): readonly string[] {
  return privateReplies.has(response) ? makePrivate(headers) : headers;
}

function makePrivate(headers: readonly string[]): readonly string[] {
  const kept: string[] = ['Cache-Control', 'private, no-store'];
  let vary = 'Cookie';
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    if (name === 'Vary') vary = `${value}, Cookie`;
    else if (name !== 'Cache-Control' && !name.startsWith('Access-Control-')) kept.push(name, value);
  }
  kept.push('Vary', vary);
  return kept;
}
