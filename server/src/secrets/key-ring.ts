/** The master keys in use. Follows the key file, which the command line may replace while the server runs. */
import { hkdfSync } from 'node:crypto';
import type { Clock } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import { findStamp, KEY_FILE_NAME, keyFilePath, openKeyFile, readKeyFile } from './key-file.ts';
import type { KeyFile, MasterKey } from './key-file.ts';

/** Keys for one purpose, 32 bytes each. Ask each time: they change with a rotation. */
export interface DerivedKeys {
  /** Of the newest master key: signs. */
  current(): Buffer;
  /** Newest first: all of these verify. A rotation leaves the newest only. The same array while the file stays the same. */
  all(): readonly Buffer[];
}

export interface OpenKeyRingOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The file is looked at no more often than this, ms, unless a key is missing. */
const LOOK_INTERVAL_MS = 1000;
const DERIVED_BYTES = 32;

/** Makes the key file when it is missing. @throws AppError KEY_FILE_INVALID */
export function openKeyRing(options: OpenKeyRingOptions): KeyRing {
  const { dataDir, clock, logger } = options;
  const file = openKeyFile(dataDir, clock.now());
  if (file.isOpenToOthers) {
    logger.warn(
      { file: keyFilePath(dataDir) },
      `Others on this machine may read ${KEY_FILE_NAME}, which opens the stored passwords: chmod 600 it, then run "pantau secrets rotate"`,
    );
  }
  return new KeyRing(keyFilePath(dataDir), file, clock, logger);
}

export class KeyRing {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** By purpose, then key id. Emptied with each change of the file. */
  readonly #derived = new Map<string, Map<string, Buffer>>();
  #file: KeyFile;
  #lookedAtMs: number;
  /** Stamp of a file that could not be used, so that it is said once. */
  #refusedStamp: string | undefined;

  constructor(path: string, file: KeyFile, clock: Clock, logger: Logger) {
    this.#path = path;
    this.#file = file;
    this.#clock = clock;
    this.#logger = logger;
    this.#lookedAtMs = clock.monotonic();
  }

  /** Newest first, never empty. */
  get keys(): readonly MasterKey[] {
    if (this.#clock.monotonic() - this.#lookedAtMs >= LOOK_INTERVAL_MS) this.refresh();
    return this.#file.keys;
  }

  /** Reads the file again if it was replaced. What cannot be used leaves the keys of before in use. */
  refresh(): void {
    this.#lookedAtMs = this.#clock.monotonic();
    const stamp = findStamp(this.#path);
    if (stamp === this.#file.stamp || stamp === this.#refusedStamp) return;
    try {
      const file = readKeyFile(this.#path);
      if (file === undefined) throw new Error('it is gone');
      this.#file = file;
      this.#derived.clear();
      this.#refusedStamp = undefined;
    } catch (error) {
      this.#refusedStamp = stamp;
      this.#logger.error(
        { reason: messageOf(error) },
        'The key file was damaged; the keys of before stay in use',
      );
    }
  }

  /** Keys for one purpose, by HKDF-SHA-256 (RFC 5869): what one is used for tells nothing about the others. */
  deriveKey(purpose: string): DerivedKeys {
    let known: { readonly of: readonly MasterKey[]; readonly keys: readonly Buffer[] } | undefined;
    return {
      current: () => {
        const [newest] = this.keys;
        if (newest === undefined) throw new Error('a key ring has at least one key');
        return this.derive(newest, purpose);
      },
      all: () => {
        const { keys } = this;
        if (known?.of !== keys) known = { of: keys, keys: keys.map((key) => this.derive(key, purpose)) };
        return known.keys;
      },
    };
  }

  /** The key for `purpose` of one master key. */
  derive(key: MasterKey, purpose: string): Buffer {
    const known = this.#derived.get(purpose) ?? new Map<string, Buffer>();
    this.#derived.set(purpose, known);
    const found = known.get(key.id);
    if (found !== undefined) return found;
    const derived = Buffer.from(hkdfSync('sha256', key.bytes, '', `pantau ${purpose}`, DERIVED_BYTES));
    known.set(key.id, derived);
    return derived;
  }
}
