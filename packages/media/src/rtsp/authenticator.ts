/**
 * Logs in on one RTSP connection: remembers the challenge, signs every request with it, and decides after a 401
 * whether another try makes sense. One per connection, because cameras tie nonces to connections.
 *
 *   401 ─┬─ nothing was sent, or it was signed with an older nonce ── sign with the new one, once
 *        ├─ the nonce went stale ─────────────────────────────────── sign with the new one
 *        ├─ a weaker digest was offered too, not tried yet ───────── try that (some cameras offer what they cannot)
 *        └─ else the credentials are wrong: stop, cameras lock out after a few tries
 */
import { randomBytes } from 'node:crypto';
import type { Secret } from '@pantau/base/secret';
import { parseChallenges } from './auth-challenge.ts';
import { formatDigestAuthorization, parseDigestChallenge, type DigestChallenge } from './digest-auth.ts';

export interface Credentials {
  readonly username: string;
  readonly password: Secret;
}

/** `retry`: send the request again, signed anew. The others are final. */
export type ChallengeVerdict = 'retry' | 'no-credentials' | 'rejected' | 'unknown-scheme';

/** Signed tries of one request: first, fresh nonce, stale nonce, weaker digest. */
const MAX_TRIES_PER_REQUEST = 4;

export class Authenticator {
  readonly #credentials: Credentials | undefined;
  readonly #createClientNonce: () => string;
  #digest: DigestChallenge | undefined;
  #isBasic = false;
  #nonceCount = 0;
  /** Only digests weaker than this rank are tried; grows when a stronger one was rejected. */
  #minRank = 0;

  constructor(
    credentials: Credentials | undefined,
    createClientNonce: () => string = () => randomBytes(8).toString('hex'),
  ) {
    this.#credentials = credentials;
    this.#createClientNonce = createClientNonce;
  }

  /** The Authorization header of the next request; undefined until the camera has asked for one. */
  authorize(method: string, uri: string): string | undefined {
    const credentials = this.#credentials;
    if (credentials === undefined) return undefined;
    const password = credentials.password.reveal();
    if (this.#digest !== undefined) {
      this.#nonceCount++;
      return formatDigestAuthorization(this.#digest, {
        method,
        uri,
        username: credentials.username,
        password,
        nonceCount: this.#nonceCount,
        clientNonce: this.#createClientNonce(),
      });
    }
    if (!this.#isBasic) return undefined;
    return `Basic ${Buffer.from(`${credentials.username}:${password}`, 'utf8').toString('base64')}`;
  }

  /**
   * Takes the WWW-Authenticate headers of a 401.
   * @param tries how often this request was sent so far, from 1.
   * @param wasFresh whether it was signed with a nonce that came in answer to this very request.
   */
  challenge(headerValues: readonly string[], tries: number, wasFresh: boolean): ChallengeVerdict {
    if (this.#credentials === undefined) return 'no-credentials';
    if (tries >= MAX_TRIES_PER_REQUEST) return 'rejected';
    const challenges = parseChallenges(headerValues);
    const digests = challenges.map(parseDigestChallenge).filter((digest) => digest !== undefined);
    digests.sort((a, b) => a.rank - b.rank);

    const current = this.#digest;
    const isStale =
      current !== undefined && digests.some((digest) => digest.isStale && digest.nonce !== current.nonce);
    if (wasFresh && !isStale) {
      if (current === undefined) return 'rejected';
      this.#minRank = current.rank + 1;
    }
    const next = digests.find((digest) => digest.rank >= this.#minRank);
    if (next !== undefined) {
      const isSameNonce = current !== undefined && next.nonce === current.nonce;
      if (isSameNonce && next.rank === current.rank) return 'rejected';
      this.#digest = next;
      this.#isBasic = false;
      if (!isSameNonce) this.#nonceCount = 0;
      return 'retry';
    }
    // never fall from Digest to Basic: that would hand the password to whoever listens
    if (digests.length > 0) return 'rejected';
    if (!challenges.some((challenge) => challenge.scheme === 'basic')) return 'unknown-scheme';
    if (this.#isBasic || current !== undefined) return 'rejected';
    this.#isBasic = true;
    return 'retry';
  }
}
