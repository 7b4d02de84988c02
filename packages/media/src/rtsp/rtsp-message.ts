/** RTSP messages (RFC 2326 sections 4 to 7): their types, the start line, and how ours are written. */
import { RtspHeaders } from './rtsp-headers.ts';

export interface RtspResponse {
  readonly kind: 'response';
  /** 100 … 999. */
  readonly status: number;
  /** May be empty: some cameras send none. */
  readonly reason: string;
  readonly headers: RtspHeaders;
  readonly body: Buffer;
}

/** A request that the camera sent to us. */
export interface RtspRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly url: string;
  readonly headers: RtspHeaders;
  readonly body: Buffer;
}

export type RtspMessage = RtspResponse | RtspRequest;

/** A start line after parsing, before headers and body. */
export type RtspStartLine =
  | { readonly kind: 'response'; readonly status: number; readonly reason: string }
  | { readonly kind: 'request'; readonly method: string; readonly url: string };

/** Parses `RTSP/1.0 200 OK` (reason optional) or `OPTIONS rtsp://… RTSP/1.0`; undefined when it is neither. */
export function parseStartLine(line: string): RtspStartLine | undefined {
  const text = line.trim();
  const response = /^RTSP\/\d\.\d {1,8}(\d{3})(?: (.*))?$/.exec(text);
  if (response?.[1] !== undefined) {
    return { kind: 'response', status: Number(response[1]), reason: (response[2] ?? '').trim() };
  }
  const request = /^([A-Z][A-Z_]{2,19}) {1,8}(\S{1,2048}) {1,8}RTSP\/\d\.\d$/.exec(text);
  if (request?.[1] !== undefined && request[2] !== undefined) {
    return { kind: 'request', method: request[1], url: request[2] };
  }
  return undefined;
}

/**
 * Parses the lines after the start line: folded lines are joined, lines without a colon (the empty ones at the end
 * too) are skipped.
 */
export function parseHeaderLines(lines: readonly string[]): RtspHeaders {
  const headers = new RtspHeaders();
  let name = '';
  for (const line of lines) {
    if (/^[ \t]/.test(line)) {
      headers.append(name, line);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    name = line.slice(0, colon);
    headers.add(name, line.slice(colon + 1));
  }
  return headers;
}

/** Header fields of a message of ours; undefined ones are left out. */
export type OutgoingHeaders = Readonly<Record<string, string | undefined>>;

/** Bytes of a request without body. Header names are written as given: some cameras insist on `CSeq`. */
export function encodeRequest(method: string, url: string, headers: OutgoingHeaders): Buffer {
  return encodeMessage(`${method} ${url} RTSP/1.0`, headers);
}

/** Bytes of a response without body. */
export function encodeResponse(status: number, reason: string, headers: OutgoingHeaders): Buffer {
  return encodeMessage(`RTSP/1.0 ${status} ${reason}`, headers);
}

function encodeMessage(startLine: string, headers: OutgoingHeaders): Buffer {
  let text = `${oneLine(startLine)}\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) text += `${name}: ${oneLine(value)}\r\n`;
  }
  // Latin-1 both ways: what a camera sent goes back to it byte for byte, whatever its encoding
  return Buffer.from(`${text}\r\n`, 'latin1');
}

/** What a camera sent and we echo must not smuggle a line into our message. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}
