/**
 * Dates the pictures of a track: presentation time from RTP, decode time from the order of arrival, duration by
 * estimate, wall time by arrival. Nothing is held back, except at the start of a camera whose parameter sets leave open
 * whether it reorders pictures: then the first few are, to see.
 *
 * What comes out, whatever the camera does: decode times rise, durations are positive, and a discontinuity is only ever
 * announced directly before a key frame.
 */
import type { AccessUnit } from '../video/access-unit.ts';
import { VIDEO_TIMESCALE, type Sample, type VideoConfig } from '../sample.ts';
import { DecodeTimes } from './decode-times.ts';
import { FrameDuration } from './frame-duration.ts';
import { ReorderObserver } from './reorder-observer.ts';
import type { Placement, TrackClock } from './track-clock.ts';
import type { WallClock } from './wall-clock.ts';

/** A dated picture. */
export interface TimedPicture {
  readonly sample: Sample;
  readonly config: VideoConfig;
  /** Why media time is not continuous before it; undefined when it is. Only with key frames. */
  readonly discontinuity: string | undefined;
}

const TICKS_PER_MS = VIDEO_TIMESCALE / 1000;
const DEFAULT_FPS = 25;
/** A hole in media time up to this is a long frame; a longer one, with pictures dropped, is a discontinuity. */
const MAX_BRIDGED_MS = 500;
/** Decoding and showing a picture lie no further apart, ms: more would not fit the files, and no reordering needs it. */
const MAX_OFFSET_MS = 10_000;
/** Pictures that are looked at before the first goes out, when reordering is not known: without and with B slices. */
const LOOK_AHEAD = { plain: 3, bidirectional: 6 } as const;

interface PlacedPicture extends Placement {
  readonly unit: AccessUnit;
}

export class VideoTimeline {
  readonly #clock: TrackClock;
  readonly #wall: WallClock;
  readonly #onPicture: (picture: TimedPicture) => void;
  readonly #observer = new ReorderObserver();
  readonly #duration = new FrameDuration(VIDEO_TIMESCALE / DEFAULT_FPS);
  #decodeTimes: DecodeTimes | undefined;
  #held: PlacedPicture[] = [];
  #announced: VideoConfig | undefined;
  #config: VideoConfig | undefined;
  #lastDts: number | undefined;
  #highestPts = -1;
  #lastWallMs = 0;

  constructor(clock: TrackClock, wall: WallClock, onPicture: (picture: TimedPicture) => void) {
    this.#clock = clock;
    this.#wall = wall;
    this.#onPicture = onPicture;
  }

  /** Takes the next picture in decode order; the first must be a key frame. */
  push(unit: AccessUnit): void {
    const placed = {
      unit,
      ...this.#clock.place(unit.timestamp, unit.arrival.monotonicMs, mayGoBack(unit)),
    };
    if (this.#decodeTimes !== undefined) {
      this.#date(placed, this.#decodeTimes);
      return;
    }
    this.#held.push(placed);
    const reorder = findReorder(this.#held);
    if (reorder === undefined) return;
    const held = this.#held;
    const decodeTimes = new DecodeTimes(reorder);
    this.#held = [];
    this.#decodeTimes = decodeTimes;
    for (const each of held) this.#date(each, decodeTimes);
  }

  #date({ unit, ticks, jumped }: PlacedPicture, decodeTimes: DecodeTimes): void {
    this.#followConfig(unit, decodeTimes);
    if (unit.afterLoss) decodeTimes.restart();
    if (unit.afterLoss || jumped) this.#observer.reset();
    const pts = this.#findPts(unit, ticks, decodeTimes);
    const usual = this.#duration.estimate;
    const dts = decodeTimes.next(pts, usual);
    const distance = this.#lastDts === undefined ? usual : dts - this.#lastDts;
    const isFirst = this.#lastDts === undefined;
    this.#lastDts = dts;
    if (!isFirst && !unit.afterLoss && !jumped) this.#duration.add(distance);
    this.#wall.add(dts / TICKS_PER_MS, unit.arrival.wallMs);
    this.#lastWallMs = Math.max(this.#lastWallMs, this.#wall.findWallMs(dts / TICKS_PER_MS) ?? 0);
    this.#onPicture({
      config: this.#config ?? unit.active.config,
      discontinuity:
        isFirst || !unit.keyframe ? undefined : findDiscontinuity(unit, jumped, distance - usual),
      sample: {
        kind: 'video',
        data: unit.data,
        dts,
        pts: clamp(pts, dts - MAX_OFFSET_MS * TICKS_PER_MS, dts + MAX_OFFSET_MS * TICKS_PER_MS),
        duration: this.#duration.estimate,
        keyframe: unit.keyframe,
        wallMs: this.#lastWallMs,
      },
    });
  }

  /** A picture without B slices is shown after all before it: an earlier time is the camera's error. */
  #findPts(unit: AccessUnit, ticks: number, decodeTimes: DecodeTimes): number {
    const pts = Math.max(0, mayGoBack(unit) ? ticks : Math.max(ticks, this.#highestPts + 1));
    this.#highestPts = Math.max(this.#highestPts, pts);
    decodeTimes.raiseReorder(this.#observer.add(pts));
    return pts;
  }

  #followConfig(unit: AccessUnit, decodeTimes: DecodeTimes): void {
    const { config, knownReorder } = unit.active;
    if (config === this.#announced) return;
    this.#announced = config;
    if (knownReorder !== undefined && knownReorder !== decodeTimes.reorder) decodeTimes.restart(knownReorder);
    const { reorder } = decodeTimes;
    this.#config = config.maxReorder === reorder ? config : { ...config, maxReorder: reorder };
  }
}

/** Only pictures with B slices are shown before ones that came before them. */
function mayGoBack({ bidirectional, active }: AccessUnit): boolean {
  return bidirectional && active.knownReorder !== 0;
}

/** How far the camera reorders: what its parameter sets say, or what the first pictures show. Undefined: more are needed. */
function findReorder(held: readonly PlacedPicture[]): number | undefined {
  const known = held[0]?.unit.active.knownReorder;
  if (known !== undefined) return known;
  const isBidirectional = held.some(({ unit }) => unit.bidirectional);
  if (held.length < (isBidirectional ? LOOK_AHEAD.bidirectional : LOOK_AHEAD.plain)) return undefined;
  if (!isBidirectional) return 0;
  const observer = new ReorderObserver();
  return Math.max(...held.map(({ ticks }) => observer.add(ticks)));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function findDiscontinuity(unit: AccessUnit, jumped: boolean, holeTicks: number): string | undefined {
  if (jumped) return 'the camera changed its clock';
  if (unit.afterLoss && holeTicks > MAX_BRIDGED_MS * TICKS_PER_MS) return 'pictures were lost';
  return undefined;
}
