/** Somebody at the API without a browser: cookies are kept, everything else is as given. */
import { sendHttp, type HttpOptions, type HttpReply } from './http-client.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export class ApiSession {
  readonly #origin: string;
  readonly #defaults: Pick<HttpOptions, 'headers' | 'from'>;
  readonly #cookies = new Map<string, string>();

  /** @param defaults for each request. */
  constructor(origin: string, defaults: Pick<HttpOptions, 'headers' | 'from'> = {}) {
    this.#origin = origin;
    this.#defaults = defaults;
  }

  /** @throws Error when the sign-in fails. */
  static async signIn(
    origin: string,
    { username, password }: Login,
    defaults: Pick<HttpOptions, 'headers' | 'from'> = {},
  ): Promise<ApiSession> {
    const session = new ApiSession(origin, defaults);
    const reply = await session.call('POST', '/api/auth/login', { username, password });
    if (reply.status !== 200) throw new Error(`sign-in of ${username}: ${reply.status} ${reply.text}`);
    return session;
  }

  /** The `Cookie` header of now. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get cookieNames(): readonly string[] {
    return [...this.#cookies.keys()];
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpReply> {
    const { headers: always, ...rest } = this.#defaults;
    const reply = await sendHttp(`${this.#origin}${path}`, {
      method,
      body,
      ...rest,
      headers: { ...always, ...(this.#cookies.size === 0 ? {} : { Cookie: this.cookie }), ...headers },
    });
    for (const cookie of reply.cookies) this.#keep(cookie);
    return reply;
  }

  /** As `call`, for what must succeed. @returns `data` of the reply. */
  async data(method: string, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    const reply = await this.call(method, path, body);
    const data = fieldOf(reply.json, 'data');
    if (reply.status >= 300 || typeof data !== 'object' || data === null)
      throw new Error(`${method} ${path}: ${reply.status} ${reply.text.slice(0, 300)}`);
    return { ...data };
  }

  #keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split(';').map((text) => text.trim());
    const [name = '', value = ''] = pair.split('=', 2);
    if (value === '' || attributes.includes('Max-Age=0')) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

/** A property of parsed JSON; undefined where there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The error code of a reply. */
export function codeOf({ json }: Pick<HttpReply, 'json'>): unknown {
  return fieldOf(json, 'code') ?? fieldOf(fieldOf(json, 'error'), 'code');
}
