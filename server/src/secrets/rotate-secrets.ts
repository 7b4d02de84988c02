/**
 * A new master key for everything that is encrypted. In this order, so that it can be killed at any step and run again:
 *
 *   1. one transaction: a new key into the file, everything sealed anew with it, the audit entry
 *   2. another one: the old keys out of the file
 *
 * Before the end of 1 the rows need the old keys, which are in the file; after it none does. A file with several keys is a
 * rotation that did not end: it is gone on with, not begun anew.
 */
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { Secret } from '@pantau/base/secret';
import type { Actor } from '../audit/actor.ts';
import { keyIdOf, type AesSecretBox } from './aes-secret-box.ts';
import {
  createMasterKey,
  keyFilePath,
  readKeyFile,
  removeDrafts,
  replaceKeyFile,
  type MasterKey,
} from './key-file.ts';
import type { KeyRing } from './key-ring.ts';
import type { SecretsStore } from './secrets-store.ts';

/** The steps of a rotation, in order. */
export type RotationStep = 'key-added' | 'resealed' | 'committed' | 'keys-dropped';

export interface RotateSecretsOptions {
  readonly dataDir: string;
  readonly store: SecretsStore;
  readonly ring: KeyRing;
  readonly box: AesSecretBox;
  readonly clock: Clock;
  readonly actor: Actor;
  /** Called after each step; what it throws ends the rotation there: for tests. */
  readonly onStep?: (step: RotationStep) => void;
}

export interface RotationReport {
  readonly keyId: string;
  readonly resealed: number;
  /** Places whose secret could not be opened, before and after. */
  readonly unreadable: readonly string[];
  /** Keys that left the file. */
  readonly droppedKeys: number;
}

/** @throws AppError KEY_FILE_INVALID, DATABASE_… */
export async function rotateSecrets(options: RotateSecretsOptions): Promise<RotationReport> {
  const { dataDir, store, ring, box, clock, actor } = options;
  const path = keyFilePath(dataDir);
  const onStep = options.onStep ?? (() => {});

  const { newest, resealed, unreadable } = await store.change(async (secrets) => {
    // One writer at a time: until this commits no other rotation runs, and nobody is between sealing and storing.
    const key = addKey(path, clock);
    ring.refresh();
    onStep('key-added');
    const failed: string[] = [];
    let count = 0;
    for (const { place, text } of await secrets.list()) {
      const secret = tryOpen(box, text, place);
      if (secret === undefined) {
        failed.push(place);
        continue;
      }
      await secrets.replace(place, box.sealWith(key, secret, place));
      count++;
    }
    await secrets.append(
      {
        type: 'SECRETS_ROTATED',
        actor,
        details: { key_id: key.id, resealed: count, unreadable: failed.length },
      },
      clock.now(),
    );
    onStep('resealed');
    return { newest: key, resealed: count, unreadable: failed };
  });
  onStep('committed');

  const droppedKeys = await store.change(async (secrets) => {
    // Nothing should: but somebody may have sealed outside of a transaction.
    const used = (await secrets.list()).filter(({ text, place }) => tryOpen(box, text, place) !== undefined);
    removeDrafts(path);
    return dropKeys(path, newest, new Set(used.map(({ text }) => keyIdOf(text))));
  });
  ring.refresh();
  onStep('keys-dropped');
  return { keyId: newest.id, resealed, unreadable, droppedKeys };
}

/** @returns the key to seal with, which is in the file when this returns. */
function addKey(path: string, clock: Clock): MasterKey {
  const keys = readKeys(path);
  const [first] = keys;
  if (first !== undefined && keys.length > 1) return first;
  const key = createMasterKey(clock.now());
  replaceKeyFile(path, [key, ...keys]);
  return key;
}

/** Leaves `newest`, what came after it, and what is still used. */
function dropKeys(path: string, newest: MasterKey, used: ReadonlySet<string | undefined>): number {
  const keys = readKeys(path);
  const at = keys.findIndex(({ id }) => id === newest.id);
  const kept = keys.filter(({ id }, index) => index <= at || used.has(id));
  if (at < 0 || kept.length === keys.length) return 0;
  replaceKeyFile(path, kept);
  return keys.length - kept.length;
}

function readKeys(path: string): readonly MasterKey[] {
  const file = readKeyFile(path);
  if (file !== undefined) return file.keys;
  throw new AppError('precondition', 'KEY_FILE_INVALID', `The key file ${path} is gone.`);
}

function tryOpen(box: AesSecretBox, text: string, place: string): Secret | undefined {
  try {
    return box.open(text, place);
  } catch (error) {
    if (error instanceof AppError && error.code === 'CREDENTIALS_UNREADABLE') return undefined;
    throw error;
  }
}
