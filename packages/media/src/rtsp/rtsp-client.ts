/**
 * Opens RTSP sessions (RFC 2326): media on the connection itself, over UDP, or all of it through an HTTP tunnel.
 *
 *   connect ─► OPTIONS ─► DESCRIBE ─► SETUP video ─► SETUP audio ─► PLAY ─► [first datagram] ─► PlayingSession
 *      ▲           │ 3xx with Location: a new connection there, at most 5 times   │ none in 4 s
 *      │           │ 461, or an answer that means the other transport             │
 *      └───────────┴──────────────────────────────────────────────────────────────┘ a new connection, the other transport
 *
 * Every step has its time limit, and so has the whole. What a camera names is used for its path only: we connect to the
 * host we were given, or to where a redirect leads, never inward, and credentials go to the operator's host only.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { abortReason, deadline } from '@pantau/base/clock';
import { Secret } from '@pantau/base/secret';
import { ErrorTally } from '../error-tally.ts';
import { MediaError } from '../media-error.ts';
import { isLoopbackAddress, type AddressRules, type RefusedAddresses } from './address-guard.ts';
import { answerRequest } from './answer-request.ts';
import { Authenticator, type Credentials } from './authenticator.ts';
import { applySessionControl, resolveBaseUrl } from './control-url.ts';
import { InterleavedTransport } from './interleaved-transport.ts';
import { MediaReceiver } from './media-receiver.ts';
import { OtherTransport, type MediaTransport } from './media-transport.ts';
import { PlayingSession, type PlayingSessionOptions } from './playing-session.ts';
import { connectRtsp, type RtspConnection } from './rtsp-connection.ts';
import { RtspDialogue, RtspRedirect } from './rtsp-dialogue.ts';
import type { RtspResponse } from './rtsp-message.ts';
import type { RtspSession, RtspSessionOptions } from './rtsp-session.ts';
import { parseRtspUrl, withPathOf, type RtspUrl } from './rtsp-url.ts';
import { parseSdp } from './sdp.ts';
import { chooseTracks, setUpTracks } from './setup-tracks.ts';
import { staleSessionsMs } from './stale-sessions.ts';
import { TransportMemory, type MediaTransportName } from './transport-memory.ts';
import { UdpTransport } from './udp-transport.ts';

const DEFAULT_STEP_TIMEOUT_MS = 5000;
const DEFAULT_SILENCE_TIMEOUT_MS = 10_000;
/** Opening as a whole, in step timeouts: a camera that answers everything just in time must come to an end too. */
const MAX_STEP_TIMEOUTS = 6;
const MAX_REDIRECTS = 5;
/** A camera that agreed to UDP and sends nothing for so long will not: something on the way swallows it. */
const UDP_SILENCE_MS = 4000;
const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const MAX_SERVER_CHARACTERS = 128;

/** Where, as whom and how to open. */
interface Target {
  readonly url: RtspUrl;
  readonly credentials: Credentials | undefined;
  readonly transport: MediaTransportName;
  readonly refused: RefusedAddresses;
}

/**
 * Opens a session and starts it. Resolves once the camera answered PLAY; packets follow, never before the caller of
 * this function had its turn.
 * @throws MediaError by what went wrong, or the reason of `options.signal`.
 */
export function openRtspSession(options: RtspSessionOptions): Promise<RtspSession> {
  return openSessionWith(connectRtsp, options);
}

/** `openRtspSession` over any way of connecting: for tests. */
export async function openSessionWith(
  connect: typeof connectRtsp,
  options: RtspSessionOptions,
): Promise<RtspSession> {
  const { source, clock, logger } = options;
  const origin = parseRtspUrl(source.url);
  const memory = options.memory ?? new TransportMemory();
  const [first = 'tcp', ...others] = memory.order(source, clock);
  let target: Target = {
    url: origin,
    credentials: credentialsOf(options, origin),
    transport: first,
    refused: 'none',
  };
  const stepTimeoutMs = options.stepTimeoutMs ?? DEFAULT_STEP_TIMEOUT_MS;
  using whole = deadline(clock, stepTimeoutMs * MAX_STEP_TIMEOUTS, openedTooSlowly, options.signal);
  for (let hops = 0; hops <= MAX_REDIRECTS;) {
    const opening = new RtspOpening(connect, options, whole.signal, target);
    try {
      const session = await opening.open();
      memory.worked(source, target.transport, clock);
      return session;
    } catch (error) {
      if (error instanceof OtherTransport) {
        target = { ...target, transport: takeOther(others, error, target.transport) };
        logger.info(
          { transport: target.transport, wasSilent: error.isSilent },
          'the camera is tried with another transport',
        );
        continue;
      }
      if (!(error instanceof RtspRedirect)) throw error;
      if (hops === 0) {
        target = { ...target, refused: opening.wasLoopback ? 'inward-except-loopback' : 'inward' };
      }
      hops++;
      target = follow(target, origin, options, error.location);
    }
  }
  throw new MediaError(
    'SOURCE_REFUSED',
    `The camera redirects in circles (more than ${MAX_REDIRECTS} times)`,
  );
}

/** The other transport, when it was not tried yet. @throws MediaError when nothing is left to try. */
function takeOther(
  others: MediaTransportName[],
  wanted: OtherTransport,
  current: MediaTransportName,
): MediaTransportName {
  const next = others.shift();
  if (next !== undefined) return next;
  if (wanted.isSilent) {
    throw new MediaError('SOURCE_TIMEOUT', 'The camera agreed to send over UDP, but nothing arrives');
  }
  throw new MediaError('SOURCE_REFUSED', `The camera does not send its media over ${current.toUpperCase()}`, {
    details: { transport: current },
  });
}

/** Where a redirect leads. Credentials go to the operator's host only, and never from TLS to the open. @throws MediaError */
function follow(target: Target, origin: RtspUrl, options: RtspSessionOptions, location: string): Target {
  const url = resolveLocation(target.url, location);
  if (options.source.tlsFingerprint !== undefined && !url.isTls && origin.isTls) {
    throw new MediaError(
      'SOURCE_REFUSED',
      'The camera redirects away from TLS, though its certificate is pinned',
    );
  }
  const isHome = url.host.toLowerCase() === origin.host.toLowerCase() && (url.isTls || !origin.isTls);
  return { ...target, url, credentials: isHome ? credentialsOf(options, origin) : undefined };
}

/** Credentials of the definition; those of the URL only when the definition has none. */
function credentialsOf(options: RtspSessionOptions, url: RtspUrl): Credentials | undefined {
  const username = options.source.username ?? url.username;
  if (username === undefined) return undefined;
  const password = options.source.username === undefined ? url.password : options.source.password;
  return { username, password: password ?? new Secret('') };
}

function openedTooSlowly(): MediaError {
  return new MediaError('SOURCE_TIMEOUT', 'The camera took too long to open the stream');
}

function resolveLocation(from: RtspUrl, location: string): RtspUrl {
  if (location.startsWith('/')) return withPathOf(from, location);
  try {
    return parseRtspUrl(location);
  } catch (error) {
    throw new MediaError('SOURCE_REFUSED', 'The camera redirects to something that is not an RTSP URL', {
      cause: error,
    });
  }
}

/** One attempt at one target: owns the connection until the session takes it over. */
class RtspOpening {
  readonly #connectTo: typeof connectRtsp;
  readonly #options: RtspSessionOptions;
  readonly #signal: AbortSignal;
  readonly #target: Target;
  readonly #tally: ErrorTally;
  readonly #receiver: MediaReceiver;
  #connection: RtspConnection | undefined;
  #session: PlayingSession | undefined;
  #wasLoopback = false;

  /** @param signal ends the opening; `options.signal` ends the session too. */
  constructor(connect: typeof connectRtsp, options: RtspSessionOptions, signal: AbortSignal, target: Target) {
    this.#connectTo = connect;
    this.#options = options;
    this.#signal = signal;
    this.#target = target;
    const { clock, logger, handler } = options;
    this.#tally = new ErrorTally({ clock, logger, message: 'trouble in what the camera sends' });
    const cname = randomBytes(8).toString('hex');
    this.#receiver = new MediaReceiver({
      handler,
      clock,
      tally: this.#tally,
      ssrc: randomInt(2 ** 32),
      cname,
    });
  }

  /** Whether the address behind the target's host is this machine's loopback. */
  get wasLoopback(): boolean {
    return this.#wasLoopback;
  }

  async open(): Promise<RtspSession> {
    const connection = await this.#connect();
    this.#connection = connection;
    this.#wasLoopback = isLoopbackAddress(connection.remoteAddress);
    const dialogue = new RtspDialogue(connection, new Authenticator(this.#target.credentials));
    const transport = this.#chooseTransport(connection);
    let url = this.#target.url;
    try {
      const limits = { timeoutMs: this.#stepTimeoutMs, signal: this.#signal };
      const offered = await askOptions(dialogue, url, limits);
      const described = await dialogue.request('DESCRIBE', url.href, { Accept: 'application/sdp' }, limits);
      const description = parseSdp(described.body);
      const chosen = chooseTracks(description.media, {
        audio: this.#options.source.audio ?? true,
        isInsideTls: url.isTls,
      });
      const { headers } = described;
      const contentBase = headers.find('content-base') ?? offered.contentBase;
      const base = resolveBaseUrl(url, contentBase, headers.find('content-location'));
      url = applySessionControl(base, description.control);
      const { logger } = this.#options;
      const done = await setUpTracks(dialogue, transport, url, description.media, chosen, limits, logger);
      await dialogue.request('PLAY', url.href, { Range: 'npt=0.000-' }, limits);
      if (transport instanceof UdpTransport) await this.#waitForDatagram(transport);
      return this.#play(connection, dialogue, transport, url, {
        offered: offered.methods,
        server: serverOf(described),
        staleSessionsMs: staleSessionsMs(description.tool),
        tracks: description.media.map((media, index) => ({ ...media, setUp: done.has(index) })),
      });
    } catch (error) {
      transport.close();
      this.#receiver.stop();
      this.#tally.close();
      dialogue.leave(url.href);
      throw error;
    }
  }

  get #stepTimeoutMs(): number {
    return this.#options.stepTimeoutMs ?? DEFAULT_STEP_TIMEOUT_MS;
  }

  get #rules(): AddressRules {
    return { refused: this.#target.refused, isAddressAllowed: this.#options.isAddressAllowed };
  }

  #chooseTransport(connection: RtspConnection): MediaTransport {
    if (this.#target.transport === 'tcp') return new InterleavedTransport(connection, this.#receiver);
    const { remoteAddress, localAddress } = connection;
    const { clock, logger } = this.#options;
    return new UdpTransport({
      receiver: this.#receiver,
      tally: this.#tally,
      clock,
      logger,
      rules: this.#rules,
      remoteAddress,
      localAddress,
    });
  }

  /** @throws OtherTransport when none comes. */
  async #waitForDatagram(transport: UdpTransport): Promise<void> {
    using limit = deadline(
      this.#options.clock,
      UDP_SILENCE_MS,
      () => new OtherTransport('tcp', true),
      this.#signal,
    );
    const over = Promise.withResolvers<never>();
    const onAbort = () => over.reject(abortReason(limit.signal));
    limit.signal.addEventListener('abort', onAbort, { once: true });
    if (limit.signal.aborted) onAbort();
    try {
      await Promise.race([transport.started, over.promise]);
    } finally {
      limit.signal.removeEventListener('abort', onAbort);
    }
  }

  #connect(): Promise<RtspConnection> {
    const { clock, source } = this.#options;
    const { url, credentials } = this.#target;
    const isTunnel = source.transport === 'http';
    const tunnelPort = url.hasPort ? url.port : url.isTls ? HTTPS_PORT : HTTP_PORT;
    return this.#connectTo({
      ...this.#rules,
      host: url.host,
      port: isTunnel ? tunnelPort : url.port,
      tls: url.isTls ? { host: url.host, fingerprint: source.tlsFingerprint } : undefined,
      tunnel: isTunnel
        ? {
            path: url.path,
            authority: authorityOf(url, tunnelPort),
            authenticator: new Authenticator(credentials),
          }
        : undefined,
      clock,
      timeoutMs: this.#stepTimeoutMs,
      signal: this.#signal,
      handler: {
        onChunk: () => this.#receiver.onChunk(),
        onFrame: (channel, bytes, start, end) => this.#receiver.onFrame(channel, bytes, start, end),
        onRequest: (request) => {
          if (this.#session !== undefined) this.#session.onRequest(request);
          else if (this.#connection !== undefined) answerRequest(this.#connection, request);
        },
        onStrayResponse: (response) => this.#session?.onResponse(response),
        onResync: (bytes) => this.#tally.add(`${bytes} bytes between RTSP messages could not be read`),
        onFlood: () => this.#tally.add('the camera sends more than is read in a second; it was made to wait'),
        onFailure: (error) => this.#session?.fail(error),
      },
    });
  }

  #play(
    connection: RtspConnection,
    dialogue: RtspDialogue,
    transport: MediaTransport,
    url: RtspUrl,
    facts: Pick<PlayingSessionOptions, 'server' | 'tracks' | 'offered' | 'staleSessionsMs'>,
  ): RtspSession {
    const session = new PlayingSession({
      connection,
      dialogue,
      receiver: this.#receiver,
      transport,
      path: {
        transport: this.#options.source.transport === 'http' ? 'http' : transport.name,
        tls: connection.tls,
      },
      tally: this.#tally,
      url: url.href,
      clock: this.#options.clock,
      signal: this.#options.signal,
      silenceTimeoutMs: this.#options.silenceTimeoutMs ?? DEFAULT_SILENCE_TIMEOUT_MS,
      ...facts,
    });
    this.#session = session;
    // the caller, and whoever awaits it, gets the session before the first packet
    setImmediate(() => session.startMedia());
    return session;
  }
}

/**
 * Methods of `Public`, and a Content-Base that some send here instead of with the description. A camera that refuses
 * OPTIONS is asked nothing more about it.
 */
async function askOptions(
  dialogue: RtspDialogue,
  url: RtspUrl,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<{ readonly methods: ReadonlySet<string>; readonly contentBase: string | undefined }> {
  const response = await dialogue.exchange('OPTIONS', url.href, {}, limits);
  if (response.status >= 300) return { methods: new Set(), contentBase: undefined };
  const methods = response.headers.list('public').join(',').split(',');
  return {
    methods: new Set(methods.map((method) => method.trim().toUpperCase())),
    contentBase: response.headers.find('content-base'),
  };
}

function serverOf(response: RtspResponse): string | undefined {
  const server = response.headers.find('server')?.slice(0, MAX_SERVER_CHARACTERS);
  return server === '' ? undefined : server;
}

function authorityOf(url: RtspUrl, port: number): string {
  const host = url.host.includes(':') ? `[${url.host}]` : url.host;
  return port === HTTP_PORT || port === HTTPS_PORT ? host : `${host}:${port}`;
}
