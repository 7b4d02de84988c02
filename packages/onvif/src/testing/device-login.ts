/** How a simulated device checks who asks: UsernameToken and HTTP Digest, written apart from the client's. */
import { createHash, randomBytes } from 'node:crypto';
import type { DeviceHabits } from './device-habits.ts';

export type LoginVerdict = 'ok' | 'no login' | 'wrong login' | 'wrong time';

export interface DeviceAccount {
  readonly username: string;
  readonly password: string;
}

/** Checks the UsernameToken in a request's text. @param nowMs the device's UTC time. */
export function checkToken(
  xml: string,
  account: DeviceAccount,
  nowMs: number,
  { toleranceMs }: DeviceHabits,
): LoginVerdict {
  const field = (name: string) => new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^>]*)?>([^<]*)<`).exec(xml)?.[1];
  const [username, password, nonce, created] = ['Username', 'Password', 'Nonce', 'Created'].map(field);
  if (username === undefined || password === undefined || nonce === undefined || created === undefined)
    return 'no login';
  const digest = createHash('sha1')
    .update(Buffer.concat([Buffer.from(nonce, 'base64'), Buffer.from(created + account.password)]))
    .digest('base64');
  if (username !== account.username || digest !== password) return 'wrong login';
  return Math.abs(Date.parse(created) - nowMs) <= toleranceMs ? 'ok' : 'wrong time';
}

/** HTTP Digest with nonces of its own; each nonce may belong to one path. */
export class DigestDoor {
  readonly #habits: DeviceHabits;
  readonly #account: DeviceAccount;
  readonly #nonces = new Map<string, string>();

  constructor(habits: DeviceHabits, account: DeviceAccount) {
    this.#habits = habits;
    this.#account = account;
  }

  /** The value of `WWW-Authenticate`. */
  challenge(path: string): string {
    const nonce = randomBytes(8).toString('hex');
    this.#nonces.set(nonce, path);
    return `Digest realm="IP Camera(A1)", qop="auth", nonce="${nonce}", algorithm=${this.#habits.digestAlgorithm}`;
  }

  check(header: string | undefined, method: string, path: string): LoginVerdict {
    if (header === undefined || !header.startsWith('Digest ')) return 'no login';
    const fields = Object.fromEntries(
      [...header.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map(([, key = '', quoted, bare]) => [
        key,
        quoted ?? bare ?? '',
      ]),
    );
    const { nonce = '', nc = '', cnonce = '', qop = '', uri = '', response, username } = fields;
    const boundTo = this.#nonces.get(nonce);
    if (boundTo === undefined || (this.#habits.isNonceOfPath && boundTo !== path)) return 'no login';
    const algorithm = this.#habits.digestAlgorithm === 'SHA-256' ? 'sha256' : 'md5';
    const hash = (text: string) => createHash(algorithm).update(text).digest('hex');
    const secret = hash(`${this.#account.username}:IP Camera(A1):${this.#account.password}`);
    const expected = hash(`${secret}:${nonce}:${nc}:${cnonce}:${qop}:${hash(`${method}:${uri}`)}`);
    return response === expected && username === this.#account.username && uri === path
      ? 'ok'
      : 'wrong login';
  }
}
