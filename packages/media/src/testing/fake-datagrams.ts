/** The UDP sockets of a fake camera: a pair for all its clients, and one more that no client was told of. */
import { createSocket, type Socket } from 'node:dgram';

export class FakeDatagrams {
  readonly rtpPort: number;
  readonly #sockets: { readonly rtp: Socket; readonly rtcp: Socket; readonly other: Socket };

  private constructor(rtp: Socket, rtcp: Socket, other: Socket) {
    this.#sockets = { rtp, rtcp, other };
    this.rtpPort = rtp.address().port;
  }

  /** Binds neighbouring ports. @param onRtcp told about each datagram on the second. */
  static async open(host: string, onRtcp: (bytes: Buffer, port: number) => void): Promise<FakeDatagrams> {
    const other = await bind(host, 0);
    for (;;) {
      const rtp = await bind(host, 0);
      const { port } = rtp.address();
      try {
        if (port % 2 !== 0) throw new Error('odd');
        const rtcp = await bind(host, port + 1);
        rtcp.on('message', (bytes, from) => onRtcp(bytes, from.port));
        return new FakeDatagrams(rtp, rtcp, other);
      } catch {
        rtp.close();
      }
    }
  }

  send(kind: 'rtp' | 'rtcp', bytes: Buffer, address: string, port: number, fromOther: boolean): void {
    const socket = fromOther ? this.#sockets.other : this.#sockets[kind];
    socket.send(bytes, port, address, () => {});
  }

  close(): void {
    for (const socket of Object.values(this.#sockets)) socket.close();
  }
}

async function bind(host: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', sendBufferSize: 1 << 20 });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: host, port, exclusive: true }, resolve);
  });
  socket.removeAllListeners('error');
  socket.on('error', () => {});
  return socket;
}
