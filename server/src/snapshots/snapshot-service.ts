/**
 * Still pictures of cameras: takes them when they are due, keeps the newest, and knows who looked at them.
 *
 *   every second ──► due? ──► picture taker ──► shelf ──► lists, replies
 *                              (16 waiting, 2 of them pulling a camera for it)
 */
import type { Timer } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import type { MediaEngine } from '@pantau/media';
import type { Camera } from '../cameras/camera.ts';
import type { EncodedPicture, PictureFormat, PictureProblem, PictureSize } from './picture.ts';
import { PictureTaker, type PictureTakerOptions, type TakenPicture } from './picture-taker.ts';
import { choosePicture, isStillOf, sourceMark, type SnapshotFacts } from './snapshot.ts';
import { nextSnapshotMs, type SnapshotIntervals } from './snapshot-schedule.ts';
import type { SnapshotShelf } from './snapshot-shelf.ts';

export interface SnapshotServiceOptions extends PictureTakerOptions {
  readonly engine: Pick<MediaEngine, 'findStatus' | 'nextKeyframe'>;
  readonly shelf: SnapshotShelf;
  readonly intervals: SnapshotIntervals;
  /** In [0, 1): spreads cameras that became known together. */
  readonly random?: () => number;
}

/** A picture as it is served. */
export interface FoundPicture {
  /** UTC ms. */
  readonly takenMs: number;
  readonly picture: EncodedPicture;
}

const TICK_MS = 1000;
/** Cameras whose next key frame is waited for at once: as many as the decoder's queue takes. */
const MAX_WAITING = 16;
/** Of them, cameras that rest and are pulled for it. */
const MAX_PULLING = 2;
/** Cameras that became known together get their first pictures within this: for each of them so much more, up to so much. */
const SPREAD_MS_EACH = 300;
const MAX_SPREAD_MS = 60_000;
/** Lists learn of newer pictures together and so often: each change sends the whole list to everybody anew. */
const LISTING_MS = 60_000;
const DAY_MS = 86_400_000;

interface Subject {
  camera: Camera;
  sinceMs: number;
  lastTryMs: number | undefined;
  failures: number;
  isWanted: boolean;
  isBusy: boolean;
  problem: PictureProblem | undefined;
  /** Its key frames gave no picture, but it gave one itself: it is asked first, as long as that works. */
  givesOwn: boolean;
}

export class SnapshotService {
  readonly #options: SnapshotServiceOptions;
  readonly #taker: PictureTaker;
  readonly #subjects = new Map<number, Subject>();
  readonly #stopper = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** What lists say, by camera. */
  #listed = new Map<number, number>();
  #listedAtMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #pulling = 0;

  constructor(options: SnapshotServiceOptions) {
    this.#options = options;
    this.#taker = new PictureTaker(options);
  }

  /** Finds the pictures of an earlier life, then begins to take new ones. */
  async start(): Promise<void> {
    const { clock, shelf } = this.#options;
    await shelf.open();
    this.#updateListed();
    this.#timer = clock.setRepeating(TICK_MS, () => this.#tick(), { unref: true });
  }

  /** Takes no more pictures; resolves when those under way are given up and the others written. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#stopper.abort(new Error('the server is stopping'));
    await Promise.all(this.#running);
    await this.#options.shelf.close();
  }

  /** All cameras there are, disabled ones too. Pictures of others, and of what they are no longer, are removed. */
  setCameras(cameras: readonly Camera[]): void {
    const { clock, shelf, random = Math.random } = this.#options;
    const byId = new Map(cameras.map((camera) => [camera.id, camera]));
    for (const facts of shelf.list()) {
      const camera = byId.get(facts.cameraId);
      if (camera !== undefined && isStillOf(facts, camera)) continue;
      shelf.remove(facts.cameraId);
      this.#listed.delete(facts.cameraId);
    }
    for (const id of this.#subjects.keys()) if (!byId.has(id)) this.#subjects.delete(id);
    const newOnes = cameras.filter(({ id }) => !this.#subjects.has(id)).length;
    const spreadMs = Math.min(MAX_SPREAD_MS, newOnes * SPREAD_MS_EACH);
    for (const camera of cameras) {
      const known = this.#subjects.get(camera.id);
      if (known !== undefined) {
        if (sourceMark(known.camera) !== sourceMark(camera)) known.givesOwn = false;
        known.camera = camera;
      } else
        this.#subjects.set(camera.id, {
          camera,
          sinceMs: clock.monotonic() + random() * spreadMs,
          lastTryMs: undefined,
          failures: 0,
          isWanted: false,
          isBusy: false,
          problem: undefined,
          givesOwn: false,
        });
    }
  }

  /** When the picture that lists speak of was taken, UTC ms: up to a minute older than the newest. */
  findListed(cameraId: number): number | undefined {
    return this.#listed.get(cameraId);
  }

  /** The newest picture; whoever asks wants a newer one in time. That does not make them a viewer. */
  async findPicture(
    camera: Camera,
    size: PictureSize,
    format: PictureFormat,
  ): Promise<FoundPicture | undefined> {
    const { shelf } = this.#options;
    const subject = this.#subjects.get(camera.id);
    if (subject !== undefined) subject.isWanted = true;
    if (!this.#mayShow(shelf.find(camera.id), camera)) return undefined;
    const snapshot = await shelf.read(camera.id);
    if (snapshot === undefined || !this.#mayShow(snapshot, camera)) return undefined;
    const picture = choosePicture(snapshot.pictures, size, format);
    return picture && { takenMs: snapshot.takenMs, picture };
  }

  /** Why there is no picture, as far as the pictures themselves are the reason. */
  findProblem(cameraId: number): PictureProblem | undefined {
    return this.#subjects.get(cameraId)?.problem;
  }

  #mayShow(facts: SnapshotFacts | undefined, camera: Camera): facts is SnapshotFacts {
    return facts !== undefined && isStillOf(facts, camera);
  }

  #tick(): void {
    const { clock, engine, intervals } = this.#options;
    const nowMs = clock.monotonic();
    if (nowMs - this.#listedAtMs >= LISTING_MS) this.#updateListed();
    const { perSecond } = this.#options.maker;
    const due: { readonly subject: Subject; readonly pull: boolean; readonly lateMs: number }[] = [];
    for (const subject of this.#subjects.values()) {
      if (subject.isBusy || !subject.camera.enabled) continue;
      const status = engine.findStatus(subject.camera.streamKey);
      // What another server streams has no key frames here, and its host no camera.
      if (status === undefined || status.delivery === 'relay') continue;
      const ownPicture = this.#options.cameraPictures.mayFetch(subject.camera);
      if (perSecond === 0 && !ownPicture) continue;
      // Nobody here understands what it streams, but it is there.
      const isOnlySeen = ownPicture && status.reason?.code === 'CODEC_UNSUPPORTED';
      const hasPicture = this.#options.shelf.find(subject.camera.id) !== undefined;
      const seen = isOnlySeen ? { ...status, state: 'live' as const } : status;
      const dueMs = nextSnapshotMs(seen, { ...subject, hasPicture }, intervals);
      const pull = seen.state === 'idle';
      if (dueMs !== undefined && dueMs <= nowMs) due.push({ subject, pull, lateMs: nowMs - dueMs });
    }
    due.sort((a, b) => b.lateMs - a.lateMs);
    let starts = 0;
    for (const { subject, pull } of due) {
      if (starts >= Math.max(1, perSecond) || this.#running.size >= MAX_WAITING) return;
      if (pull && this.#pulling >= MAX_PULLING) continue;
      starts++;
      const run = this.#take(subject, pull).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  async #take(subject: Subject, pull: boolean): Promise<void> {
    const { clock, logger } = this.#options;
    const { camera } = subject;
    subject.isBusy = true;
    subject.lastTryMs = clock.monotonic();
    if (pull) this.#pulling++;
    try {
      const outcome = await this.#taker.take(camera, {
        pull,
        ownFirst: subject.givesOwn,
        signal: this.#stopper.signal,
      });
      const problem = outcome.ok ? undefined : outcome.problem;
      if (outcome.ok) this.#keep(camera, outcome);
      subject.givesOwn = outcome.ok && outcome.isOwn;
      subject.problem = problem;
      // Too busy is nothing the camera did.
      if (problem === undefined) subject.failures = 0;
      else if (problem !== 'busy') subject.failures++;
      if (problem === undefined) subject.isWanted = false;
      else logger.debug({ camera: camera.id, problem }, 'no picture of a camera');
    } catch (error) {
      // No key frame: the stream's own state says why. A camera that is live may have long groups of pictures.
      if (pull) subject.failures++;
      logger.debug({ camera: camera.id, reason: messageOf(error) }, 'no key frame for a picture');
    } finally {
      subject.isBusy = false;
      if (pull) this.#pulling--;
    }
  }

  #keep(camera: Camera, { pictures, wallMs }: TakenPicture): void {
    const { clock, shelf } = this.#options;
    // Meanwhile it may have been removed, turned to another place, or opened to more people: what was taken then stays there.
    const now = this.#subjects.get(camera.id)?.camera;
    const facts: SnapshotFacts = {
      cameraId: camera.id,
      takenMs: plausibleTimeMs(wallMs, clock.now()),
      visibility: camera.visibility,
      source: sourceMark(camera),
    };
    if (now === undefined || !isStillOf(facts, now)) return;
    const isFirst = shelf.find(camera.id) === undefined;
    shelf.put({ ...facts, pictures });
    if (isFirst) this.#listed.set(camera.id, facts.takenMs);
  }

  #updateListed(): void {
    this.#listedAtMs = this.#options.clock.monotonic();
    this.#listed = new Map(this.#options.shelf.list().map(({ cameraId, takenMs }) => [cameraId, takenMs]));
  }
}

/** A camera's clock may say anything; a time a day away from ours, or in the future, is not shown. */
function plausibleTimeMs(wallMs: number, nowMs: number): number {
  const isPlausible = wallMs <= nowMs && nowMs - wallMs < DAY_MS;
  return Math.round(isPlausible ? wallMs : nowMs);
}
