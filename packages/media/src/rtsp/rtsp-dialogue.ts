/**
 * Requests on one connection with what every request needs: login, User-Agent, Session. Turns statuses into errors.
 */
import type { Authenticator } from './authenticator.ts';
import type { RtspConnection } from './rtsp-connection.ts';
import type { OutgoingHeaders, RtspResponse } from './rtsp-message.ts';
import { DEFAULT_SESSION_TIMEOUT_SECONDS, parseSessionHeader } from './session-header.ts';
import { isRedirect, refusedAfterLogin, statusError, unauthorized } from './status-error.ts';

const USER_AGENT = 'Pantau';

/** Thrown out of a request that the camera answered with a redirect; `openRtspSession` follows it. */
export class RtspRedirect extends Error {
  readonly location: string;

  constructor(location: string) {
    super('redirect');
    this.location = location;
  }
}

export class RtspDialogue {
  readonly #connection: RtspConnection;
  readonly #authenticator: Authenticator;
  #sessionId: string | undefined;
  #timeoutSeconds: number | undefined;
  /** A signed request was answered with success on this connection. */
  #isLoginAccepted = false;

  constructor(connection: RtspConnection, authenticator: Authenticator) {
    this.#connection = connection;
    this.#authenticator = authenticator;
  }

  /** The smallest session timeout the camera has named, else that of the RFC. */
  get sessionTimeoutSeconds(): number {
    return this.#timeoutSeconds ?? DEFAULT_SESSION_TIMEOUT_SECONDS;
  }

  /**
   * A request that must succeed.
   * @throws MediaError by status, SOURCE_TIMEOUT, SOURCE_CLOSED; RtspRedirect; the signal's reason.
   */
  async request(
    method: string,
    url: string,
    headers: OutgoingHeaders,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<RtspResponse> {
    const response = await this.exchange(method, url, headers, limits);
    this.check(method, response);
    return response;
  }

  /** Takes a response that must be a success. @throws MediaError by status; RtspRedirect. */
  check(method: string, response: RtspResponse): void {
    if (isRedirect(response)) throw new RtspRedirect(response.headers.find('location') ?? '');
    if (response.status >= 300) throw statusError(method, response);
    this.#readSession(response);
  }

  /**
   * A request whose status the caller judges; only 401 is dealt with here: signed again as long as that makes sense.
   * @throws MediaError SOURCE_UNAUTHORIZED, SOURCE_TIMEOUT, SOURCE_CLOSED; the signal's reason.
   */
  async exchange(
    method: string,
    url: string,
    headers: OutgoingHeaders,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<RtspResponse> {
    for (let tries = 1; ; tries++) {
      const signed = this.#complete(method, url, headers);
      const response = await this.#connection.request(method, url, signed, limits);
      if (response.status !== 401) {
        if (signed['Authorization'] !== undefined && response.status < 300) this.#isLoginAccepted = true;
        return response;
      }
      const verdict = this.#authenticator.challenge(
        response.headers.list('www-authenticate'),
        tries,
        tries > 1,
      );
      if (verdict === 'retry') continue;
      // with a challenge or, as some do, without any
      if (verdict !== 'no-credentials' && this.#isLoginAccepted) throw refusedAfterLogin(method);
      throw unauthorized(verdict, method);
    }
  }

  /** Sends a signed request that nobody waits for. @throws MediaError when the connection is gone. */
  send(method: string, url: string): void {
    this.#connection.send(method, url, this.#complete(method, url, {}));
  }

  /**
   * Closes the connection without waiting. A camera that gave out a session hears that it is over: few of them allow
   * many, and they count those that nobody ended.
   */
  leave(url: string): void {
    if (this.#sessionId === undefined || !this.#connection.canWrite) {
      this.#connection.destroy();
      return;
    }
    this.send('TEARDOWN', url);
    this.#connection.finish();
  }

  /** Takes the 401 of a request that was only sent; returns whether sending it again makes sense. */
  acceptChallenge(response: RtspResponse): boolean {
    return this.#authenticator.challenge(response.headers.list('www-authenticate'), 1, false) === 'retry';
  }

  #complete(method: string, url: string, headers: OutgoingHeaders): OutgoingHeaders {
    return {
      'User-Agent': USER_AGENT,
      Authorization: this.#authenticator.authorize(method, url),
      Session: this.#sessionId,
      ...headers,
    };
  }

  /** The first session id stays; of several timeouts the smallest counts. */
  #readSession(response: RtspResponse): void {
    const session = parseSessionHeader(response.headers.find('session') ?? '');
    if (session === undefined) return;
    this.#sessionId ??= session.id;
    if (session.timeoutSeconds !== undefined) {
      this.#timeoutSeconds = Math.min(session.timeoutSeconds, this.#timeoutSeconds ?? session.timeoutSeconds);
    }
  }
}
