/** A TCP server on loopback that answers whatever a test says, byte for byte. */
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface RawServer extends AsyncDisposable {
  readonly port: number;
  /** What was received, one text for each connection. */
  readonly received: readonly string[];
}

/** @param serve called once for each connection, when the first bytes of a request came. */
export async function openRawServer(serve: (socket: Socket, request: string) => void): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', (bytes) => {
      const request = bytes.toString('latin1');
      received.push(request);
      serve(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // A server that listens on TCP has such an address.
    port: (server.address() as AddressInfo).port,
    received,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A whole HTTP reply. */
export function httpReply(status: number, body: string, headers: readonly string[] = []): string {
  return [`HTTP/1.1 ${status} X`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers, '', body].join(
    '\r\n',
  );
}
