/**
 * `DATA_DIR/pantau.keys`: the master keys for what is encrypted at rest and for what is signed. It lies outside the database, so
 * that a copy of the database alone opens nothing. It is only ever replaced as a whole: a crash leaves the old or the new file.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '@pantau/base/errors';

export const KEY_FILE_NAME = 'pantau.keys';

export interface MasterKey {
  /** Names the key in what was sealed with it: hex digits. */
  readonly id: string;
  /** UTC, ISO 8601. */
  readonly createdAt: string;
  /** 32 bytes. */
  readonly bytes: Buffer;
}

/** What the file was when it was read; differs when it was replaced. */
export interface KeyFile {
  /** Newest first, at least one. */
  readonly keys: readonly MasterKey[];
  readonly stamp: string;
  /** Whether others on this machine may read it. */
  readonly isOpenToOthers: boolean;
}

const KEY_BYTES = 32;
/** An interrupted rotation is gone on with, so there are never more than a few. */
const MAX_KEYS = 20;

/** @param nowMs UTC ms. */
export function createMasterKey(nowMs: number): MasterKey {
  return {
    id: randomBytes(4).toString('hex'),
    createdAt: new Date(nowMs).toISOString(),
    bytes: randomBytes(KEY_BYTES),
  };
}

export function keyFilePath(dataDir: string): string {
  return join(dataDir, KEY_FILE_NAME);
}

/**
 * Reads the file; makes it with one new key when it is missing. Of several processes that start at once one makes it, and
 * all get the same keys.
 * @throws AppError KEY_FILE_INVALID
 */
export function openKeyFile(dataDir: string, nowMs: number): KeyFile {
  const path = keyFilePath(dataDir);
  const found = readKeyFile(path);
  if (found !== undefined) return found;
  createExclusively(path, formatKeys([createMasterKey(nowMs)]));
  const made = readKeyFile(path);
  if (made === undefined) throw invalid(path, 'it disappears as soon as it is made');
  return made;
}

/** @returns undefined when there is none. @throws AppError KEY_FILE_INVALID */
export function readKeyFile(path: string): KeyFile | undefined {
  try {
    // The stamp first: a file that is replaced in between is then read twice, never missed.
    const { stamp, isOpenToOthers } = lookAt(path);
    return { keys: parseKeys(path, readFileSync(path, 'utf8')), stamp, isOpenToOthers };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (error instanceof AppError) throw error;
    throw invalid(path, 'it cannot be read; it must belong to the user that runs Pantau', error);
  }
}

/** @returns undefined when there is no such file, or it cannot be looked at. */
export function findStamp(path: string): string | undefined {
  try {
    return lookAt(path).stamp;
  } catch {
    return undefined;
  }
}

/** Replaces the file as a whole; on disk when this returns. */
export function replaceKeyFile(path: string, keys: readonly MasterKey[]): void {
  const draft = writeDraft(path, formatKeys(keys));
  try {
    renameSync(draft, path);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  }
  syncFolder(path);
}

/** Removes what processes that were killed while writing left: it holds keys. Only while nobody else may write the file. */
export function removeDrafts(path: string): void {
  for (const name of readdirSync(dirname(path)))
    if (/^pantau\.keys\.[0-9a-f]{12}\.tmp$/.test(name)) unlinkSync(join(dirname(path), name));
}

function lookAt(path: string): Pick<KeyFile, 'stamp' | 'isOpenToOthers'> {
  const { ino, size, mtimeNs, mode } = statSync(path, { bigint: true });
  return {
    stamp: `${ino}-${size}-${mtimeNs}`,
    // Windows has no such bits.
    isOpenToOthers: process.platform !== 'win32' && (mode & 0o077n) !== 0n,
  };
}

/** Makes the file whole or not at all; does nothing when another process was faster. */
function createExclusively(path: string, text: string): void {
  let draft: string;
  try {
    draft = writeDraft(path, text);
  } catch (cause) {
    throw invalid(path, 'it cannot be made; the data folder must be writable', cause);
  }
  try {
    // Unlike a rename, a link never replaces what is there.
    linkSync(draft, path);
  } catch (error) {
    // Some file systems have no links; what has been written in one go is as good as it gets there.
    if (!hasCode(error, 'EEXIST')) createWithoutLink(path, text);
  } finally {
    unlinkSync(draft);
  }
  syncFolder(path);
}

function createWithoutLink(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600, flush: true });
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw invalid(path, 'it cannot be made', cause);
  }
}

/** A complete file beside `path`, on disk. @returns its path. */
function writeDraft(path: string, text: string): string {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true });
  return draft;
}

/** Makes the new name as durable as the bytes. */
function syncFolder(path: string): void {
  // Windows cannot open folders, and needs not.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function formatKeys(keys: readonly MasterKey[]): string {
  const rows = keys.map(({ id, createdAt, bytes }) => ({
    id,
    created_at: createdAt,
    key: bytes.toString('base64url'),
  }));
  return `${JSON.stringify({ version: 1, keys: rows }, null, 2)}\n`;
}

function parseKeys(path: string, text: string): readonly MasterKey[] {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    // The parser's message would repeat a piece of the file.
    throw invalid(path, 'it is not JSON');
  }
  if (!isRecord(file) || file['version'] !== 1) throw invalid(path, 'it is not of version 1');
  const rows: unknown = file['keys'];
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > MAX_KEYS)
    throw invalid(path, 'it has no keys, or too many');
  const keys = rows.map((row: unknown) => parseKey(path, row));
  if (new Set(keys.map(({ id }) => id)).size !== keys.length)
    throw invalid(path, 'two keys have the same id');
  return keys;
}

function parseKey(path: string, row: unknown): MasterKey {
  if (!isRecord(row)) throw invalid(path, 'a key is not an object');
  const { id, created_at: createdAt, key } = row;
  if (typeof id !== 'string' || !/^[0-9a-f]{1,32}$/.test(id)) throw invalid(path, 'a key has no proper id');
  if (typeof createdAt !== 'string' || Number.isNaN(Date.parse(createdAt)))
    throw invalid(path, 'a key has no date');
  const bytes = typeof key === 'string' ? Buffer.from(key, 'base64url') : Buffer.alloc(0);
  // Decoding leaves out what is not base64url: compare, or a damaged key would pass as another one.
  if (bytes.length !== KEY_BYTES || bytes.toString('base64url') !== key)
    throw invalid(path, 'a key is not 32 bytes in base64url');
  return { id, createdAt, bytes };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function invalid(path: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'precondition',
    'KEY_FILE_INVALID',
    `The key file ${path} cannot be used: ${why}. Restore it from a backup. Without one, move it away: Pantau then makes a new one, ` +
      'and the passwords of cameras and the second factors of accounts must be set again.',
    { cause },
  );
}
