/**
 * The camera's side of RTSP logins: Basic (RFC 7617) and Digest with MD5 or SHA-256, with or without qop (RFC 2617, RFC 7616).
 * A nonce belongs to one connection and, if wanted, to a number of requests.
 */
import { createHash, randomBytes } from 'node:crypto';
import { fillIn } from './makers/habits.ts';

export interface FakeLogin {
  readonly scheme: 'basic' | 'digest-md5' | 'digest-sha256';
  readonly username: string;
  readonly password: string;
  /** Default `IP Camera`. */
  readonly realm?: string;
  /** Offers `qop="auth"`. Default false for MD5, true for SHA-256. */
  readonly qop?: boolean;
  /** The challenges word for word, each a header: `{realm}` and `{nonce}` are filled in. Default one after the scheme. */
  readonly challenges?: readonly string[];
}

export type LoginVerdict = 'accepted' | 'missing' | 'wrong' | 'stale';

export class FakeAuthenticator {
  readonly #login: FakeLogin;
  #nonce = newNonce();
  #uses = 0;

  constructor(login: FakeLogin) {
    this.#login = login;
  }

  /** Values of `WWW-Authenticate` for a verdict other than `accepted`. A stale nonce is replaced. */
  challenges(verdict: LoginVerdict): readonly string[] {
    const realm = this.#login.realm ?? 'IP Camera';
    if (verdict === 'stale' || verdict === 'wrong') {
      this.#nonce = newNonce();
      this.#uses = 0;
    }
    const spelled = this.#login.challenges;
    if (spelled !== undefined) return spelled.map((text) => fillIn(text, { realm, nonce: this.#nonce }));
    if (this.#login.scheme === 'basic') return [`Basic realm="${realm}"`];
    const algorithm = this.#login.scheme === 'digest-md5' ? 'MD5' : 'SHA-256';
    return [
      `Digest realm="${realm}", nonce="${this.#nonce}", algorithm=${algorithm}` +
        (this.#usesQop ? ', qop="auth"' : '') +
        (verdict === 'stale' ? ', stale=TRUE' : ''),
    ];
  }

  /**
   * Judges an `Authorization` header.
   * @param nonceUses requests a nonce is good for; 0 for ever.
   */
  check(method: string, uri: string, header: string | undefined, nonceUses: number): LoginVerdict {
    if (header === undefined) return 'missing';
    const [scheme, rest] = splitOnce(header.trim(), ' ');
    if (this.#login.scheme === 'basic') {
      if (scheme.toLowerCase() !== 'basic') return 'wrong';
      const expected = Buffer.from(`${this.#login.username}:${this.#login.password}`).toString('base64');
      return rest.trim() === expected ? 'accepted' : 'wrong';
    }
    if (scheme.toLowerCase() !== 'digest') return 'wrong';
    const fields = parseFields(rest);
    if (fields.get('nonce') !== this.#nonce) return 'stale';
    if (fields.get('username') !== this.#login.username || fields.get('uri') !== uri) return 'wrong';
    if (fields.get('response') !== this.#expected(method, uri, fields)) return 'wrong';
    this.#uses++;
    return nonceUses > 0 && this.#uses > nonceUses ? 'stale' : 'accepted';
  }

  get #usesQop(): boolean {
    return this.#login.qop ?? this.#login.scheme === 'digest-sha256';
  }

  #expected(method: string, uri: string, fields: ReadonlyMap<string, string>): string {
    const { username, password, realm = 'IP Camera' } = this.#login;
    const hash = (text: string) =>
      createHash(this.#login.scheme === 'digest-md5' ? 'md5' : 'sha256')
        .update(text)
        .digest('hex');
    const secret = hash(`${username}:${realm}:${password}`);
    const request = hash(`${method}:${uri}`);
    if (!this.#usesQop) return hash(`${secret}:${this.#nonce}:${request}`);
    return hash(`${secret}:${this.#nonce}:${fields.get('nc')}:${fields.get('cnonce')}:auth:${request}`);
  }
}

function newNonce(): string {
  return randomBytes(12).toString('hex');
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** `name=value, name="value"`; names in lower case. */
function parseFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [, name = '', quoted, bare] of text.matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^",\s]+))/gi)) {
    fields.set(name.toLowerCase(), quoted ?? bare ?? '');
  }
  return fields;
}
