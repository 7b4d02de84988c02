import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@pantau/base/clock';
import { WebSocketServer } from 'ws';
import { ClientShares } from '../stream/client-shares.ts';
import type { EngineLimits } from '../stream/engine-limits.ts';
import type { RenditionSet } from '../stream/rendition-set.ts';
import { parseRendition } from '../hls/hls-request.ts';
import { parseSwitch } from './mse-protocol.ts';
import { MseViewer } from './mse-viewer.ts';

/**
 * MSE over WebSocket: accepts upgrades and ties each socket to its stream. Who may connect is decided by the server
 * before (origin, rights); here only the stream key and the number of viewers count.
 */
export interface MseServerOptions {
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly findStream: (key: string) => RenditionSet | undefined;
  /** Address of the viewer, as far as it is known. */
  readonly clientAddress: (request: IncomingMessage) => string;
}

/** Viewers have little to say. */
const MAX_CLIENT_MESSAGE_BYTES = 1024;

export class MseServer {
  readonly #options: MseServerOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
  });
  readonly #viewers: ClientShares;
  #isClosed = false;

  constructor(options: MseServerOptions) {
    this.#options = options;
    const { maxMseViewers, maxMseViewersPerClient } = options.limits;
    this.#viewers = new ClientShares(maxMseViewers, maxMseViewersPerClient);
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, key: string): void {
    const end = key.search(/[/?]/);
    const set = this.#options.findStream(end < 0 ? key : key.slice(0, end));
    if (!set) {
      refuse(socket, 404, 'STREAM_NOT_FOUND', 'There is no such stream.');
      return;
    }
    if (this.#isClosed) {
      refuse(socket, 503, 'STOPPING', 'The server is shutting down.');
      return;
    }
    const client = this.#options.clientAddress(request);
    if (!this.#viewers.take(client)) {
      refuse(socket, 503, 'OVERLOADED', 'Too many viewers; try HLS.');
      return;
    }
    let isOpen = false;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      isOpen = true;
      const viewer = new MseViewer(webSocket, this.#options.limits, this.#options.clock.monotonic());
      webSocket.on('close', () => {
        this.#viewers.giveBack(client);
        set.removeViewer(viewer);
      });
      // What goes wrong on a socket is followed by its `close`.
      webSocket.on('error', () => undefined);
      webSocket.on('pong', () => viewer.notePong());
      webSocket.on('ping', () => viewer.noteMessage());
      webSocket.on('message', (data, isBinary) => {
        viewer.noteMessage();
        const wished = isBinary || !Buffer.isBuffer(data) ? undefined : parseSwitch(data.toString('utf8'));
        if (wished && webSocket.readyState === webSocket.OPEN) set.switchViewer(viewer, wished);
      });
      const [, query = ''] = (request.url ?? '').split('?', 2);
      set.addViewer(viewer, parseRendition(query));
    });
    // It calls back at once, or not at all: then it has refused a malformed handshake.
    if (!isOpen) this.#viewers.giveBack(client);
  }

  /** Accepts nobody from now on. */
  close(): void {
    this.#isClosed = true;
    this.#server.close();
  }
}

function refuse(socket: Duplex, status: number, code: string, message: string): void {
  const body = JSON.stringify({ success: false, code, message });
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
