/**
 * Opens RTSP sessions (RFC 2326), media interleaved on the TCP connection.
 *
 *   connect ─► OPTIONS ─► DESCRIBE ─► SETUP video ─► SETUP audio ─► PLAY ─► PlayingSession
 *      ▲           any 3xx with Location: a new connection there, at most 5 times
 *      └───────────────┘
 *
 * Every step has its time limit, and so has the whole. What a camera names is used for its path only: we connect to the
 * host we were given, or to where a redirect leads, never inward, and credentials go to the operator's host only.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { deadline } from '@pantau/base/clock';
import { Secret } from '@pantau/base/secret';
import { ErrorTally } from '../error-tally.ts';
import { MediaError } from '../media-error.ts';
import { isLoopbackAddress, type RefusedAddresses } from './address-guard.ts';
import { answerRequest } from './answer-request.ts';
import { Authenticator, type Credentials } from './authenticator.ts';
import { applySessionControl, resolveBaseUrl } from './control-url.ts';
import { InterleavedReceiver } from './interleaved-receiver.ts';
import { PlayingSession } from './playing-session.ts';
import { connectRtsp, type RtspConnection } from './rtsp-connection.ts';
import { RtspDialogue, RtspRedirect } from './rtsp-dialogue.ts';
import type { RtspResponse } from './rtsp-message.ts';
import type { RtspSession, RtspSessionOptions } from './rtsp-session.ts';
import { parseRtspUrl, withPathOf, type RtspUrl } from './rtsp-url.ts';
import { parseSdp } from './sdp.ts';
import { chooseTracks, setUpTracks } from './setup-tracks.ts';

const DEFAULT_STEP_TIMEOUT_MS = 5000;
const DEFAULT_SILENCE_TIMEOUT_MS = 10_000;
/** Opening as a whole, in step timeouts: a camera that answers everything just in time must come to an end too. */
const MAX_STEP_TIMEOUTS = 6;
const MAX_REDIRECTS = 5;
const MAX_SERVER_CHARACTERS = 128;

/** Where and as whom to open. */
interface Target {
  readonly url: RtspUrl;
  readonly credentials: Credentials | undefined;
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
  const origin = parseRtspUrl(options.source.url);
  const credentials = credentialsOf(options, origin);
  let target: Target = { url: origin, credentials };
  const stepTimeoutMs = options.stepTimeoutMs ?? DEFAULT_STEP_TIMEOUT_MS;
  using whole = deadline(options.clock, stepTimeoutMs * MAX_STEP_TIMEOUTS, openedTooSlowly, options.signal);
  let refused: RefusedAddresses = 'none';
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const opening = new RtspOpening(connect, options, whole.signal, target, refused);
    try {
      return await opening.open();
    } catch (error) {
      if (!(error instanceof RtspRedirect)) throw error;
      if (hops === 0) refused = opening.wasLoopback ? 'inward-except-loopback' : 'inward';
      const url = resolveLocation(target.url, error.location);
      const isHome = url.host.toLowerCase() === origin.host.toLowerCase();
      target = { url, credentials: isHome ? credentials : undefined };
    }
  }
  throw new MediaError(
    'SOURCE_REFUSED',
    `The camera redirects in circles (more than ${MAX_REDIRECTS} times)`,
  );
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
  readonly #refused: RefusedAddresses;
  readonly #tally: ErrorTally;
  readonly #receiver: InterleavedReceiver;
  #connection: RtspConnection | undefined;
  #session: PlayingSession | undefined;
  #wasLoopback = false;

  /** @param signal ends the opening; `options.signal` ends the session too. */
  constructor(
    connect: typeof connectRtsp,
    options: RtspSessionOptions,
    signal: AbortSignal,
    target: Target,
    refused: RefusedAddresses,
  ) {
    this.#connectTo = connect;
    this.#options = options;
    this.#signal = signal;
    this.#target = target;
    this.#refused = refused;
    const { clock, logger, handler } = options;
    this.#tally = new ErrorTally({ clock, logger, message: 'trouble in what the camera sends' });
    const cname = randomBytes(8).toString('hex');
    this.#receiver = new InterleavedReceiver({
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
    let url = this.#target.url;
    try {
      const limits = {
        timeoutMs: this.#options.stepTimeoutMs ?? DEFAULT_STEP_TIMEOUT_MS,
        signal: this.#signal,
      };
      const offered = await findOfferedMethods(dialogue, url, limits);
      const described = await dialogue.request('DESCRIBE', url.href, { Accept: 'application/sdp' }, limits);
      const description = parseSdp(described.body);
      const chosen = chooseTracks(description.media, this.#options.source.audio);
      const { headers } = described;
      const base = resolveBaseUrl(url, headers.find('content-base'), headers.find('content-location'));
      url = applySessionControl(base, description.control);
      const { logger } = this.#options;
      const done = await setUpTracks(
        dialogue,
        this.#receiver,
        url,
        description.media,
        chosen,
        limits,
        logger,
      );
      await dialogue.request('PLAY', url.href, { Range: 'npt=0.000-' }, limits);
      return this.#play(connection, dialogue, url, {
        offered,
        server: serverOf(described),
        tracks: description.media.map((media, index) => ({ ...media, setUp: done.has(index) })),
      });
    } catch (error) {
      this.#receiver.stop();
      this.#tally.close();
      dialogue.leave(url.href);
      throw error;
    }
  }

  #connect(): Promise<RtspConnection> {
    const { clock } = this.#options;
    return this.#connectTo({
      host: this.#target.url.host,
      port: this.#target.url.port,
      refused: this.#refused,
      isAddressAllowed: this.#options.isAddressAllowed,
      clock,
      timeoutMs: this.#options.stepTimeoutMs ?? DEFAULT_STEP_TIMEOUT_MS,
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
    url: RtspUrl,
    facts: Pick<RtspSession, 'server' | 'tracks'> & { readonly offered: ReadonlySet<string> },
  ): RtspSession {
    const session = new PlayingSession({
      connection,
      dialogue,
      receiver: this.#receiver,
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

/** Methods of `Public`. A camera that refuses OPTIONS is asked nothing more about it. */
async function findOfferedMethods(
  dialogue: RtspDialogue,
  url: RtspUrl,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<ReadonlySet<string>> {
  const response = await dialogue.exchange('OPTIONS', url.href, {}, limits);
  if (response.status >= 300) return new Set();
  const methods = response.headers.list('public').join(',').split(',');
  return new Set(methods.map((method) => method.trim().toUpperCase()));
}

function serverOf(response: RtspResponse): string | undefined {
  const server = response.headers.find('server')?.slice(0, MAX_SERVER_CHARACTERS);
  return server === '' ? undefined : server;
}
