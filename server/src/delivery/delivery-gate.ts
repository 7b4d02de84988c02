/**
 * Stands between a request for media and the engine, and decides who gets it. Public media is decided in memory, without waiting:
 * two lookups in maps. See `docs/design/identity-and-access.md`, "Streams".
 *
 *   flood limit ─► key known? ─┬─ public, unlisted ─► hot-link (playlists, pictures, upgrades) ─► ticket ─► engine
 *                     │        └─ private ─► grant alive, or principal with the right ─► not by another site ─► ticket ─► engine, privately
 *                     └─ no: 404, which is also what anybody gets who may not know that a stream exists
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@pantau/base/clock';
import { addressKey } from '../access/address-key.ts';
import { messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { MediaEngine } from '@pantau/media';
import { mayWatch } from '../access/principal.ts';
import type { MediaHandler } from '../http/front-server.ts';
import type { Caller, PrincipalResolver } from '../http/principal-resolver.ts';
import type { RateLimiter } from '../http/rate-limiter.ts';
import { refuseSocket } from '../http/refuse-socket.ts';
import type { SecurityRules } from '../settings/security-settings.ts';
import {
  isEndless,
  isEntry,
  isPlaylist,
  parseHlsAddress,
  parseMseAddress,
  type HlsAddress,
} from './delivery-path.ts';
import {
  HOTLINK_REFUSED,
  NOT_FOUND,
  rateLimited,
  sendRedirect,
  sendRefusal,
  TICKET_INVALID,
  UNAVAILABLE,
  type Refusal,
  type ReplyAudience,
} from './delivery-reply.ts';
import { subjectOf, type GrantHolder } from './grant-holder.ts';
import { findAsker, mayEmbed, type SiteNames } from './hotlink.ts';
import { OpenSockets, type Closable } from './open-sockets.ts';
import type { FindStreamAccess, StreamAccess } from './stream-access.ts';
import type { TicketBook } from './ticket-book.ts';
import type { GrantSubject } from './ticket.ts';
import { ViewerRights } from './viewer-rights.ts';

export type DeliveryRefusalKind = 'hotlink' | 'rate-limit';

/** For the audit trail. */
export interface DeliveryRefusalFacts {
  readonly address: string;
  readonly userAgent: string | null;
  /** Undefined where the limit came before the path was looked at. */
  readonly streamKey: string | undefined;
  /** Of the page that asked, as far as the browser says so. */
  readonly origin: string | undefined;
  readonly endpoint: string;
}

export interface DeliveryGateOptions {
  readonly engine: Pick<MediaEngine, 'handleHls' | 'handleMseUpgrade' | 'handleWhep'>;
  readonly findAccess: FindStreamAccess;
  readonly tickets: TicketBook;
  readonly principals: PrincipalResolver;
  readonly grants: GrantHolder;
  readonly limiter: RateLimiter;
  /** The rules of now; called for what another site's page asks, so it must not wait. */
  readonly readRules: () => Pick<SecurityRules, 'embedOrigins'>;
  readonly clientAddress: (request: IncomingMessage) => string;
  readonly publicUrl: string | undefined;
  /** Whether the visitor's browser talks https to us. */
  readonly isSecure: (request: IncomingMessage) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Must not throw. */
  readonly onRefused: (kind: DeliveryRefusalKind, facts: DeliveryRefusalFacts) => void;
}

const HLS_ENDPOINT = 'GET /hls/:key';
const MSE_ENDPOINT = 'GET /mse/:key';
const WHEP_ENDPOINT = 'POST /whep/:key';
const FAILURE_LOG_INTERVAL_MS = 60_000;
const PRIVATELY = { isPrivate: true } as const;

/** Let in, as whom; or refused. */
type Verdict = { readonly subject: GrantSubject | undefined } | Refusal;

export class DeliveryGate implements MediaHandler {
  readonly #options: DeliveryGateOptions;
  readonly #sites: SiteNames;
  readonly #rights: ViewerRights;
  readonly #sockets: OpenSockets;
  /** Upgrades whose viewer is being looked up. */
  readonly #waiting = new Set<Duplex>();
  #lastFailureLogMs = Number.NEGATIVE_INFINITY;

  constructor(options: DeliveryGateOptions) {
    this.#options = options;
    this.#sites = { publicHost: URL.parse(options.publicUrl ?? '')?.host };
    this.#rights = new ViewerRights(options);
    this.#sockets = new OpenSockets({ ...options, onFailure: (error) => this.#reportFailure(error) });
  }

  /** WebSockets and endless replies that are open. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Stops looking at open sockets, which the engine closes, and gives up those that were not let in yet. */
  stop(): void {
    this.#sockets.stop();
    for (const socket of this.#waiting) socket.destroy();
  }

  handleHls(request: IncomingMessage, response: ServerResponse, path: string): void {
    const flood = this.#checkFlood(request, HLS_ENDPOINT);
    if (flood !== undefined) {
      sendRefusal(response, flood);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      // The engine answers these without looking at the path: nothing is told about a stream.
      this.#options.engine.handleHls(request, response, path);
      return;
    }
    const address = parseHlsAddress(path);
    const access = address && this.#options.findAccess(address.streamKey);
    if (address === undefined || access === undefined) sendRefusal(response, NOT_FOUND);
    else if (access.visibility === 'private') void this.#servePrivate(request, response, address, access);
    else this.#serveOpen(request, response, address);
  }

  handleMseUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, path: string): void {
    const flood = this.#checkFlood(request, MSE_ENDPOINT);
    if (flood !== undefined) {
      refuse(socket, flood);
      return;
    }
    const address = parseMseAddress(path);
    const access = address && this.#options.findAccess(address.streamKey);
    if (address === undefined || access === undefined) {
      refuse(socket, NOT_FOUND);
      return;
    }
    const { streamKey, ticket } = address;
    if (access.visibility === 'private') {
      void this.#admitPrivate(request, socket, head, streamKey, ticket, access);
      return;
    }
    const refusal =
      this.#checkEmbedding(request, streamKey, MSE_ENDPOINT) ??
      (ticket === undefined || this.#isGood(streamKey, ticket) ? undefined : TICKET_INVALID);
    if (refusal === undefined) this.#admit(request, socket, head, streamKey, undefined);
    else refuse(socket, refusal);
  }

  handleWhep(request: IncomingMessage, response: ServerResponse, path: string): void {
    const flood = this.#checkFlood(request, WHEP_ENDPOINT);
    if (flood !== undefined) {
      sendRefusal(response, flood);
      return;
    }
    if (request.method !== 'POST') {
      // A session is ended by who knows its name, and everything else is answered without looking at a stream.
      this.#options.engine.handleWhep(request, response, path);
      return;
    }
    const address = parseMseAddress(path);
    const access = address && this.#options.findAccess(address.streamKey);
    if (address === undefined || access === undefined) {
      sendRefusal(response, NOT_FOUND);
      return;
    }
    const { streamKey, ticket } = address;
    if (access.visibility === 'private') {
      void this.#offerPrivate(request, response, streamKey, ticket, access);
      return;
    }
    const refusal =
      this.#checkEmbedding(request, streamKey, WHEP_ENDPOINT) ??
      (ticket === undefined || this.#isGood(streamKey, ticket) ? undefined : TICKET_INVALID);
    if (refusal === undefined) this.#offer(request, response, streamKey, false, undefined);
    else sendRefusal(response, refusal);
  }

  #serveOpen(request: IncomingMessage, response: ServerResponse, address: HlsAddress): void {
    const { streamKey, ticket, file, query } = address;
    const hotlink =
      isPlaylist(file) || isEndless(file)
        ? this.#checkEmbedding(request, streamKey, HLS_ENDPOINT)
        : undefined;
    if (hotlink !== undefined) sendRefusal(response, hotlink);
    else if (ticket === undefined) this.#sendToTicket(response, address, 'public');
    else if (!this.#isGood(streamKey, ticket)) sendRefusal(response, TICKET_INVALID);
    else {
      if (isEndless(file)) this.#sockets.add(streamKey, replyOn(request, response), undefined);
      this.#options.engine.handleHls(request, response, `${streamKey}/${file}${query}`);
    }
  }

  async #servePrivate(
    request: IncomingMessage,
    response: ServerResponse,
    address: HlsAddress,
    access: StreamAccess,
  ): Promise<void> {
    const { streamKey, ticket, file, query } = address;
    const verdict = await this.#judge(request, streamKey, ticket, access, HLS_ENDPOINT);
    if (response.destroyed) return;
    if ('status' in verdict) {
      // What hides a stream looks exactly like a stream that does not exist.
      sendRefusal(response, verdict, verdict === NOT_FOUND ? 'public' : 'private');
    } else if (ticket === undefined) this.#sendToTicket(response, address, 'private');
    else if (!this.#isGood(streamKey, ticket)) sendRefusal(response, TICKET_INVALID, 'private');
    else {
      if (isEndless(file)) this.#sockets.add(streamKey, replyOn(request, response), verdict.subject);
      this.#options.engine.handleHls(request, response, `${streamKey}/${file}${query}`, PRIVATELY);
    }
  }

  async #admitPrivate(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    streamKey: string,
    ticket: string | undefined,
    access: StreamAccess,
  ): Promise<void> {
    // Nobody else listens while we wait: an error would end the process.
    const ignore = () => undefined;
    socket.on('error', ignore);
    this.#waiting.add(socket);
    const verdict = await this.#judge(request, streamKey, ticket, access, MSE_ENDPOINT);
    this.#waiting.delete(socket);
    socket.off('error', ignore);
    if (socket.destroyed) return;
    if ('status' in verdict) refuse(socket, verdict);
    else if (ticket !== undefined && !this.#isGood(streamKey, ticket)) refuse(socket, TICKET_INVALID);
    else this.#admit(request, socket, head, streamKey, verdict.subject);
  }

  #admit(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    streamKey: string,
    subject: GrantSubject | undefined,
  ): void {
    this.#sockets.add(streamKey, socket, subject);
    this.#options.engine.handleMseUpgrade(request, socket, head, streamKey);
  }

  async #offerPrivate(
    request: IncomingMessage,
    response: ServerResponse,
    streamKey: string,
    ticket: string | undefined,
    access: StreamAccess,
  ): Promise<void> {
    const verdict = await this.#judge(request, streamKey, ticket, access, WHEP_ENDPOINT);
    if (response.destroyed) return;
    if ('status' in verdict) sendRefusal(response, verdict, verdict === NOT_FOUND ? 'public' : 'private');
    else if (ticket !== undefined && !this.#isGood(streamKey, ticket))
      sendRefusal(response, TICKET_INVALID, 'private');
    else this.#offer(request, response, streamKey, true, verdict.subject);
  }

  #offer(
    request: IncomingMessage,
    response: ServerResponse,
    streamKey: string,
    isPrivate: boolean,
    subject: GrantSubject | undefined,
  ): void {
    this.#options.engine.handleWhep(request, response, streamKey, {
      isPrivate,
      onOpen: (session) =>
        this.#sockets.add(
          streamKey,
          { destroy: () => session.end(), once: (_event, callback) => session.onEnd(callback) },
          subject,
        ),
    });
  }

  /** Whether whoever asks may watch a private stream at all; the ticket in the path is looked at after that. */
  async #judge(
    request: IncomingMessage,
    streamKey: string,
    ticketText: string | undefined,
    access: StreamAccess,
    endpoint: string,
  ): Promise<Verdict> {
    try {
      const ticket =
        ticketText === undefined ? undefined : this.#options.tickets.check(streamKey, ticketText);
      // Who holds a grant of ours knows of the stream.
      if (ticket?.subject !== undefined && ticket.isExpired) return TICKET_INVALID;
      const principal =
        ticket?.subject === undefined
          ? await this.#rights.findCaller(this.#callerOf(request, endpoint))
          : await this.#rights.findHolder(ticket.subject);
      if (principal === undefined || !mayWatch(principal, access)) return NOT_FOUND;
      const asker = findAsker(request.headers, this.#sites, true);
      if (asker.isForeign) {
        this.#report('hotlink', request, streamKey, asker.origin, endpoint);
        return HOTLINK_REFUSED;
      }
      return { subject: subjectOf(principal) };
    } catch (error) {
      this.#reportFailure(error);
      return UNAVAILABLE;
    }
  }

  #isGood(streamKey: string, ticket: string): boolean {
    return this.#options.tickets.check(streamKey, ticket)?.isExpired === false;
  }

  /** A player's beginning leads to the ticket of now; what else came without one is from an address that never worked. */
  #sendToTicket(
    response: ServerResponse,
    { streamKey, file, query }: HlsAddress,
    audience: ReplyAudience,
  ): void {
    if (!isEntry(file)) {
      sendRefusal(response, TICKET_INVALID, audience);
      return;
    }
    const { text } = this.#options.tickets.issueWindow(streamKey);
    sendRedirect(response, `${text}/${file}${query}`, audience);
  }

  #checkEmbedding(request: IncomingMessage, streamKey: string, endpoint: string): Refusal | undefined {
    const asker = findAsker(request.headers, this.#sites);
    if (!asker.isForeign || mayEmbed(asker, this.#options.readRules().embedOrigins)) return undefined;
    this.#report('hotlink', request, streamKey, asker.origin, endpoint);
    return HOTLINK_REFUSED;
  }

  #checkFlood(request: IncomingMessage, endpoint: string): Refusal | undefined {
    const address = this.#options.clientAddress(request);
    const verdict = this.#options.limiter.take(addressKey(address), 'delivery');
    if (verdict.allowed) return undefined;
    this.#report('rate-limit', request, undefined, undefined, endpoint);
    return rateLimited(verdict.retryAfterS);
  }

  #report(
    kind: DeliveryRefusalKind,
    request: IncomingMessage,
    streamKey: string | undefined,
    origin: string | undefined,
    endpoint: string,
  ): void {
    this.#options.onRefused(kind, {
      address: this.#options.clientAddress(request),
      userAgent: request.headers['user-agent'] ?? null,
      streamKey,
      origin,
      endpoint,
    });
  }

  /** Once a minute: while the database is away every viewer of a private stream comes here several times a second. */
  #reportFailure(error: unknown): void {
    const { clock, logger } = this.#options;
    if (clock.monotonic() - this.#lastFailureLogMs < FAILURE_LOG_INTERVAL_MS) return;
    this.#lastFailureLogMs = clock.monotonic();
    logger.warn({ reason: messageOf(error) }, 'Viewers of private streams could not be checked');
  }

  #callerOf(request: IncomingMessage, endpoint: string): Caller {
    const { clientAddress, isSecure } = this.#options;
    return {
      headers: request.headers,
      address: clientAddress(request),
      secure: isSecure(request),
      endpoint,
    };
  }
}

/** A reply without an end: over with its connection, which may serve others after it. */
function replyOn(request: IncomingMessage, response: ServerResponse): Closable {
  return {
    destroy: () => request.socket.destroy(),
    once: (event, callback) => response.once(event, callback),
  };
}

function refuse(socket: Duplex, { status, code, message, retryAfterS }: Refusal): void {
  const headers = retryAfterS === undefined ? [] : [`Retry-After: ${retryAfterS}`];
  refuseSocket(socket, status, code, message, headers);
}
