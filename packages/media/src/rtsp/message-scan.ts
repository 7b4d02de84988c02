/** Cheap looks at the bytes of an RTSP connection, before anything is decoded: what could stand at a place. */
import type { RtspHeaders } from './rtsp-headers.ts';
import type { RtspStartLine } from './rtsp-message.ts';

export const DOLLAR = 0x24;
export const CR = 0x0d;
export const LF = 0x0a;
const SPACE = 0x20;
const SLASH = 0x2f;
const UNDERSCORE = 0x5f;
const VERSION = /^RTSP\/\d\.\d$/;
const MAX_METHOD_CHARACTERS = 20;

/** Whether the bytes at `at` are, or with more bytes could become, a method and a space, or `RTSP/`. */
export function couldStartMessage(bytes: Buffer, at: number): boolean {
  for (let length = 0; length <= MAX_METHOD_CHARACTERS; length++) {
    const byte = bytes[at + length];
    if (byte === undefined) return length > 0;
    const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte === UNDERSCORE && length > 0);
    if (!isLetter) return length >= 3 && (byte === SPACE || byte === SLASH);
  }
  return false;
}

/** Whether a frame or a message is at `at`, behind line ends, or nothing. */
export function couldBeBoundary(bytes: Buffer, at: number): boolean {
  let next = at;
  while (bytes[next] === CR || bytes[next] === LF) next++;
  return next >= bytes.length || bytes[next] === DOLLAR || couldStartMessage(bytes, next);
}

export function isSuccess(startLine: RtspStartLine): boolean {
  return startLine.kind === 'response' && startLine.status === 200;
}

/** Whether a response says that it brings a session description. */
export function isDescription(startLine: RtspStartLine, headers: RtspHeaders): boolean {
  return isSuccess(startLine) && /application\/sdp/i.test(headers.find('content-type') ?? '');
}

/** Whether a session description stands at `at`: its first line, or that of a media section. */
export function startsDescription(bytes: Buffer, at: number): boolean {
  return (bytes[at] === 0x76 || bytes[at] === 0x6d) && bytes[at + 1] === 0x3d;
}

/** A cheap look at a line before it is decoded: `RTSP/` stands at its beginning, or with the version at its end. */
export function looksLikeStartLine(bytes: Buffer, at: number, lineEnd: number): boolean {
  let end = lineEnd;
  while (end > at && (bytes[end - 1] === CR || bytes[end - 1] === SPACE)) end--;
  return (
    VERSION.test(bytes.toString('latin1', at, at + 8)) || VERSION.test(bytes.toString('latin1', end - 8, end))
  );
}
