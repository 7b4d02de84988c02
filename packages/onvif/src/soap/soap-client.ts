/**
 * Asks a device, and logs in the way it wants. The first call that needs a login climbs this ladder and the rest use what worked:
 *
 *   token, by the device's clock ─► HTTP Digest, where offered ─► token, by our clock ─► token, by the device's local time
 *
 * A refused HTTP Digest is final, because time plays no part in it: devices lock accounts after a few wrong tries.
 */
import { randomBytes } from 'node:crypto';
import { Authenticator, type Credentials } from '@pantau/media/authenticator';
import type { Clock } from '@pantau/base/clock';
import type { DialRules } from '../http/dial.ts';
import { formatDeviceUrl, type DeviceUrl } from '../http/device-url.ts';
import { post, type HttpReply } from '../http/post.ts';
import { isOnvifError, OnvifError } from '../onvif-error.ts';
import type { XmlElement } from '../xml/xml-element.ts';
import { NS } from './namespaces.ts';
import { readSoapReply } from './soap-reply.ts';
import { formatUsernameToken } from './username-token.ts';

export interface SoapClientOptions extends DialRules {
  readonly clock: Clock;
  readonly credentials?: Credentials | undefined;
  /** For one request, redirects included. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Default: 16 random bytes. */
  readonly createNonce?: (() => Buffer) | undefined;
}

export interface SoapRequest {
  /** Namespace of the service. */
  readonly namespace: string;
  /** Local name of the request; the answer is `<name>Response`. */
  readonly name: string;
  /** XML inside the request's element; the prefix `q` is the service's, `tt` the schema's. */
  readonly content?: string;
  /** Default 256 KiB. */
  readonly maxBytes?: number;
}

export interface CallOptions {
  /** `never`: the operation is open before login. Default `login`. */
  readonly login?: 'login' | 'never' | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Shorter than the client's. */
  readonly timeoutMs?: number | undefined;
}

/** How far the device's clock is from ours, ms: add to our time. */
export interface DeviceClock {
  /** Undefined when the device does not tell UTC. */
  readonly utcOffsetMs: number | undefined;
  /** What the offset would be if the device goes by its local time. */
  readonly localOffsetMs: number | undefined;
}

/** How a request proves who asks. */
type Way = { readonly kind: 'none' | 'http' } | { readonly kind: 'token'; readonly offsetMs: number };

/** How the device lets us in: nothing asked for, UsernameToken, or HTTP Digest (or Basic). */
export type LoginKind = Way['kind'];

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_MAX_BYTES = 256 * 1024;
/** Clocks that are closer than this are the same to every device seen. */
const SAME_CLOCK_MS = 3000;
const MAX_AUTHENTICATORS = 16;

export class SoapClient {
  readonly #options: SoapClientOptions;
  readonly #authenticators = new Map<string, Authenticator>();
  #deviceClock: DeviceClock | undefined;
  #way: Way | undefined;

  constructor(options: SoapClientOptions) {
    this.#options = options;
  }

  /** How the login went; undefined before the first call that needed one. */
  get loginKind(): LoginKind | undefined {
    return this.#way?.kind;
  }

  /** Undefined until it was set, or when the device tells no time. */
  get deviceClock(): DeviceClock | undefined {
    return this.#deviceClock;
  }

  setDeviceClock(clock: DeviceClock): void {
    this.#deviceClock = clock;
  }

  /**
   * @returns the response element.
   * @throws OnvifError of any code; the signal's reason.
   */
  async call(url: DeviceUrl, request: SoapRequest, options: CallOptions = {}): Promise<XmlElement> {
    if (options.login === 'never') return this.#attempt(url, request, { kind: 'none' }, options);
    if (this.#options.credentials === undefined) return this.#callOpenly(url, request, options);
    if (this.#way !== undefined) return this.#again(url, request, this.#way, options);
    return this.#logIn(url, request, options);
  }

  async #callOpenly(url: DeviceUrl, request: SoapRequest, options: CallOptions): Promise<XmlElement> {
    try {
      const element = await this.#attempt(url, request, { kind: 'none' }, options);
      this.#way = { kind: 'none' };
      return element;
    } catch (error) {
      if (!isOnvifError(error, 'ONVIF_LOGIN_FAILED', 'ONVIF_CLOCK_WRONG')) throw error;
      throw new OnvifError('ONVIF_LOGIN_FAILED', 'The device wants a user name and password.', {
        cause: error,
      });
    }
  }

  async #again(url: DeviceUrl, request: SoapRequest, way: Way, options: CallOptions): Promise<XmlElement> {
    try {
      return await this.#attempt(url, request, way, options);
    } catch (error) {
      if (!isOnvifError(error, 'ONVIF_LOGIN_FAILED')) throw error;
      // The same login was good a moment ago.
      throw new OnvifError('ONVIF_REFUSED', 'The device does not let this account do that.', {
        cause: error,
        details: { operation: request.name },
      });
    }
  }

  async #logIn(url: DeviceUrl, request: SoapRequest, options: CallOptions): Promise<XmlElement> {
    let failure: OnvifError | undefined;
    for (const way of this.#listWays()) {
      try {
        return await this.#attempt(url, request, way, options);
      } catch (error) {
        if (!isOnvifError(error, 'ONVIF_LOGIN_FAILED', 'ONVIF_CLOCK_WRONG')) throw error;
        // What a device says of its clock tells more than the "not authorized" of the other tries.
        if (failure?.code !== 'ONVIF_CLOCK_WRONG') failure = error;
        if (error.details['isFinal'] === true) throw error;
      }
    }
    throw failure ?? new OnvifError('ONVIF_LOGIN_FAILED', 'The device refused user name or password.');
  }

  #listWays(): readonly Way[] {
    const { utcOffsetMs, localOffsetMs } = this.#deviceClock ?? {};
    const offsets = [utcOffsetMs ?? 0];
    for (const offset of [0, localOffsetMs]) {
      if (offset !== undefined && offsets.every((each) => Math.abs(each - offset) > SAME_CLOCK_MS))
        offsets.push(offset);
    }
    const [first, ...others] = offsets.map((offsetMs): Way => ({ kind: 'token', offsetMs }));
    return [...(first === undefined ? [] : [first]), { kind: 'http' }, ...others];
  }

  async #attempt(url: DeviceUrl, request: SoapRequest, way: Way, options: CallOptions): Promise<XmlElement> {
    let isHttp = way.kind === 'http' || way.kind === 'none';
    let wasFresh = false;
    for (let tries = 1; ; tries++) {
      const reply = await this.#send(url, request, isHttp ? { kind: 'http' } : way, options);
      if (reply.status === 401 && reply.challenges.length > 0 && options.login !== 'never') {
        const verdict = this.#findAuthenticator(reply.url).challenge(reply.challenges, tries, wasFresh);
        wasFresh = true;
        if (verdict === 'retry') {
          isHttp = true;
          continue;
        }
        if (verdict === 'rejected')
          throw new OnvifError('ONVIF_LOGIN_FAILED', 'The device refused user name or password.', {
            details: { isFinal: true },
          });
      }
      const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES;
      const element = readSoapReply(reply, `${request.name}Response`, maxBytes);
      if (way.kind !== 'none') this.#way = isHttp ? { kind: 'http' } : way;
      return element;
    }
  }

  #send(url: DeviceUrl, request: SoapRequest, way: Way, options: CallOptions): Promise<HttpReply> {
    const { clock, credentials, timeoutMs = DEFAULT_TIMEOUT_MS, createNonce } = this.#options;
    const security =
      way.kind === 'token' && credentials !== undefined
        ? formatUsernameToken(credentials, createNonce?.() ?? randomBytes(16), clock.now() + way.offsetMs)
        : '';
    return post(
      url,
      {
        contentType: `application/soap+xml; charset=utf-8; action="${request.namespace}/${request.name}"`,
        body: formatEnvelope(security, request),
        authorize:
          way.kind === 'http' && options.login !== 'never'
            ? (target) => this.#findAuthenticator(target).authorize('POST', target.path)
            : undefined,
      },
      {
        ...this.#options,
        signal: options.signal,
        timeoutMs: Math.min(options.timeoutMs ?? timeoutMs, timeoutMs),
        maxBytes: request.maxBytes ?? DEFAULT_MAX_BYTES,
      },
    );
  }

  /** One for each URL: some devices tie their nonce to it. */
  #findAuthenticator(url: DeviceUrl): Authenticator {
    const key = formatDeviceUrl(url);
    const known = this.#authenticators.get(key);
    if (known !== undefined) return known;
    if (this.#authenticators.size >= MAX_AUTHENTICATORS) this.#authenticators.clear();
    const created = new Authenticator(this.#options.credentials);
    this.#authenticators.set(key, created);
    return created;
  }
}

/** SOAP 1.2 (part 1, section 5). */
export function formatEnvelope(header: string, { namespace, name, content = '' }: SoapRequest): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${NS.soap12}">` +
    `<s:Header>${header}</s:Header>` +
    `<s:Body><q:${name} xmlns:q="${namespace}" xmlns:tt="${NS.schema}">${content}</q:${name}></s:Body></s:Envelope>`
  );
}
