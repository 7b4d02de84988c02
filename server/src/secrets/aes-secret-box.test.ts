import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, type Logger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { makeTestFolder } from '../testing/open-test-database.ts';
import { AesSecretBox, keyIdOf } from './aes-secret-box.ts';
import { createMasterKey, keyFilePath, openKeyFile, replaceKeyFile } from './key-file.ts';
import { openKeyRing } from './key-ring.ts';

let folder: ReturnType<typeof makeTestFolder>;
let clock: VirtualClock;
let said: string[];
const logger: Logger = {
  ...silentLogger,
  warn: (_fields, message) => void said.push(message),
  error: (_fields, message) => void said.push(message),
};
beforeEach(() => {
  folder = makeTestFolder();
  clock = new VirtualClock();
  said = [];
});
afterEach(() => folder.remove());

const openRing = () => openKeyRing({ dataDir: folder.path, clock, logger });
const path = () => keyFilePath(folder.path);
/** Puts a new key in front, as a rotation does. @param keep how many of the old ones stay. */
function addKey(keep = 1) {
  const key = createMasterKey(clock.now());
  replaceKeyFile(path(), [key, ...openKeyFile(folder.path, clock.now()).keys.slice(0, keep)]);
  return key;
}
const UNREADABLE = { code: 'CREDENTIALS_UNREADABLE' };
const PLACE = 'cameras:17:source_password';

describe('the secret box', () => {
  it('gives back what was sealed, for its place only', () => {
    const box = new AesSecretBox(openRing());
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (text, place, other) => {
        const sealed = box.seal(new Secret(text), place);
        expect(box.open(sealed, place).reveal()).toBe(text);
        if (other !== place)
          expect(() => box.open(sealed, other)).toThrowError(expect.objectContaining(UNREADABLE));
      }),
      { numRuns: 50 },
    );
  });

  it('writes the documented form, and never the same twice', () => {
    const ring = openRing();
    const box = new AesSecretBox(ring);
    const [first, second] = [box.seal(new Secret('hunter2'), PLACE), box.seal(new Secret('hunter2'), PLACE)];
    const [version, keyId, nonce = '', bytes = ''] = first.split('.');
    expect([version, keyId]).toEqual(['v1', ring.keys[0]?.id]);
    expect(keyIdOf(first)).toBe(keyId);
    expect([nonce, bytes].map((part) => Buffer.from(part, 'base64url').length)).toEqual([12, 7 + 16]);
    expect(first).not.toContain('hunter2');
    expect(second.split('.')[2]).not.toBe(nonce);
  });

  it('opens nothing of which a single bit was changed', () => {
    const box = new AesSecretBox(openRing());
    const sealed = box.seal(new Secret('hunter2'), PLACE);
    const [version, keyId, nonce = '', bytes = ''] = sealed.split('.');
    const flip = (part: string, at: number) => {
      const changed = Buffer.from(part, 'base64url');
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      return changed.toString('base64url');
    };
    for (let at = 0; at < 12 * 8; at++) {
      expect(() => box.open([version, keyId, flip(nonce, at), bytes].join('.'), PLACE)).toThrowError(
        expect.objectContaining(UNREADABLE),
      );
    }
    for (let at = 0; at < (7 + 16) * 8; at++) {
      expect(() => box.open([version, keyId, nonce, flip(bytes, at)].join('.'), PLACE)).toThrowError(
        expect.objectContaining(UNREADABLE),
      );
    }
  });

  it('refuses whatever else it is given, without repeating it', () => {
    const box = new AesSecretBox(openRing());
    const sealed = box.seal(new Secret('x'), PLACE);
    const shortTag = sealed.slice(0, -8);
    for (const text of [
      '',
      'hunter2',
      'v1.hunter2',
      'v1...',
      'v2' + sealed.slice(2),
      shortTag,
      `${sealed}=`,
    ]) {
      expect(() => box.open(text, PLACE)).toThrowError(
        expect.objectContaining({ ...UNREADABLE, message: expect.not.stringContaining('hunter2') }),
      );
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => box.open(text, PLACE)).toThrowError(expect.objectContaining(UNREADABLE));
      }),
    );
  });

  it('opens nothing with the key of another installation', () => {
    const sealed = new AesSecretBox(openRing()).seal(new Secret('x'), PLACE);
    rmSync(path());
    expect(() => new AesSecretBox(openRing()).open(sealed, PLACE)).toThrowError(
      expect.objectContaining(UNREADABLE),
    );
  });

  it('finds a key that another process added a moment ago, and seals with it', () => {
    const [here, there] = [new AesSecretBox(openRing()), new AesSecretBox(openRing())];
    const old = here.seal(new Secret('old'), PLACE);
    const key = addKey();
    const sealed = there.seal(new Secret('new'), PLACE);
    expect(keyIdOf(sealed)).toBe(key.id);
    expect(here.open(sealed, PLACE).reveal()).toBe('new');
    expect(here.open(old, PLACE).reveal()).toBe('old');
    expect(keyIdOf(here.seal(new Secret('x'), PLACE))).toBe(key.id);
  });
});

describe('the key ring', () => {
  it('derives another key for each purpose, the same after a restart', () => {
    const [ring, again] = [openRing(), openRing()];
    const tickets = ring.deriveKey('delivery tickets').current();
    expect(tickets).toHaveLength(32);
    expect(again.deriveKey('delivery tickets').current()).toEqual(tickets);
    expect(ring.deriveKey('pending logins').current()).not.toEqual(tickets);
    expect(ring.keys[0]?.bytes).not.toEqual(tickets);
  });

  it('signs with the newest key and verifies with all that are in the file', async () => {
    const ring = openRing();
    const tickets = ring.deriveKey('delivery tickets');
    const old = tickets.current();
    addKey();
    expect(tickets.all()).toEqual([old]);
    await clock.advance(1000);
    expect(tickets.all()).toEqual([tickets.current(), old]);
    expect(tickets.current()).not.toEqual(old);
    addKey(0);
    await clock.advance(1000);
    expect(tickets.all()).toHaveLength(1);
    expect(tickets.all()).not.toContainEqual(old);
  });

  it('goes on with the keys it has when the file is damaged or gone, says so once, and recovers', async () => {
    const ring = openRing();
    const before = ring.keys;
    writeFileSync(path(), '{');
    for (let second = 0; second < 3; second++) {
      await clock.advance(1000);
      expect(ring.keys).toEqual(before);
    }
    expect(said).toHaveLength(1);
    rmSync(path());
    await clock.advance(1000);
    await clock.advance(1000);
    expect(ring.keys).toEqual(before);
    expect(said).toHaveLength(2);
    replaceKeyFile(path(), before);
    const key = addKey();
    await clock.advance(1000);
    expect(ring.keys).toEqual([key, ...before]);
  });

  it('warns once of a file that others may read', () => {
    openRing();
    expect(said).toEqual([]);
    chmodSync(path(), 0o644);
    const ring = openRing();
    ring.refresh();
    expect(said).toEqual([expect.stringContaining('chmod 600')]);
  });
});
