/**
 * Splits the byte stream of an RTSP connection into interleaved frames (RFC 2326 section 10.12), responses and
 * requests of the camera, wherever TCP cut it.
 *
 *   boundary ─┬─ CR LF ................ skipped
 *             ├─ '$' channel length ... frame: a view into the chunk, or into a buffer kept for it when chunks cut it
 *             ├─ RTSP/… or METHOD … ... head until an empty line, then Content-Length bytes; a description without
 *             │                         that, or with more behind it: until the next message, or `finishShortBody`
 *             └─ anything else ........ lost: scan for the next believable boundary, within a budget
 *
 * While lost, a `$` is believed only with a channel below 20 and RTP version 2 behind it. Junk is paid from a budget that
 * good frames refill, byte for byte: a camera that puts a few bytes of its own between frames plays, one that sends
 * mostly junk does not.
 * A chunk may be overwritten after `push`: what is needed later, and every message, is a copy.
 * Memory: room for a partial frame (≤ 64 KiB), and one head (≤ 16 KiB) or body (≤ 256 KiB).
 */
import { MediaError } from '../media-error.ts';
import { parseHeaderLines, parseStartLine, type RtspMessage, type RtspStartLine } from './rtsp-message.ts';
import {
  couldBeBoundary,
  couldStartMessage,
  CR,
  DOLLAR,
  isDescription,
  isSuccess,
  LF,
  looksLikeStartLine,
  startsDescription,
} from './message-scan.ts';
import type { RtspHeaders } from './rtsp-headers.ts';

const FRAME_HEADER_BYTES = 4;
/** A full packet of a network without jumbo frames. */
const MIN_FRAME_ROOM_BYTES = 2048;

/** A method, a URL of 2 048 characters, the version. */
const MAX_START_LINE_BYTES = 2112;
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_BODY_BYTES = 256 * 1024;
/** Room for a body of unknown length to begin with. */
const OPEN_BODY_BYTES = 4096;
/** Junk that may come before any good frame, and the most that good frames can earn. */
const JUNK_BUDGET_BYTES = 256 * 1024;
const MAX_RESYNC_CHANNEL = 20;

export interface MessageReaderHandler {
  /** An interleaved frame: its payload is `bytes[start, end)`, a view that holds until this returns. */
  onFrame(channel: number, bytes: Buffer, start: number, end: number): void;
  onMessage(message: RtspMessage): void;
  /** Framing was lost; told once per loss, with the bytes skipped when it is found again. */
  onResync(skippedBytes: number): void;
}

interface PartialFrame {
  readonly channel: number;
  readonly length: number;
  filled: number;
}

/** A head whose end did not arrive yet; offsets count from the beginning of the message. */
interface PartialHead {
  readonly startLine: RtspStartLine;
  readonly headersAt: number;
  /** The line to go on with: those before it are not looked at again, however slowly the head drips in. */
  lineAt: number;
}

interface PartialBody {
  readonly startLine: RtspStartLine;
  readonly headers: RtspHeaders;
  readonly bytes: Buffer;
  filled: number;
}

/** A description whose length is not known: it was not named, or was named too small. */
interface OpenBody {
  readonly startLine: RtspStartLine;
  readonly headers: RtspHeaders;
  /** Doubled when it is full. */
  bytes: Buffer;
  filled: number;
}

export class MessageReader {
  readonly #handler: MessageReaderHandler;
  /** Bytes of an unfinished frame header or message head. */
  #carry: Buffer | undefined;
  /** What is known of the message head in `#carry`. */
  #head: PartialHead | undefined;
  #frame: PartialFrame | undefined;
  /** The bytes of `#frame`; used again for the next one. */
  #frameBytes = Buffer.alloc(0);
  #body: PartialBody | undefined;
  #openBody: OpenBody | undefined;
  /** Bytes skipped since framing was lost; undefined while it is not. */
  #skipped: number | undefined;
  #junkBudget = JUNK_BUDGET_BYTES;

  constructor(handler: MessageReaderHandler) {
    this.#handler = handler;
  }

  /**
   * Takes the next bytes of the connection; the handler is called from within. The chunk is not needed afterwards.
   * @throws MediaError RTSP_MALFORMED when the budget for junk is used up or a message is too large. Not usable after.
   */
  push(chunk: Buffer): void {
    let at = 0;
    let bytes = chunk;
    if (this.#frame !== undefined) {
      at = this.#fillFrame(this.#frame, chunk);
    } else if (this.#body !== undefined) {
      at = this.#fillBody(this.#body, chunk);
    } else if (this.#openBody !== undefined) {
      at = this.#fillOpenBody(this.#openBody, chunk, 0);
    } else if (this.#carry !== undefined) {
      bytes = Buffer.concat([this.#carry, chunk]);
      this.#carry = undefined;
    }
    while (at < bytes.length) {
      const next = this.#readAt(bytes, at);
      if (next < 0) {
        // a copy, so that a few bytes do not pin the whole chunk
        this.#carry = Buffer.from(bytes.subarray(at));
        return;
      }
      at = next;
    }
  }

  /** Whether a body of unknown length is being read: it ends when nothing more comes. */
  get isBodyOpen(): boolean {
    return this.#openBody !== undefined;
  }

  /**
   * Ends a body that is shorter than its Content-Length said, or has none: what arrived is taken for all of it.
   * @returns whether there was such a message.
   */
  finishShortBody(): boolean {
    const open = this.#openBody;
    if (open !== undefined) {
      this.#openBody = undefined;
      this.#emit(open.startLine, open.headers, open.bytes.subarray(0, open.filled));
      return true;
    }
    const body = this.#body;
    if (body === undefined || body.filled === 0) return false;
    this.#body = undefined;
    this.#emit(body.startLine, body.headers, body.bytes.subarray(0, body.filled));
    return true;
  }

  /** Reads what begins at `at`. Returns where the next thing begins, or −1 when more bytes are needed. */
  #readAt(bytes: Buffer, at: number): number {
    const first = bytes[at];
    if (first === DOLLAR) return this.#readFrame(bytes, at);
    if (first === CR || first === LF) {
      if (this.#skipped !== undefined) this.#skipped++;
      return at + 1;
    }
    if (couldStartMessage(bytes, at)) return this.#readHead(bytes, at);
    return this.#skipJunk(bytes, at);
  }

  #readFrame(bytes: Buffer, at: number): number {
    if (at + FRAME_HEADER_BYTES > bytes.length) return -1;
    const channel = bytes.readUInt8(at + 1);
    const start = at + FRAME_HEADER_BYTES;
    const length = bytes.readUInt16BE(at + 2);
    if (this.#skipped !== undefined) {
      if (start >= bytes.length) return -1;
      if (channel >= MAX_RESYNC_CHANNEL || length < 8 || bytes.readUInt8(start) >>> 6 !== 2) {
        return this.#skipJunk(bytes, at);
      }
      this.#found();
    }
    const end = start + length;
    if (end <= bytes.length) {
      this.#onFrame(channel, bytes, start, end);
      return end;
    }
    if (length > this.#frameBytes.length) {
      this.#frameBytes = Buffer.allocUnsafeSlow(Math.max(length, MIN_FRAME_ROOM_BYTES));
    }
    this.#frame = { channel, length, filled: bytes.copy(this.#frameBytes, 0, start) };
    return bytes.length;
  }

  #fillFrame(frame: PartialFrame, chunk: Buffer): number {
    const copied = chunk.copy(this.#frameBytes, frame.filled, 0, frame.length - frame.filled);
    frame.filled += copied;
    if (frame.filled === frame.length) {
      this.#frame = undefined;
      this.#onFrame(frame.channel, this.#frameBytes, 0, frame.length);
    }
    return copied;
  }

  #onFrame(channel: number, bytes: Buffer, start: number, end: number): void {
    this.#junkBudget = Math.min(JUNK_BUDGET_BYTES, this.#junkBudget + end - start);
    this.#handler.onFrame(channel, bytes, start, end);
  }

  #readHead(bytes: Buffer, at: number): number {
    const head = this.#head ?? this.#readStartLine(bytes, at);
    this.#head = undefined;
    if (head === 'cut') return -1;
    if (head === 'junk') return this.#skipJunk(bytes, at);
    const end = this.#findBody(head, bytes, at);
    if (end === undefined) {
      if (bytes.length - at >= MAX_HEAD_BYTES) throw malformed('an RTSP message head is too long');
      this.#head = head;
      return -1;
    }
    if (this.#skipped !== undefined) this.#found();
    const headers = parseHeaderLines(bytes.toString('latin1', at + head.headersAt, end).split('\n'));
    return this.#readBody(bytes, end, head.startLine, headers);
  }

  #readStartLine(bytes: Buffer, at: number): PartialHead | 'cut' | 'junk' {
    const lineEnd = bytes.subarray(at, at + MAX_START_LINE_BYTES).indexOf(LF) + at;
    if (lineEnd < at) return bytes.length - at >= MAX_START_LINE_BYTES ? 'junk' : 'cut';
    if (bytes.toString('latin1', at, at + 5) === 'HTTP/') {
      throw malformed('it answered in HTTP; is this the right port?');
    }
    const startLine = looksLikeStartLine(bytes, at, lineEnd)
      ? parseStartLine(bytes.toString('latin1', at, lineEnd))
      : undefined;
    const next = lineEnd + 1 - at;
    return startLine === undefined ? 'junk' : { startLine, headersAt: next, lineAt: next };
  }

  /** Where the body begins: behind the first empty line. Undefined while that is not there; notes how far it looked. */
  #findBody(head: PartialHead, bytes: Buffer, at: number): number | undefined {
    for (;;) {
      const lineStart = at + head.lineAt;
      const lineEnd = bytes.indexOf(LF, lineStart);
      if (lineEnd < 0 || lineEnd >= at + MAX_HEAD_BYTES) return undefined;
      head.lineAt = lineEnd + 1 - at;
      const isEmpty = lineEnd === lineStart || (lineEnd === lineStart + 1 && bytes[lineStart] === CR);
      if (isEmpty) return lineEnd + 1;
    }
  }

  #readBody(bytes: Buffer, start: number, startLine: RtspStartLine, headers: RtspHeaders): number {
    const named = headers.findNumber('content-length');
    const length = named ?? 0;
    if (length > MAX_BODY_BYTES) throw malformed('an RTSP message body is too long');
    const end = start + length;
    const isOpen =
      named === undefined
        ? isDescription(startLine, headers) || (isSuccess(startLine) && startsDescription(bytes, start))
        : end < bytes.length && isDescription(startLine, headers) && !couldBeBoundary(bytes, end);
    if (isOpen) {
      const open: OpenBody = { startLine, headers, bytes: Buffer.alloc(OPEN_BODY_BYTES), filled: 0 };
      this.#openBody = open;
      return this.#fillOpenBody(open, bytes, start);
    }
    if (end <= bytes.length) {
      this.#emit(startLine, headers, Buffer.from(bytes.subarray(start, end)));
      return end;
    }
    const body: PartialBody = { startLine, headers, bytes: Buffer.allocUnsafe(length), filled: 0 };
    body.filled = bytes.copy(body.bytes, 0, start);
    this.#body = body;
    return bytes.length;
  }

  #fillBody(body: PartialBody, chunk: Buffer): number {
    const copied = chunk.copy(body.bytes, body.filled);
    body.filled += copied;
    if (body.filled === body.bytes.length) {
      this.#body = undefined;
      this.#emit(body.startLine, body.headers, body.bytes);
    }
    return copied;
  }

  /** Takes what comes up to the next message, which ends the body. */
  #fillOpenBody(open: OpenBody, bytes: Buffer, start: number): number {
    let end = bytes.indexOf('RTSP/1.0 ', start, 'latin1');
    // a description holds a `$` in the middle of a line at most
    if (end < 0) end = start === 0 && bytes[0] === DOLLAR ? 0 : bytes.length;
    const filled = open.filled + end - start;
    if (filled > MAX_BODY_BYTES) throw malformed('an RTSP message body is too long');
    while (filled > open.bytes.length)
      open.bytes = Buffer.concat([open.bytes, Buffer.alloc(open.bytes.length)]);
    bytes.copy(open.bytes, open.filled, start, end);
    open.filled = filled;
    if (end < bytes.length) this.finishShortBody();
    return end;
  }

  #emit(startLine: RtspStartLine, headers: RtspHeaders, body: Buffer): void {
    this.#handler.onMessage({ ...startLine, headers, body });
  }

  /** Gives up the byte at `at` and goes to the next one that could start something. */
  #skipJunk(bytes: Buffer, at: number): number {
    this.#skipped ??= 0;
    let next = at + 1;
    while (next < bytes.length && bytes[next] !== DOLLAR && !couldStartMessage(bytes, next)) next++;
    this.#skipped += next - at;
    this.#junkBudget -= next - at;
    if (this.#junkBudget < 0) throw malformed('too many bytes that are not RTSP');
    return next;
  }

  #found(): void {
    const skipped = this.#skipped ?? 0;
    this.#skipped = undefined;
    this.#handler.onResync(skipped);
  }
}

function malformed(what: string): MediaError {
  return new MediaError('RTSP_MALFORMED', `The camera does not speak RTSP properly: ${what}`);
}
