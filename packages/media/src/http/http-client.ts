/**
 * The one HTTP client for cameras and playlists (RFC 9110, 9112). What answers is not trusted:
 *
 *   URL ─► address rule, asked with each resolved address ─► connection ─► request ─► 401: sign in, once ─► reply
 *                  ▲                                                          │
 *                  └────────── redirect, at most 5: never inward, ◄───────────┘
 *                              no credentials to other hosts
 *
 * Headers have a size and a time, compressed bodies are refused (none are asked for), and who reads a body says how much.
 */
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { abortReason, deadline, type Clock } from '@pantau/base/clock';
import { Secret } from '@pantau/base/secret';
import { MediaError } from '../media-error.ts';
import { checkLiteral, guardedLookup, isLoopbackAddress } from '../rtsp/address-guard.ts';
import { Authenticator } from '../rtsp/authenticator.ts';
import type { IsAddressAllowed } from '../source.ts';
import type { SourceDefinition } from '../source-definition.ts';
import { HttpAgents } from './http-agents.ts';
import { describeHttpError, httpStatusError, unauthorizedError } from './http-errors.ts';
import { HttpReply } from './http-reply.ts';
import { addressRulesFor, mayHaveCredentials } from './http-rules.ts';
import { hostOf, parseHttpUrl, portOf, requireHttpUrl } from './http-url.ts';

export interface HttpClientOptions {
  readonly source: SourceDefinition;
  readonly clock: Clock;
  readonly isAddressAllowed?: IsAddressAllowed | undefined;
  /** How names are resolved; default the system's way. */
  readonly lookup?: LookupFunction;
}

export interface HttpRequest {
  /** Ends the request and the reading of its body. */
  readonly signal: AbortSignal;
  /** Sent in addition, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

const HEADERS_TIMEOUT_MS = 10_000;
const MAX_REDIRECTS = 5;
/** Replies of status 1xx before the real one: none was asked for. */
const MAX_INTERIM_REPLIES = 16;
const MAX_HEADER_BYTES = 32 * 1024;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Replies that say something: a body, a part of it, or that nothing changed. */
const SUCCESSES: ReadonlySet<number> = new Set([200, 206, 304]);

export class HttpClient {
  /** The operator's URL. */
  readonly origin: URL;
  readonly #options: HttpClientOptions;
  readonly #agents: HttpAgents;
  readonly #login: Authenticator;
  readonly #hasCredentials: boolean;
  /** Whether the operator's URL leads to this machine, once that is known. */
  #isLoopback: boolean | undefined;

  /** @throws MediaError SOURCE_URL_INVALID */
  constructor(options: HttpClientOptions) {
    const { username, password, url, tlsFingerprint } = options.source;
    this.origin = requireHttpUrl(url);
    this.#options = options;
    this.#agents = new HttpAgents(tlsFingerprint);
    this.#hasCredentials = username !== undefined;
    this.#login = new Authenticator(
      username === undefined ? undefined : { username, password: password ?? new Secret('') },
    );
  }

  /**
   * GETs a URL. Resolves when the headers of a success are there: 200, 206 or 304.
   * @throws MediaError by what went wrong, or the signal's reason.
   */
  async get(start: URL, request: HttpRequest): Promise<HttpReply> {
    const { clock } = this.#options;
    using limit = deadline(
      clock,
      HEADERS_TIMEOUT_MS,
      () => new MediaError('SOURCE_TIMEOUT', 'The camera did not answer in time'),
      request.signal,
    );
    let url = start;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const message = await this.#askSigned(url, request, limit.signal);
      const status = message.statusCode ?? 0;
      const { location } = message.headers;
      if (REDIRECTS.has(status) && location !== undefined) {
        message.destroy();
        const next = parseHttpUrl(location, url);
        if (next === undefined)
          throw new MediaError('SOURCE_REFUSED', 'The camera redirects to what is no web address');
        url = next;
        continue;
      }
      const refusal = this.#refusalOf(status, message);
      if (refusal === undefined) return new HttpReply(message, url, request.signal);
      message.destroy();
      throw refusal;
    }
    throw new MediaError(
      'SOURCE_REFUSED',
      `The camera redirects in circles (more than ${MAX_REDIRECTS} times)`,
    );
  }

  /** Ends all connections. */
  close(): void {
    this.#agents.close();
  }

  #refusalOf(status: number, { headers }: IncomingMessage): MediaError | undefined {
    if (status === 401) return unauthorizedError(this.#hasCredentials);
    if (!SUCCESSES.has(status)) return httpStatusError(status);
    const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
    if (encoding === '' || encoding === 'identity') return undefined;
    return new MediaError('SOURCE_REFUSED', 'The camera compresses its reply, which was not asked for');
  }

  /** Sends the request, and again as long as signing it anew makes sense. */
  async #askSigned(url: URL, request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const target = `${url.pathname}${url.search}`;
    for (let tries = 1, wasFresh = false; ; tries++) {
      const authorization = mayHaveCredentials(url, this.origin)
        ? this.#login.authorize('GET', target)
        : undefined;
      const message = await this.#ask(url, authorization, request, signal);
      this.#isLoopback ??= isLoopbackAddress(message.socket.remoteAddress ?? '');
      if (message.statusCode !== 401 || !mayHaveCredentials(url, this.origin)) return message;
      const offered = message.headersDistinct['www-authenticate'] ?? [];
      if (this.#login.challenge(offered, tries, wasFresh) !== 'retry') return message;
      message.destroy();
      wasFresh = true;
    }
  }

  /** One request on one connection. */
  async #ask(
    url: URL,
    authorization: string | undefined,
    { headers }: HttpRequest,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    if (signal.aborted) throw abortReason(signal);
    const { isAddressAllowed } = this.#options;
    const rules = addressRulesFor(url, this.origin, this.#isLoopback === true, isAddressAllowed);
    const host = hostOf(url);
    const port = portOf(url);
    checkLiteral(rules, host, port);
    const isHttps = url.protocol === 'https:';
    const options: RequestOptions = {
      host,
      port,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      agent: this.#agents.find(url, url.hostname === this.origin.hostname),
      lookup: guardedLookup(rules, port, this.#options.lookup),
      maxHeaderSize: MAX_HEADER_BYTES,
      // Cameras end lines with a bare LF, repeat Content-Length, and send characters that have no place in a header.
      insecureHTTPParser: true,
      headers: {
        host: url.host,
        'user-agent': 'Pantau',
        accept: '*/*',
        'accept-encoding': 'identity',
        ...headers,
        ...(authorization === undefined ? {} : { authorization }),
      },
    };
    const outcome = Promise.withResolvers<IncomingMessage>();
    const sent = isHttps ? requestHttps(options) : requestHttp(options);
    const onAbort = () => {
      outcome.reject(abortReason(signal));
      sent.destroy();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    sent.on('response', (message) => outcome.resolve(message));
    // Stays: what goes wrong later is told by the reply.
    sent.on('error', (error) => outcome.reject(describeHttpError(error, false)));
    let interims = 0;
    sent.on('information', () => {
      if (++interims <= MAX_INTERIM_REPLIES) return;
      outcome.reject(new MediaError('SOURCE_REFUSED', 'The camera never comes to an answer'));
      sent.destroy();
    });
    sent.on('upgrade', (_message, socket) => {
      socket.destroy();
      outcome.reject(new MediaError('SOURCE_REFUSED', 'The camera wants to speak another protocol'));
    });
    sent.end();
    try {
      return await outcome.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
