/** One attempt to open a session at one target: from the connection to the answer of PLAY, or everything closed again. */
import { randomBytes, randomInt } from 'node:crypto';
import { abortReason, deadline } from '@pantau/base/clock';
import { ErrorTally } from '../error-tally.ts';
import { isLoopbackAddress, type AddressRules, type RefusedAddresses } from './address-guard.ts';
import { answerRequest } from './answer-request.ts';
import { Authenticator, type Credentials } from './authenticator.ts';
import { applySessionControl, resolveBaseUrl } from './control-url.ts';
import { InterleavedTransport } from './interleaved-transport.ts';
import { MediaReceiver } from './media-receiver.ts';
import { OtherTransport, type MediaTransport } from './media-transport.ts';
import { PlayingSession, type PlayingSessionOptions } from './playing-session.ts';
import type { connectRtsp, RtspConnection } from './rtsp-connection.ts';
import { RtspDialogue } from './rtsp-dialogue.ts';
import type { RtspResponse } from './rtsp-message.ts';
import type { RtspSession, RtspSessionOptions } from './rtsp-session.ts';
import type { RtspUrl } from './rtsp-url.ts';
import { parseSdp } from './sdp.ts';
import { chooseTracks, setUpTracks } from './setup-tracks.ts';
import { staleSessionsMs } from './stale-sessions.ts';
import type { MediaTransportName } from './transport-memory.ts';
import { UdpTransport } from './udp-transport.ts';

export const DEFAULT_STEP_TIMEOUT_MS = 5000;
const DEFAULT_SILENCE_TIMEOUT_MS = 10_000;
/** A camera that agreed to UDP and sends nothing for so long will not: something on the way swallows it. */
const UDP_SILENCE_MS = 4000;
const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const MAX_SERVER_CHARACTERS = 128;

/** Where, as whom and how to open. */
export interface Target {
  readonly url: RtspUrl;
  readonly credentials: Credentials | undefined;
  readonly transport: MediaTransportName;
  readonly refused: RefusedAddresses;
}

/** Owns the connection until the session takes it over. */
export class RtspOpening {
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
