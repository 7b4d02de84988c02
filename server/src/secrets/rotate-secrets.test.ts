import { readdirSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { consoleActor } from '../audit/actor.ts';
import type { Database } from '../db/database.ts';
import { DATABASE_KINDS, makeTestFolder, openTestDatabase } from '../testing/open-test-database.ts';
import { AesSecretBox, keyIdOf } from './aes-secret-box.ts';
import { KEY_FILE_NAME, keyFilePath, readKeyFile, replaceKeyFile } from './key-file.ts';
import { openKeyRing } from './key-ring.ts';
import { rotateSecrets, type RotationStep } from './rotate-secrets.ts';
import { sealPlainPasswords } from './seal-plain-passwords.ts';
import { readSecretsStatus } from './secrets-status.ts';
import { cameraPasswordPlace, createSecretsStore, type SecretsStore } from './secrets-store.ts';

const actor = consoleActor('secrets rotate');
const clock = new VirtualClock();
const STEPS: readonly RotationStep[] = ['key-added', 'resealed', 'committed', 'keys-dropped'];

describe.each(DATABASE_KINDS)('stored secrets on %s', (kind) => {
  let folder: ReturnType<typeof makeTestFolder>;
  let opened: { database: Database; close(): Promise<void> };
  let store: SecretsStore;
  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    store = createSecretsStore(opened.database);
  }, 30_000);
  beforeEach(() => void (folder = makeTestFolder()));
  afterEach(async () => {
    folder.remove();
    await opened.database.write(async (transaction) => {
      for (const table of ['cameras', 'users', 'settings', 'audit_events'] as const)
        await transaction.deleteFrom(table).execute();
    });
  });
  afterAll(() => opened.close());

  /** A process of its own: it has read the key file now. */
  function openProcess() {
    const ring = openKeyRing({ dataDir: folder.path, clock, logger: silentLogger });
    return { ring, box: new AesSecretBox(ring) };
  }

  async function addCamera(id: number, password: string | null): Promise<void> {
    await opened.database.write((transaction) =>
      transaction
        .insertInto('cameras')
        .values({
          id,
          name: `Camera ${id}`,
          enabled: 1,
          status: 'active',
          source_url: 'rtsp://10.0.0.5/live',
          source_password: password,
          timezone: 'Asia/Jakarta',
          pull_mode: 'on-demand',
          stream_key: `key-${id}`,
          sort_order: 0,
          visibility: 'public',
          created_at: 0,
          updated_at: 0,
        })
        .execute(),
    );
  }

  async function addUser(box: AesSecretBox): Promise<number> {
    const { id } = await opened.database.record((transaction) =>
      transaction
        .insertInto('users')
        .values({
          username: 'operator-1',
          username_folded: 'operator-1',
          password_hash: 'x',
          role: 'operator',
          enabled: 1,
          must_change_password: 0,
          password_changed_at: 0,
          webauthn_user_id: 'x',
          created_at: 0,
          updated_at: 0,
        })
        .returning('id')
        .executeTakeFirstOrThrow(),
    );
    await opened.database.record((transaction) =>
      transaction
        .updateTable('users')
        .set({
          totp_secret: box.seal(new Secret('TOTP'), `users:${id}:totp_secret`),
          totp_pending_secret: box.seal(new Secret('PENDING'), `users:${id}:totp_pending_secret`),
        })
        .where('id', '=', id)
        .execute(),
    );
    return id;
  }

  /** Everything that is stored, opened. */
  async function openAll(box: AesSecretBox): Promise<Record<string, string>> {
    const stored = await store.list();
    return Object.fromEntries(stored.map(({ place, text }) => [place, box.open(text, place).reveal()]));
  }

  /** Two cameras with passwords, one without, an account with both kinds of secret. */
  async function fill() {
    const { box } = openProcess();
    await addCamera(1, 'v1.looks.sealed.but-is-a-password');
    await addCamera(2, 'hunter2');
    await addCamera(3, null);
    await sealPlainPasswords({ store, box, clock, logger: silentLogger });
    const userId = await addUser(box);
    return {
      [cameraPasswordPlace(1)]: 'v1.looks.sealed.but-is-a-password',
      [cameraPasswordPlace(2)]: 'hunter2',
      [`users:${userId}:totp_secret`]: 'TOTP',
      [`users:${userId}:totp_pending_secret`]: 'PENDING',
    };
  }

  const rotate = (onStep?: (step: RotationStep) => void) =>
    rotateSecrets({
      dataDir: folder.path,
      store,
      clock,
      actor,
      ...openProcess(),
      ...(onStep === undefined ? {} : { onStep }),
    });
  const keysInFile = () => readKeyFile(keyFilePath(folder.path))?.keys ?? [];
  const listRotations = () =>
    opened.database.read
      .selectFrom('audit_events')
      .selectAll()
      .where('type', '=', 'SECRETS_ROTATED')
      .execute();

  it('seals plain passwords once, also one that looks sealed, and leaves sealed ones alone afterwards', async () => {
    const expected = await fill();
    const { box } = openProcess();
    expect(await openAll(box)).toEqual(expected);
    const before = await store.list();
    await sealPlainPasswords({ store, box, clock, logger: silentLogger });
    expect(await store.list()).toEqual(before);
    expect(await store.isSealed()).toBe(true);
  });

  it('seals all passwords or none', async () => {
    await addCamera(1, 'hunter2');
    await addCamera(2, 'hunter3');
    const { ring } = openProcess();
    class FailingBox extends AesSecretBox {
      override seal(secret: Secret, place: string): string {
        if (secret.reveal() === 'hunter3') throw new Error('killed');
        return super.seal(secret, place);
      }
    }
    const failing = sealPlainPasswords({ store, box: new FailingBox(ring), clock, logger: silentLogger });
    await expect(failing).rejects.toThrow('killed');
    expect((await store.list()).map(({ text }) => text)).toEqual(['hunter2', 'hunter3']);
    expect(await store.isSealed()).toBe(false);
  });

  it('rotates: another key, everything sealed with it, an entry in the audit trail, the old key gone', async () => {
    const expected = await fill();
    const [old] = keysInFile();
    writeFileSync(`${keyFilePath(folder.path)}.0123456789ab.tmp`, 'left by a process that was killed');
    const revision = await opened.database.readRevision();
    const report = await rotate();
    const [newest, ...others] = keysInFile();
    expect(newest?.id).not.toBe(old?.id);
    expect(others).toEqual([]);
    expect(report).toEqual({ keyId: newest?.id, resealed: 4, unreadable: [], droppedKeys: 1 });
    expect((await store.list()).map(({ text }) => keyIdOf(text))).toEqual(Array(4).fill(newest?.id));
    expect(await openAll(openProcess().box)).toEqual(expected);
    expect(await opened.database.readRevision()).toBeGreaterThan(revision);
    expect(readdirSync(folder.path)).toEqual([KEY_FILE_NAME]);
    const [entry, ...more] = await listRotations();
    expect(more).toEqual([]);
    expect([entry?.actor_kind, entry?.endpoint]).toEqual(['console', 'secrets rotate']);
    expect(JSON.parse(entry?.details ?? '')).toEqual({ key_id: newest?.id, resealed: 4, unreadable: 0 });
  });

  it.each(STEPS)('killed after "%s", it leaves everything readable and can be run again', async (step) => {
    const expected = await fill();
    const [old] = keysInFile();
    const running = openProcess();
    await expect(
      rotate((reached) => {
        if (reached === step) throw new Error(`killed after ${step}`);
      }),
    ).rejects.toThrow('killed');
    // For a process that starts now, and for the server that was running.
    expect(await openAll(openProcess().box)).toEqual(expected);
    expect(await openAll(running.box)).toEqual(expected);
    expect(keysInFile().length).toBeLessThanOrEqual(2);

    await rotate();
    expect(await openAll(openProcess().box)).toEqual(expected);
    expect(await openAll(running.box)).toEqual(expected);
    expect(keysInFile()).toHaveLength(1);
    expect(keysInFile()[0]?.id).not.toBe(old?.id);
    expect((await listRotations()).length).toBe(step === 'key-added' || step === 'resealed' ? 1 : 2);
  });

  it('does not gather keys however often it is killed', async () => {
    await fill();
    for (let time = 0; time < 5; time++) {
      await expect(
        rotate((step) => {
          if (step === 'resealed') throw new Error('killed');
        }),
      ).rejects.toThrow('killed');
    }
    expect(keysInFile()).toHaveLength(2);
  });

  it('keeps a key that somebody used between the two transactions', async () => {
    await fill();
    const late = openProcess();
    const [old] = keysInFile();
    if (old === undefined) throw new Error('no key');
    const place = cameraPasswordPlace(3);
    const rotated = rotateSecrets({
      dataDir: folder.path,
      clock,
      actor,
      ...openProcess(),
      store: {
        ...store,
        change: async (work) => {
          const result = await store.change(work);
          if (keysInFile().length > 1) {
            await store.change((secrets) =>
              secrets.replace(place, late.box.sealWith(old, new Secret('late'), place)),
            );
          }
          return result;
        },
      },
    });
    expect((await rotated).droppedKeys).toBe(0);
    expect((await openAll(openProcess().box))[place]).toBe('late');
    await rotate();
    expect(keysInFile()).toHaveLength(1);
    expect((await openAll(openProcess().box))[place]).toBe('late');
  });

  it('leaves what cannot be opened as it is, and says so', async () => {
    const expected = await fill();
    const place = cameraPasswordPlace(2);
    const stored = (await store.list()).find((each) => each.place === place);
    const foreign = `${(stored?.text ?? '').slice(0, -4)}AAAA`;
    await store.change((secrets) => secrets.replace(place, foreign));
    expect(await rotate()).toMatchObject({ resealed: 3, unreadable: [place], droppedKeys: 1 });
    const { ring, box } = openProcess();
    expect(await readSecretsStatus(store, ring, box)).toEqual({
      keys: [{ id: keysInFile()[0]?.id, createdAt: keysInFile()[0]?.createdAt, secrets: 3 }],
      secrets: 4,
      unreadable: [place],
    });
    expect((await store.list()).find((each) => each.place === place)?.text).toBe(foreign);
    // The unreadable one must not keep its key, nor the next rotation from happening.
    const [before] = keysInFile();
    await rotate();
    expect(keysInFile()).toHaveLength(1);
    expect(keysInFile()[0]?.id).not.toBe(before?.id);
    expect(expected[place]).toBe('hunter2');
  });

  it('says which secrets are lost with a key file', async () => {
    const expected = await fill();
    replaceKeyFile(keyFilePath(folder.path), [
      { id: 'abcd', createdAt: '2026-01-01T00:00:00.000Z', bytes: Buffer.alloc(32, 1) },
    ]);
    const { ring, box } = openProcess();
    const status = await readSecretsStatus(store, ring, box);
    expect(status.unreadable.toSorted()).toEqual(Object.keys(expected).toSorted());
    expect(status.keys).toMatchObject([{ id: 'abcd', secrets: 0 }]);
  });
});
