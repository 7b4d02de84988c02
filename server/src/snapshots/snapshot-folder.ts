/**
 * Snapshots on disk, `DATA_DIR/snapshots/<camera id>.snapshot`: posters are there again after a restart. One file holds all pictures
 * of a camera, so that they are always of the same moment:
 *
 *   one line of JSON: version, camera, time, sizes ⏎ the pictures, one behind the other
 *
 * Written beside and renamed. A file that is not as it should be is removed: the next key frame makes a new one.
 */
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { EncodedPicture } from './picture.ts';
import type { Snapshot, SnapshotFacts } from './snapshot.ts';

/** Bytes of one file; four pictures are about 130 kB. */
const MAX_FILE = 4 * 1024 * 1024;
const MAX_HEADER = 2048;
const FILE_NAME = /^([1-9]\d{0,9})\.snapshot$/;

const Header = Type.Object({
  version: Type.Literal(1),
  cameraId: Type.Integer({ minimum: 1 }),
  takenMs: Type.Integer({ minimum: 0, maximum: 8.64e15 }),
  visibility: Type.Union([Type.Literal('public'), Type.Literal('unlisted'), Type.Literal('private')]),
  source: Type.String({ maxLength: 64 }),
  pictures: Type.Array(
    Type.Object({
      size: Type.Union([Type.Literal(320), Type.Literal(960)]),
      format: Type.Union([Type.Literal('jpeg'), Type.Literal('webp')]),
      width: Type.Integer({ minimum: 1, maximum: 960 }),
      height: Type.Integer({ minimum: 1, maximum: 960 }),
      bytes: Type.Integer({ minimum: 1, maximum: MAX_FILE }),
    }),
    { minItems: 1, maxItems: 4 },
  ),
});
type Header = Static<typeof Header>;
const headerShape = Compile(Header);

export class SnapshotFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What is there; removes what is not whole. Makes the folder. @throws Error of the file system. */
  async open(): Promise<readonly SnapshotFacts[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const found: SnapshotFacts[] = [];
    for (const name of await readdir(this.#folder)) {
      const id = Number(FILE_NAME.exec(name)?.[1]);
      const header = Number.isNaN(id) ? undefined : await this.#readHeader(name);
      if (header?.cameraId === id) found.push(header);
      else await rm(join(this.#folder, name), { force: true, recursive: true });
    }
    return found;
  }

  /** @returns undefined when it is not there, or not whole. @throws Error of the file system. */
  async read(cameraId: number): Promise<Snapshot | undefined> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.#path(cameraId));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    const end = bytes.indexOf(0x0a);
    const header = parseHeader(bytes.subarray(0, Math.max(0, end)));
    if (header?.cameraId !== cameraId) return undefined;
    const pictures: EncodedPicture[] = [];
    let at = end + 1;
    for (const { bytes: length, ...facts } of header.pictures) {
      if (at + length > bytes.length) return undefined;
      pictures.push({ ...facts, bytes: bytes.subarray(at, at + length) });
      at += length;
    }
    return { ...header, pictures };
  }

  /** Replaces what is there. @throws Error of the file system. */
  async write(snapshot: Snapshot): Promise<void> {
    const { cameraId, takenMs, visibility, source, pictures } = snapshot;
    const header: Header = {
      version: 1,
      cameraId,
      takenMs,
      visibility,
      source,
      pictures: pictures.map(({ bytes, ...facts }) => ({ ...facts, bytes: bytes.length })),
    };
    const content = Buffer.concat([
      Buffer.from(`${JSON.stringify(header)}\n`),
      ...pictures.map(({ bytes }) => bytes),
    ]);
    if (content.length > MAX_FILE) throw new Error('a snapshot larger than any should be');
    const path = this.#path(cameraId);
    // Not synced: a poster that is lost with the power is made again.
    await writeFile(`${path}.new`, content, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  /** @throws Error of the file system. */
  async remove(cameraId: number): Promise<void> {
    await rm(this.#path(cameraId), { force: true });
  }

  #path(cameraId: number): string {
    return join(this.#folder, `${cameraId}.snapshot`);
  }

  async #readHeader(name: string): Promise<Header | undefined> {
    try {
      await using file = await open(join(this.#folder, name));
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEADER), 0, MAX_HEADER, 0);
      const end = buffer.subarray(0, bytesRead).indexOf(0x0a);
      const header = parseHeader(buffer.subarray(0, Math.max(0, end)));
      const expected = header?.pictures.reduce((sum, { bytes }) => sum + bytes, end + 1);
      return (await file.stat()).size === expected ? header : undefined;
    } catch {
      return undefined;
    }
  }
}

function parseHeader(line: Buffer): Header | undefined {
  try {
    const value: unknown = JSON.parse(line.toString());
    return headerShape.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
