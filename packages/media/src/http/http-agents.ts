/**
 * The connections of one HTTP source: few, kept for the next request, each judged by the address rule before it is made, and over
 * TLS by the camera's certificate before anything is said on it.
 */
import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect, type ConnectionOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import { MediaError } from '../media-error.ts';

/** Connections to one host at once: a playlist and two or three segments. */
const MAX_SOCKETS = 4;
const AGENT_OPTIONS: AgentOptions = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: 2 };

export interface HttpAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** @param fingerprint SHA-256 of the only certificate to accept, 64 lower-case hex digits; without one a certificate needs a known issuer. */
export function createAgents(fingerprint: string | undefined): HttpAgents {
  return {
    http: new HttpAgent(AGENT_OPTIONS),
    https: fingerprint === undefined ? new HttpsAgent(AGENT_OPTIONS) : new PinnedAgent(fingerprint),
  };
}

/** Hands a connection out only after the certificate was found to be the one that is wanted. */
class PinnedAgent extends HttpsAgent {
  readonly #fingerprint: string;

  constructor(fingerprint: string) {
    super(AGENT_OPTIONS);
    this.#fingerprint = fingerprint;
  }

  override createConnection(
    options: ConnectionOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    // The certificate itself is the proof: its issuer and its names do not matter.
    const socket = connect({ ...options, rejectUnauthorized: false });
    const answer = (error: Error | null) => {
      socket.off('error', answer);
      callback?.(error, socket);
    };
    socket.once('error', answer);
    socket.once('secureConnect', () => {
      const found = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
      if (found === this.#fingerprint) {
        answer(null);
        return;
      }
      const error = new MediaError(
        'SOURCE_REFUSED',
        'The camera shows another certificate than the one that was set',
      );
      answer(error);
      socket.destroy();
    });
    return undefined;
  }
}
