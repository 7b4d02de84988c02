import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTestFolder } from '../testing/open-test-database.ts';
import {
  createMasterKey,
  KEY_FILE_NAME,
  keyFilePath,
  openKeyFile,
  readKeyFile,
  replaceKeyFile,
} from './key-file.ts';

const NOW = Date.UTC(2026, 0, 1);
const KEY = Buffer.alloc(32, 7).toString('base64url');

let folder: ReturnType<typeof makeTestFolder>;
beforeEach(() => void (folder = makeTestFolder()));
afterEach(() => folder.remove());

const write = (text: string) => writeFileSync(keyFilePath(folder.path), text, { mode: 0o600 });

describe('the key file', () => {
  it('is made once, for the owner only, and then stays', () => {
    const made = openKeyFile(folder.path, NOW);
    expect(made.keys).toMatchObject([{ createdAt: '2026-01-01T00:00:00.000Z' }]);
    expect(made.keys[0]?.bytes).toHaveLength(32);
    expect(statSync(keyFilePath(folder.path)).mode & 0o777).toBe(0o600);
    expect(openKeyFile(folder.path, NOW + 1000)).toEqual(made);
    expect(readdirSync(folder.path)).toEqual([KEY_FILE_NAME]);
    expect(JSON.parse(readFileSync(keyFilePath(folder.path), 'utf8'))).toMatchObject({
      version: 1,
      keys: [{ id: made.keys[0]?.id, key: made.keys[0]?.bytes.toString('base64url') }],
    });
  });

  it('is replaced as a whole, newest first', () => {
    const { keys, stamp } = openKeyFile(folder.path, NOW);
    const newer = createMasterKey(NOW + 1000);
    replaceKeyFile(keyFilePath(folder.path), [newer, ...keys]);
    const now = readKeyFile(keyFilePath(folder.path));
    expect(now?.keys).toEqual([newer, ...keys]);
    expect(now?.stamp).not.toBe(stamp);
    expect(statSync(keyFilePath(folder.path)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path)).toEqual([KEY_FILE_NAME]);
  });

  it.each([0o640, 0o604, 0o666])('says when others may read it: mode %o', (mode) => {
    expect(openKeyFile(folder.path, NOW).isOpenToOthers).toBe(false);
    chmodSync(keyFilePath(folder.path), mode);
    expect(openKeyFile(folder.path, NOW).isOpenToOthers).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['cut short', '{"version":1,"keys":[{"id":"ab"'],
    ['not an object', '[]'],
    ['null', 'null'],
    ['of another version', `{"version":2,"keys":[{"id":"ab","created_at":"2026-01-01","key":"${KEY}"}]}`],
    ['without keys', '{"version":1,"keys":[]}'],
    ['with a short key', '{"version":1,"keys":[{"id":"ab","created_at":"2026-01-01","key":"c2hvcnQ"}]}'],
    ['with a damaged key', `{"version":1,"keys":[{"id":"ab","created_at":"2026-01-01","key":"!${KEY}"}]}`],
    ['with a strange id', `{"version":1,"keys":[{"id":"a.b","created_at":"2026-01-01","key":"${KEY}"}]}`],
    ['with no date', `{"version":1,"keys":[{"id":"ab","created_at":"soon","key":"${KEY}"}]}`],
    ['with keys that are none', '{"version":1,"keys":[null]}'],
    [
      'with an id twice',
      `{"version":1,"keys":[${Array.from({ length: 2 }, () => `{"id":"ab","created_at":"2026-01-01","key":"${KEY}"}`).join()}]}`,
    ],
  ])('is refused when it is %s, and left as it is', (_name, text) => {
    write(text);
    expect(() => openKeyFile(folder.path, NOW)).toThrowError(
      expect.objectContaining({
        kind: 'precondition',
        code: 'KEY_FILE_INVALID',
        message: expect.not.stringContaining(KEY),
      }),
    );
    expect(readFileSync(keyFilePath(folder.path), 'utf8')).toBe(text);
  });

  it('is refused when it is no file', () => {
    mkdirSync(keyFilePath(folder.path));
    expect(() => openKeyFile(folder.path, NOW)).toThrowError(
      expect.objectContaining({ code: 'KEY_FILE_INVALID' }),
    );
  });

  it('is refused when it cannot be made', () => {
    const missing = join(folder.path, 'missing');
    expect(() => openKeyFile(missing, NOW)).toThrowError(
      expect.objectContaining({ code: 'KEY_FILE_INVALID' }),
    );
  });

  it('is the same for processes that start at once', async () => {
    const script = `
      const { openKeyFile } = await import(${JSON.stringify(new URL('key-file.ts', import.meta.url).href)});
      process.stdin.once('data', () => {
        process.stdout.write(openKeyFile(${JSON.stringify(folder.path)}, 0).keys[0].id);
        process.exit();
      });
      process.stderr.write('ready');`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script], {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
      }),
    );
    const said = children.map(async (child) => {
      let text = '';
      child.stdout.on('data', (chunk) => (text += String(chunk)));
      await once(child, 'close');
      return text;
    });
    await Promise.all(children.map((child) => once(child.stderr, 'data')));
    for (const child of children) child.stdin.write('go');
    const ids = await Promise.all(said);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}$/);
    expect(new Set(ids).size).toBe(1);
    expect(readdirSync(folder.path)).toEqual([KEY_FILE_NAME]);
  }, 30_000);
});
