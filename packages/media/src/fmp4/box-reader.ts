/**
 * Reads the box structure of ISO base media bytes (ISO/IEC 14496-12 section 4.2): for tests, tools and checks of
 * recorded files. It walks containers by a fixed list of types and never looks inside the others.
 */
import { MediaError } from '../media-error.ts';

export interface Box {
  readonly type: string;
  /** Offset of the box in the bytes that were read. */
  readonly offset: number;
  /** Size with the header. */
  readonly size: number;
  /** What follows the header (of a container: all its children). */
  readonly content: Buffer;
  readonly children: readonly Box[];
}

const CONTAINERS = new Set([
  'moov',
  'trak',
  'mdia',
  'minf',
  'dinf',
  'stbl',
  'mvex',
  'moof',
  'traf',
  'edts',
  'mfra',
]);
/** Containers whose children come after some fields: bytes to skip. */
const FIELDS_BEFORE_CHILDREN = new Map([
  ['stsd', 8],
  ['dref', 8],
  ['avc1', 78],
  ['hvc1', 78],
  ['mp4a', 28],
  ['Opus', 28],
  ['fLaC', 28],
]);
/** Deeper than any file that makes sense. */
const MAX_DEPTH = 16;

/**
 * Reads all boxes of `bytes`.
 * @throws MediaError `VIDEO_MALFORMED` when sizes do not add up.
 */
export function readBoxes(bytes: Buffer, baseOffset = 0, depth = 0): Box[] {
  if (depth > MAX_DEPTH) throw malformed('boxes are nested too deep');
  const boxes: Box[] = [];
  let at = 0;
  while (at < bytes.length) {
    const box = readBox(bytes, at, baseOffset, depth);
    boxes.push(box);
    at += box.size;
  }
  return boxes;
}

/** First box at `path`, for example `moov/trak/mdia/mdhd`; undefined when there is none. */
export function findBox(boxes: readonly Box[], path: string): Box | undefined {
  const [type, ...rest] = path.split('/');
  for (const box of boxes) {
    if (box.type !== type) continue;
    const found = rest.length === 0 ? box : findBox(box.children, rest.join('/'));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The tree as text, one box a line: indentation, type, size; for golden tests. */
export function formatBoxTree(boxes: readonly Box[], indent = ''): string {
  return boxes
    .map((box) => `${indent}${box.type} ${box.size}\n${formatBoxTree(box.children, `${indent}  `)}`)
    .join('');
}

function readBox(bytes: Buffer, at: number, baseOffset: number, depth: number): Box {
  if (bytes.length - at < 8) throw malformed('a box header is cut off');
  const size32 = bytes.readUInt32BE(at);
  const type = bytes.toString('latin1', at + 4, at + 8);
  let headerBytes = 8;
  let size = size32;
  if (size32 === 0) {
    size = bytes.length - at; // up to the end
  } else if (size32 === 1) {
    if (bytes.length - at < 16) throw malformed('a box header is cut off');
    headerBytes = 16;
    size = Number(bytes.readBigUInt64BE(at + 8));
  }
  if (size < headerBytes || size > bytes.length - at) throw malformed('a box is larger than what holds it');
  const content = bytes.subarray(at + headerBytes, at + size);
  return {
    type,
    offset: baseOffset + at,
    size,
    content,
    children: readChildren(type, content, baseOffset + at + headerBytes, depth),
  };
}

function readChildren(type: string, content: Buffer, offset: number, depth: number): readonly Box[] {
  const skip = CONTAINERS.has(type) ? 0 : FIELDS_BEFORE_CHILDREN.get(type);
  if (skip === undefined) return [];
  if (content.length < skip) throw malformed('a box is too short for its fields');
  return readBoxes(content.subarray(skip), offset + skip, depth + 1);
}

function malformed(message: string): MediaError {
  return new MediaError('VIDEO_MALFORMED', message);
}
