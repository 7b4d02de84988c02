/** A browser's part in requests, for tests: keeps cookies, says where it is, reads replies. */
import type { FastifyInstance, InjectOptions } from 'fastify';
import { parseSetCookie } from 'cookie';
import { isSafeMethod } from '../http/cross-site.ts';

export interface ClientReply {
  readonly status: number;
  /** Of a failure. */
  readonly code: unknown;
  readonly data: unknown;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export class TestClient {
  readonly cookies = new Map<string, string>();
  readonly #app: FastifyInstance;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param headers of every request, such as `x-forwarded-for`; `host` is `localhost` unless given. */
  constructor(app: FastifyInstance, headers: Readonly<Record<string, string>> = {}) {
    this.#app = app;
    this.#headers = { host: 'localhost', ...headers };
  }

  async send(
    method: NonNullable<InjectOptions['method']>,
    url: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ClientReply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await this.#app.inject({
      method,
      url,
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(isSafeMethod(method) ? {} : { origin: `http://${this.#headers['host'] ?? ''}` }),
        ...this.#headers,
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) {
      const { name, value = '', maxAge } = parseSetCookie(line);
      if (maxAge === 0) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const parsed = parseObject(reply.body);
    return {
      status: reply.statusCode,
      code: parsed['code'],
      data: parsed['data'],
      body: reply.body,
      headers: reply.headers,
    };
  }

  get(url: string, headers?: Readonly<Record<string, string>>): Promise<ClientReply> {
    return this.send('GET', url, undefined, headers);
  }

  post(url: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<ClientReply> {
    return this.send('POST', url, body, headers);
  }
}

/** @returns no fields for what is no JSON object. */
function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
