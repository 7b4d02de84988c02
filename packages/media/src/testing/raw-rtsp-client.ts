/**
 * A bare RTSP client for tests of the fake camera and for crowds in the benchmark: it sends what it is told, hands back replies as
 * they came and collects interleaved frames. It decides nothing; the engine's own client is `rtsp/rtsp-client.ts`.
 */
import { connect, type Socket } from 'node:net';

export interface RawReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawFrame {
  readonly channel: number;
  readonly payload: Buffer;
}

/** The fields of an RTP packet in a frame. */
export interface RawRtp {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

export class RawRtspClient {
  /** Frames received so far. */
  readonly frames: RawFrame[] = [];
  /** Bytes that were neither a reply nor a frame. */
  junkBytes = 0;
  readonly #socket: Socket;
  readonly #url: string;
  readonly #waiting: ((reply: RawReply) => void)[] = [];
  readonly #wakers = new Set<() => void>();
  #rest: Buffer = Buffer.alloc(0);
  #cseq = 0;
  #closed = false;
  session: string | undefined;

  private constructor(socket: Socket, url: string) {
    this.#socket = socket;
    this.#url = url;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** Connects to the host of `url`. Rejects when the connection is refused. */
  static async open(url: string): Promise<RawRtspClient> {
    const { hostname, port } = new URL(url.replace(/^rtsp:/, 'http:'));
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawRtspClient(socket, url);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends a request; resolves with the next reply. @param path appended to the URL. */
  request(method: string, headers: Readonly<Record<string, string>> = {}, path = ''): Promise<RawReply> {
    const lines = [`${method} ${this.#url}${path} RTSP/1.0`, `CSeq: ${++this.#cseq}`];
    if (this.session !== undefined) lines.push(`Session: ${this.session}`);
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    this.#socket.write(lines.join('\r\n') + '\r\n\r\n');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** SETUP of `tracks` (0 video, 1 sound) and PLAY; resolves with PLAY's reply. */
  async play(tracks: readonly number[] = [0]): Promise<RawReply> {
    for (const track of tracks) {
      const transport = `RTP/AVP/TCP;unicast;interleaved=${2 * track}-${2 * track + 1}`;
      const reply = await this.request('SETUP', { Transport: transport }, `/trackID=${track}`);
      this.session = reply.headers.get('session')?.split(';')[0];
    }
    return this.request('PLAY');
  }

  /** Sends raw bytes, such as an interleaved frame. */
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Stops reading, as a stuck viewer does. */
  pause(): void {
    this.#socket.pause();
  }

  /** Resolves when `condition` holds; looks again after each arrival. Rejects when the connection closes first. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#closed) throw new Error('closed');
      await new Promise<void>((resolve) => this.#wakers.add(resolve));
    }
  }

  /** Resolves when the other side has closed. */
  async untilClosed(): Promise<void> {
    while (!this.#closed) await new Promise<void>((resolve) => this.#wakers.add(resolve));
  }

  /** The RTP packets of a channel so far. */
  packets(channel = 0): RawRtp[] {
    return this.frames.filter((frame) => frame.channel === channel).map(({ payload }) => parseRtp(payload));
  }

  close(): void {
    this.#socket.destroy();
  }

  #wake(): void {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const wake of wakers) wake();
  }

  #onData(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#readOne());
    this.#wake();
  }

  /** Takes one frame, reply or junk byte off the front. False when more bytes are needed. */
  #readOne(): boolean {
    const bytes = this.#rest;
    if (bytes.length < 4) return false;
    if (bytes[0] === 0x24) {
      const end = 4 + bytes.readUInt16BE(2);
      if (bytes.length < end) return false;
      this.frames.push({ channel: bytes[1] ?? 0, payload: bytes.subarray(4, end) });
      this.#rest = bytes.subarray(end);
      return true;
    }
    if (bytes.toString('latin1', 0, 4) !== 'RTSP') {
      this.junkBytes++;
      this.#rest = bytes.subarray(1);
      return true;
    }
    const headEnd = bytes.indexOf('\r\n\r\n');
    if (headEnd < 0) return false;
    const [first = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
    const headers = new Map(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    );
    const end = headEnd + 4 + Number(headers.get('content-length') ?? 0);
    if (bytes.length < end) return false;
    this.#rest = bytes.subarray(end);
    this.#waiting.shift()?.({
      status: Number(first.split(' ')[1]),
      headers,
      body: bytes.toString('utf8', headEnd + 4, end),
    });
    return true;
  }
}

function parseRtp(bytes: Buffer): RawRtp {
  return {
    marker: ((bytes[1] ?? 0) & 0x80) !== 0,
    payloadType: (bytes[1] ?? 0) & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(12),
  };
}
