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
import { deadline } from '@pantau/base/clock';
import { Secret } from '@pantau/base/secret';
import { MediaError } from '../media-error.ts';
import type { Credentials } from './authenticator.ts';
import { OtherTransport } from './media-transport.ts';
import { connectRtsp } from './rtsp-connection.ts';
import { RtspRedirect } from './rtsp-dialogue.ts';
import { DEFAULT_STEP_TIMEOUT_MS, RtspOpening, type Target } from './rtsp-opening.ts';
import type { RtspSession, RtspSessionOptions } from './rtsp-session.ts';
import { parseRtspUrl, withPathOf, type RtspUrl } from './rtsp-url.ts';
import { TransportMemory, type MediaTransportName } from './transport-memory.ts';

/** Opening as a whole, in step timeouts: a camera that answers everything just in time must come to an end too. */
const MAX_STEP_TIMEOUTS = 6;
const MAX_REDIRECTS = 5;

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
