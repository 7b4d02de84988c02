/**
 * All snapshots that are kept: every camera's newest on disk, those that are asked for in memory too, up to a number of bytes. A disk
 * that does not take them costs the posters after a restart, and those that memory has no room for.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { Snapshot, SnapshotFacts } from './snapshot.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

export interface SnapshotShelfOptions {
  readonly folder: SnapshotFolder;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Bytes of pictures in memory. */
  readonly memoryBytes?: number;
}

/** About 400 cameras with all their pictures; the others are read from disk when they are asked for. */
const MEMORY_BYTES = 48 * 1024 * 1024;
const FAILURE_LOG_INTERVAL_MS = 60_000;

export class SnapshotShelf {
  readonly #options: SnapshotShelfOptions;
  readonly #facts = new Map<number, SnapshotFacts>();
  readonly #memory: LRUCache<number, Snapshot>;
  /** One read for a crowd. */
  readonly #reading = new Map<number, Promise<Snapshot | undefined>>();
  /** Writes and removals, one after the other: a file is never written twice at once. */
  #writing: Promise<void> = Promise.resolve();
  #lastFailureLogMs = Number.NEGATIVE_INFINITY;

  constructor(options: SnapshotShelfOptions) {
    this.#options = options;
    this.#memory = new LRUCache({
      maxSize: options.memoryBytes ?? MEMORY_BYTES,
      sizeCalculation: ({ pictures }) => pictures.reduce((sum, { bytes }) => sum + bytes.length, 1000),
    });
  }

  /** Finds what an earlier life left. */
  async open(): Promise<void> {
    await this.#guard(async () => {
      for (const facts of await this.#options.folder.open()) this.#facts.set(facts.cameraId, facts);
    });
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    await this.#writing;
  }

  find(cameraId: number): SnapshotFacts | undefined {
    return this.#facts.get(cameraId);
  }

  list(): readonly SnapshotFacts[] {
    return [...this.#facts.values()];
  }

  /** With its pictures. */
  async read(cameraId: number): Promise<Snapshot | undefined> {
    const facts = this.#facts.get(cameraId);
    if (facts === undefined) return undefined;
    const kept = this.#memory.get(cameraId);
    if (kept !== undefined) return kept;
    let reading = this.#reading.get(cameraId);
    if (reading === undefined) {
      reading = this.#load(facts).finally(() => this.#reading.delete(cameraId));
      this.#reading.set(cameraId, reading);
    }
    return reading;
  }

  put(snapshot: Snapshot): void {
    const { pictures: _, ...facts } = snapshot;
    this.#facts.set(snapshot.cameraId, facts);
    this.#memory.set(snapshot.cameraId, snapshot);
    this.#enqueue(async () => {
      // A newer one may be waiting behind it, or the camera may be gone.
      if (this.#facts.get(snapshot.cameraId) === facts) await this.#options.folder.write(snapshot);
    });
  }

  remove(cameraId: number): void {
    this.#facts.delete(cameraId);
    this.#memory.delete(cameraId);
    this.#enqueue(async () => {
      if (!this.#facts.has(cameraId)) await this.#options.folder.remove(cameraId);
    });
  }

  async #load(facts: SnapshotFacts): Promise<Snapshot | undefined> {
    let snapshot: Snapshot | undefined;
    await this.#guard(async () => (snapshot = await this.#options.folder.read(facts.cameraId)));
    // Meanwhile it may have been replaced or removed.
    const now = this.#facts.get(facts.cameraId);
    if (now === undefined) return undefined;
    if (now !== facts) return this.#memory.get(facts.cameraId);
    if (snapshot?.takenMs === facts.takenMs) this.#memory.set(facts.cameraId, snapshot);
    else this.#facts.delete(facts.cameraId);
    return this.#memory.get(facts.cameraId);
  }

  #enqueue(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(() => this.#guard(work));
  }

  /** A full or broken disk is said once a minute. */
  async #guard(work: () => Promise<void | Snapshot | undefined>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { clock, logger } = this.#options;
      if (clock.monotonic() - this.#lastFailureLogMs < FAILURE_LOG_INTERVAL_MS) return;
      this.#lastFailureLogMs = clock.monotonic();
      logger.error({ reason: messageOf(error) }, 'Snapshots cannot be kept on disk');
    }
  }
}
