/** Reads what a client sends to the fake camera: requests and interleaved frames (RFC 2326 sections 6 and 10.12). */

export interface RtspRequest {
  readonly method: string;
  readonly uri: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface ClientFrame {
  readonly channel: number;
  readonly payload: Buffer;
}

const MAX_HEAD_BYTES = 16_384;

/** Incremental; holds at most one unfinished message. */
export class RtspRequestReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws Error when a request is too long or not RTSP: close the connection. */
  read(
    chunk: Buffer,
    onRequest: (request: RtspRequest) => void,
    onFrame: (frame: ClientFrame) => void,
  ): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      while (bytes[0] === 13 || bytes[0] === 10) bytes = bytes.subarray(1);
      if (bytes[0] === 0x24) {
        const end = bytes.length < 4 ? Infinity : 4 + bytes.readUInt16BE(2);
        if (bytes.length < end) break;
        onFrame({ channel: bytes[1] ?? 0, payload: bytes.subarray(4, end) });
        bytes = bytes.subarray(end);
        continue;
      }
      const headEnd = bytes.indexOf('\r\n\r\n');
      if (headEnd > MAX_HEAD_BYTES || (headEnd < 0 && bytes.length > MAX_HEAD_BYTES))
        throw new Error('request too long');
      if (headEnd < 0) break;
      const request = parseRequest(bytes.toString('latin1', 0, headEnd));
      const bodyLength = Number(request.headers.get('content-length') ?? 0);
      if (!(bodyLength >= 0 && bodyLength <= MAX_HEAD_BYTES)) throw new Error('body too long');
      if (bytes.length < headEnd + 4 + bodyLength) break;
      bytes = bytes.subarray(headEnd + 4 + bodyLength);
      onRequest(request);
    }
    this.#rest = Buffer.from(bytes);
  }
}

function parseRequest(head: string): RtspRequest {
  const [first = '', ...lines] = head.split('\r\n');
  const match = /^([A-Z_]+) (\S+) RTSP\/1\.0$/.exec(first);
  if (match === null) throw new Error('not an RTSP request');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { method: match[1] ?? '', uri: match[2] ?? '', headers };
}
