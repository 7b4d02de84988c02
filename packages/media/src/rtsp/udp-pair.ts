/** Two UDP sockets with neighbouring ports: RTP on the even one, RTCP on the next (RFC 3550 section 11). */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { MediaError } from '../media-error.ts';

/** Somebody else may have the neighbour. */
const MAX_TRIES = 10;
/** What the system may keep while the thread is busy: a key frame comes as a burst. The system caps it as it likes. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;

export type UdpKind = 'rtp' | 'rtcp';
export type OnDatagram = (kind: UdpKind, bytes: Buffer, address: string, port: number) => void;

export interface UdpPair extends Disposable {
  /** Our port for RTP; that for RTCP is the next. */
  readonly rtpPort: number;
  /** Names who gets the datagrams, each in a buffer of its own. Before, they are dropped. */
  onDatagram(take: OnDatagram): void;
  /** Sends without waiting; what does not arrive is nobody's fault. */
  send(kind: UdpKind, bytes: Buffer, address: string, port: number): void;
}

/**
 * Binds a pair on a local address.
 * @throws MediaError SOURCE_UNREACHABLE when no pair of neighbours is free after ten tries.
 */
export async function bindUdpPair(localAddress: string): Promise<UdpPair> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const first = await bind(localAddress, 0);
    const { port } = first.address();
    const isEven = port % 2 === 0;
    try {
      const second = await bind(localAddress, isEven ? port + 1 : port - 1);
      return isEven ? new BoundPair(first, second) : new BoundPair(second, first);
    } catch {
      first.close();
    }
  }
  throw new MediaError('SOURCE_UNREACHABLE', 'This server has no free pair of UDP ports');
}

async function bind(address: string, port: number): Promise<Socket> {
  const socket = createSocket({
    type: isIPv6(address) ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    // only addresses are ever sent to: nothing is looked up, and what is sent is gone before the socket closes
    lookup: (host, _options, callback) => callback(null, host, isIPv6(host) ? 6 : 4),
  });
  const bound = Promise.withResolvers<undefined>();
  socket.once('error', bound.reject);
  socket.bind({ address, port, exclusive: true }, () => bound.resolve(undefined));
  try {
    await bound.promise;
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    socket.off('error', bound.reject);
  }
  // unreachable ports at the other side come back as errors of the socket; a camera that does not listen yet is none
  socket.on('error', () => {});
  return socket;
}

class BoundPair implements UdpPair {
  readonly rtpPort: number;
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  #isClosed = false;

  constructor(rtp: Socket, rtcp: Socket) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.rtpPort = rtp.address().port;
  }

  onDatagram(take: OnDatagram): void {
    this.#rtp.on('message', (bytes, from) => take('rtp', bytes, from.address, from.port));
    this.#rtcp.on('message', (bytes, from) => take('rtcp', bytes, from.address, from.port));
  }

  send(kind: UdpKind, bytes: Buffer, address: string, port: number): void {
    if (this.#isClosed) return;
    const socket = kind === 'rtp' ? this.#rtp : this.#rtcp;
    socket.send(bytes, port, address, () => {});
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#rtp.close();
    this.#rtcp.close();
  }
}
