/**
 * A camera for tests of the client: a TCP server whose every answer the test decides, with a well-behaved default.
 * It speaks to the wire by itself and shares no code with the client. Not a media source: see `testing/` for that.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Number of the connection it came on, from 1. */
  readonly connection: number;
}

/** One connection, as the script uses it. */
export interface CameraLine {
  readonly socket: Socket;
  /** Answers with the request's CSeq unless `headers` has one. */
  reply(
    request: SeenRequest,
    status: number,
    headers?: Readonly<Record<string, string>>,
    body?: string,
  ): void;
  /** Sends an interleaved frame. */
  frame(channel: number, payload: Buffer): void;
}

export type CameraScript = (request: SeenRequest, line: CameraLine) => void;

export interface ScriptedCamera extends AsyncDisposable {
  /** `rtsp://127.0.0.1:port` */
  readonly origin: string;
  readonly port: number;
  /** Every request so far. */
  readonly seen: readonly SeenRequest[];
  /** Every `$` frame the client sent: channel and payload. */
  readonly frames: readonly { readonly channel: number; readonly payload: Buffer }[];
  /** Answers to requests of the camera: status lines with CSeq. */
  readonly answers: readonly string[];
  /** The connections that are open. */
  readonly lines: ReadonlySet<CameraLine>;
  /** Resolves when `isTrue` holds; looked at whenever something happens. */
  until(isTrue: () => boolean): Promise<void>;
}

export const SDP_VIDEO = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n';
export const SDP_AUDIO =
  'm=audio 0 RTP/AVP 97\r\na=rtpmap:97 mpeg4-generic/16000\r\na=fmtp:97 mode=AAC-hbr;config=1408\r\na=control:track2\r\n';

/** Does what a camera should. */
export const behave: CameraScript = (request, line) => {
  const session = { Session: '1234; timeout=60' };
  if (request.method === 'OPTIONS') {
    line.reply(request, 200, { Public: 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER' });
  } else if (request.method === 'DESCRIBE') {
    line.reply(
      request,
      200,
      { 'Content-Type': 'application/sdp', 'Content-Base': `${request.url}/` },
      SDP_VIDEO + SDP_AUDIO,
    );
  } else if (request.method === 'SETUP') {
    line.reply(request, 200, { ...session, Transport: request.headers['transport'] ?? '' });
  } else {
    line.reply(request, 200, session);
  }
};

/** Behaves, except for the methods in `exceptions`. */
export function behaveExcept(exceptions: Readonly<Record<string, CameraScript>>): CameraScript {
  return (request, line) => (exceptions[request.method] ?? behave)(request, line);
}

export async function startScriptedCamera(script: CameraScript): Promise<ScriptedCamera> {
  const seen: SeenRequest[] = [];
  const frames: { channel: number; payload: Buffer }[] = [];
  const answers: string[] = [];
  const lines = new Set<CameraLine>();
  const watchers = new Set<() => void>();
  const changed = () => {
    for (const watcher of watchers) watcher();
  };
  let connections = 0;

  const server = createServer({ noDelay: true }, (socket) => {
    const connection = ++connections;
    const line = lineOf(socket);
    lines.add(line);
    let pending = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('close', () => {
      lines.delete(line);
      changed();
    });
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        if (pending[0] === 0x24) {
          const end = pending.length < 4 ? Infinity : 4 + pending.readUInt16BE(2);
          if (pending.length < end) break;
          frames.push({ channel: pending.readUInt8(1), payload: pending.subarray(4, end) });
          pending = pending.subarray(end);
          continue;
        }
        const end = pending.indexOf('\r\n\r\n');
        if (end < 0) break;
        const head = pending.toString('utf8', 0, end);
        pending = pending.subarray(end + 4);
        if (head.startsWith('RTSP/')) {
          answers.push(head);
          continue;
        }
        const request = requestOf(head, connection);
        seen.push(request);
        script(request, line);
      }
      changed();
    });
    changed();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // a listening TCP server has an address with a port
  const { port } = server.address() as AddressInfo;
  return {
    origin: `rtsp://127.0.0.1:${port}`,
    port,
    seen,
    frames,
    answers,
    lines,
    until: (isTrue) =>
      new Promise<void>((resolve) => {
        const watcher = () => {
          if (!isTrue()) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
        watcher();
      }),
    [Symbol.asyncDispose]: async () => {
      for (const line of lines) line.socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

function lineOf(socket: Socket): CameraLine {
  return {
    socket,
    reply(...args) {
      socket.write(formatReply(...args), 'latin1');
    },
    frame(channel, payload) {
      socket.write(
        Buffer.concat([Buffer.from([0x24, channel, payload.length >> 8, payload.length & 255]), payload]),
      );
    },
  };
}

/** Text of a response. */
export function formatReply(
  request: SeenRequest,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string {
  const length = body === '' ? {} : { 'Content-Length': String(body.length) };
  const all = { CSeq: request.headers['cseq'] ?? '', ...headers, ...length };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `RTSP/1.0 ${status} X\r\n${lines.join('')}\r\n${body}`;
}

function requestOf(head: string, connection: number): SeenRequest {
  const [start = '', ...rest] = head.split('\r\n');
  const [method = '', url = ''] = start.split(' ');
  const pairs = rest.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return { method, url, headers: Object.fromEntries(pairs), connection };
}
