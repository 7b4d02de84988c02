/**
 * The connections of one HTTP source: few, kept for the next request, each judged by the address rule before it is made.
 *
 * TLS to the camera itself is as with RTSPS: with a fingerprint exactly that certificate, without one any, because nearly every camera
 * signs its own. Nothing is said on a connection before its certificate was looked at. Other hosts, to which a redirect or a playlist
 * leads, are servers of the net: their certificates need an issuer that is known.
 */
import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { MediaError } from '../media-error.ts';
import { checkCertificate, tlsOptions } from '../rtsp/tls-trust.ts';

/** Connections to one host at once: a playlist and two or three segments. */
const MAX_SOCKETS = 4;
const AGENT_OPTIONS: AgentOptions = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: 2 };

export class HttpAgents {
  readonly #plain = new HttpAgent(AGENT_OPTIONS);
  readonly #others = new HttpsAgent(AGENT_OPTIONS);
  readonly #camera: HttpsAgent;

  /** @param fingerprint SHA-256 of the only certificate to accept of the camera, 64 lower-case hex digits. */
  constructor(fingerprint: string | undefined) {
    this.#camera = new CameraAgent(fingerprint);
  }

  /** @param isCamera whether the URL is on the operator's own host. */
  find({ protocol }: URL, isCamera: boolean): HttpAgent {
    if (protocol !== 'https:') return this.#plain;
    return isCamera ? this.#camera : this.#others;
  }

  close(): void {
    for (const agent of [this.#plain, this.#others, this.#camera]) agent.destroy();
  }
}

/** Hands a connection out only after its certificate was found to be the one that is wanted. */
class CameraAgent extends HttpsAgent {
  readonly #fingerprint: string | undefined;
  /** Connections whose handshake is not over: Node's agent knows of none before that, and would leave them open. */
  readonly #opening = new Set<TLSSocket>();

  constructor(fingerprint: string | undefined) {
    super(AGENT_OPTIONS);
    this.#fingerprint = fingerprint;
  }

  override createConnection(
    options: ConnectionOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = connect({ ...options, ...tlsOptions({ host: options.host ?? '' }) });
    this.#opening.add(socket);
    socket.once('close', () => this.#opening.delete(socket));
    const answer = (error: Error | null) => {
      this.#opening.delete(socket);
      socket.off('error', answer);
      callback?.(error, socket);
    };
    socket.once('error', answer);
    socket.once('secureConnect', () => {
      try {
        checkCertificate(socket, { fingerprint: this.#fingerprint });
        answer(null);
      } catch (error) {
        // It throws nothing else.
        answer(error as MediaError);
        socket.destroy();
      }
    });
    return undefined;
  }

  override destroy(): void {
    for (const socket of this.#opening) socket.destroy();
    super.destroy();
  }
}
