/** Puts sessions into cookies and takes them out again. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PENDING_LOGIN_MS } from '../auth/pending-login.ts';
import { REMEMBERED_MS } from '../sessions/session.ts';
import { formatCookie, formatNoCookie, readCookie } from './cookies.ts';
import type { OwnOrigin } from './own-origin.ts';

/** How long a browser is recognised as one that was signed in before, s. */
const DEVICE_S = 365 * 24 * 60 * 60;

export class SessionCookies {
  readonly #ownOrigin: OwnOrigin;

  constructor(ownOrigin: OwnOrigin) {
    this.#ownOrigin = ownOrigin;
  }

  /** Signed in: the pending sign-in, if any, is over. */
  set(
    request: FastifyRequest,
    reply: FastifyReply,
    values: { readonly sessionToken: string; readonly deviceToken: string; readonly remembered: boolean },
  ): void {
    const secure = this.#isSecure(request);
    this.rotate(request, reply, values.sessionToken, values.remembered);
    add(reply, formatCookie('device', values.deviceToken, { secure, maxAgeS: DEVICE_S }));
    add(reply, formatNoCookie('login', secure));
  }

  /** A new value for the running session. */
  rotate(request: FastifyRequest, reply: FastifyReply, sessionToken: string, remembered: boolean): void {
    const secure = this.#isSecure(request);
    // Without an age it goes with the browser; the server ends it after 24 h in any case.
    const age = remembered ? { maxAgeS: REMEMBERED_MS / 1000 } : {};
    add(reply, formatCookie('session', sessionToken, { secure, ...age }));
  }

  setPending(request: FastifyRequest, reply: FastifyReply, pendingToken: string): void {
    const secure = this.#isSecure(request);
    add(reply, formatCookie('login', pendingToken, { secure, maxAgeS: PENDING_LOGIN_MS / 1000 }));
  }

  /** Signed out. The device stays known. */
  clear(request: FastifyRequest, reply: FastifyReply): void {
    const secure = this.#isSecure(request);
    add(reply, formatNoCookie('session', secure));
    add(reply, formatNoCookie('login', secure));
  }

  readPending(request: FastifyRequest): string | undefined {
    return readCookie(request.headers, 'login', this.#isSecure(request));
  }

  readDevice(request: FastifyRequest): string | undefined {
    return readCookie(request.headers, 'device', this.#isSecure(request));
  }

  #isSecure(request: FastifyRequest): boolean {
    return this.#ownOrigin.isSecure(request.raw);
  }
}

function add(reply: FastifyReply, cookie: string): void {
  // Fastify collects several `Set-Cookie` of one reply.
  reply.header('set-cookie', cookie);
}
