/** Sends a list as whoever asks may see it: one of the three that three slices serve. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendList } from '../http/send-list.ts';
import type { ListName } from './audience-lists.ts';
import type { StreamService } from './stream-service.ts';

/** @throws AppError DATABASE_UNAVAILABLE before the list was built. */
export function sendAudienceList(
  streams: StreamService,
  name: ListName,
  request: FastifyRequest,
  reply: FastifyReply,
): void | Promise<void> {
  const { principal } = request;
  if (principal.kind === 'anonymous') {
    sendList(streams.publicList(name), request, reply);
    return;
  }
  const own = streams.findListFor(name, principal);
  // Somebody who is signed in but sees no more than the public gets the public list, as anybody would.
  if (own === undefined) sendList(streams.publicList(name), request, reply);
  else return own.then((list) => sendList(list, request, reply, 'private'));
}
