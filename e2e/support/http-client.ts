/** One HTTP request by hand: every header as given, from an address of the loopback of choice. */
import { request as plainRequest, type IncomingHttpHeaders } from 'node:http';
import { request as tlsRequest } from 'node:https';

export interface HttpOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** IPv4 address of this machine that the connection comes from, such as `127.0.0.8`. */
  readonly from?: string;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** `Set-Cookie` headers as they came. */
  readonly cookies: readonly string[];
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

const TIMEOUT_MS = 20_000;

/** Follows no redirects. @throws Error when no reply came. */
export function sendHttp(url: string, options: HttpOptions = {}): Promise<HttpReply> {
  const { method = 'GET', headers = {}, body, from } = options;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const request = url.startsWith('https:') ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method,
        headers: { ...(payload === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        agent: false,
        timeout: TIMEOUT_MS,
        ...(from === undefined ? {} : { localAddress: from, family: 4 }),
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(pieces).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            cookies: response.headers['set-cookie'] ?? [],
            text,
            json: parseJson(text),
          });
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no reply from ${url} within ${TIMEOUT_MS} ms`)));
    sent.on('error', reject);
    sent.end(payload);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
