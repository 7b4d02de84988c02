/** HTTP as bytes, for requests that no client would make. */
import { connect, type Socket } from 'node:net';

export interface RawReply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request with `target` exactly as given. @param origin `http://127.0.0.1:<port>` */
export async function askRaw(origin: string, target: string, request: RawRequest = {}): Promise<RawReply> {
  const socket = openRaw(origin, target, {
    ...request,
    headers: { connection: 'close', ...request.headers },
  });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return parseReply(Buffer.concat(chunks).toString('latin1'));
}

export interface RawUpgrade {
  readonly status: number;
  readonly reply: RawReply;
  readonly socket: Socket;
  /** Resolves when the server has closed it. */
  readonly closed: Promise<void>;
}

/** Asks for a WebSocket; resolves with the reply's head, whatever it is. */
export async function askUpgrade(
  origin: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawUpgrade> {
  const socket = openRaw(origin, target, {
    headers: { connection: 'Upgrade', upgrade: 'websocket', ...headers },
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const text = await new Promise<string>((resolve) => {
    let all = '';
    socket.on('data', (chunk) => {
      all += chunk.toString('latin1');
      if (all.includes('\r\n\r\n')) resolve(all);
    });
    socket.once('close', () => resolve(all));
  });
  const reply = parseReply(text);
  return { status: reply.status, reply, socket, closed };
}

function openRaw(origin: string, target: string, { method = 'GET', headers = {} }: RawRequest): Socket {
  const { hostname, port, host } = new URL(origin);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => socket.destroy());
  socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  return socket;
}

function parseReply(text: string): RawReply {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, Math.max(0, end)).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: text.slice(end + 4) };
}
