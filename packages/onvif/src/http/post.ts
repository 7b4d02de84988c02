/**
 * One HTTP POST to a device, bounded in bytes, time and redirects. A connection for each request: devices close idle ones
 * without a word, and a lost request would look like a refused one.
 */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { abortReason, deadline, type Clock } from '@pantau/base/clock';
import { OnvifError } from '../onvif-error.ts';
import { dial, type DialRules } from './dial.ts';
import { formatHostHeader, parseNamedUrl, type DeviceUrl } from './device-url.ts';

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Values of each `WWW-Authenticate` header. */
  readonly challenges: readonly string[];
  readonly body: Buffer;
  /** Where the reply came from: after redirects not where the request began. */
  readonly url: DeviceUrl;
}

export interface PostOptions extends DialRules {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** For everything from resolving the name to the last byte. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface PostRequest {
  readonly contentType: string;
  readonly body: string;
  /** Called for each URL the request goes to. */
  readonly authorize?: ((url: DeviceUrl) => string | undefined) | undefined;
}

const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);

/**
 * Follows redirects within the same host only, and never from https to http.
 * @throws OnvifError ONVIF_ADDRESS_REFUSED, ONVIF_UNREACHABLE, ONVIF_TIMEOUT, ONVIF_CERTIFICATE_WRONG, ONVIF_MALFORMED,
 * ONVIF_REFUSED for a redirect elsewhere; the signal's reason.
 */
export async function post(url: DeviceUrl, request: PostRequest, options: PostOptions): Promise<HttpReply> {
  using limit = deadline(
    options.clock,
    options.timeoutMs,
    () => new OnvifError('ONVIF_TIMEOUT', 'The device did not answer in time.'),
    options.signal,
  );
  let target = url;
  for (let hops = 0; ; hops++) {
    const reply = await postOnce(target, request, options, limit.signal);
    const location = reply.headers.location;
    if (!REDIRECTS.has(reply.status) || location === undefined) return reply;
    if (hops >= MAX_REDIRECTS) throw redirected('The device redirects in circles.');
    target = resolveRedirect(target, location);
  }
}

function resolveRedirect(from: DeviceUrl, location: string): DeviceUrl {
  const named = parseNamedUrl(location, from.scheme);
  if (named === undefined || named.scheme === 'rtsp' || named.scheme === 'rtsps')
    throw redirected('The device redirects to something that is no web address.');
  const { scheme, host, port, path } = named;
  if (host === '') return { ...from, path };
  if (host.toLowerCase() !== from.host.toLowerCase())
    throw redirected('The device redirects to another host, which is not followed.');
  if (from.scheme === 'https' && scheme === 'http')
    throw redirected('The device redirects from https to http, which is not followed.');
  return {
    scheme,
    host: from.host,
    port: port ?? (scheme === 'https' ? 443 : 80),
    path: path === '' ? '/' : path,
  };
}

async function postOnce(
  url: DeviceUrl,
  request: PostRequest,
  options: PostOptions,
  signal: AbortSignal,
): Promise<HttpReply> {
  const socket = await dial(url, options, signal);
  try {
    const response = await send(socket, url, request, signal);
    const body = await readBody(response, options.maxBytes, signal);
    const challenges = response.headersDistinct['www-authenticate'] ?? [];
    return { status: response.statusCode ?? 0, headers: response.headers, challenges, body, url };
  } finally {
    socket.destroy();
  }
}

function send(
  socket: Socket,
  url: DeviceUrl,
  { contentType, body, authorize }: PostRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const authorization = authorize?.(url);
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body, 'utf8');
    const request = httpRequest({
      createConnection: () => socket,
      method: 'POST',
      path: url.path,
      setHost: false,
      headers: {
        host: formatHostHeader(url),
        'user-agent': 'Pantau',
        accept: 'application/soap+xml, text/xml',
        'content-type': contentType,
        'content-length': bytes.length,
        connection: 'close',
        ...(authorization === undefined ? {} : { authorization }),
      },
      // One request on one connection: there is nothing to smuggle, and devices write odd headers.
      insecureHTTPParser: true,
      maxHeaderSize: 16 * 1024,
    });
    const onAbort = () => request.destroy(abortReason(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    request.once('response', resolve);
    // Stays: a request may fail again after its response was handed over.
    request.on('error', (error) => reject(describe(error, signal)));
    request.once('close', () => {
      signal.removeEventListener('abort', onAbort);
      // Without a response and without an error: the device changed the protocol.
      reject(describe(new Error('closed'), signal));
    });
    request.end(bytes);
  });
}

/** The body; what came, when the device closes before its Content-Length is reached. */
function readBody(response: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = () => (signal.aborted ? reject(abortReason(signal)) : resolve(Buffer.concat(chunks)));
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= maxBytes) return;
      response.destroy();
      reject(new OnvifError('ONVIF_MALFORMED', "The device's answer is larger than any honest one."));
    });
    response.once('end', finish);
    response.once('error', finish);
    response.once('close', finish);
  });
}

function describe(error: NodeJS.ErrnoException, signal: AbortSignal): Error {
  if (signal.aborted) return abortReason(signal);
  if (error instanceof OnvifError) return error;
  if (error.code?.startsWith('HPE_') === true)
    return new OnvifError('NOT_ONVIF', 'What answers there does not speak HTTP.', { cause: error });
  return new OnvifError('ONVIF_UNREACHABLE', 'The device closed the connection without an answer.', {
    cause: error,
    details: { system: error.code ?? 'unknown' },
  });
}

function redirected(message: string): OnvifError {
  return new OnvifError('ONVIF_REFUSED', message);
}
