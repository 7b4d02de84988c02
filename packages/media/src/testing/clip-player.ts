/**
 * One mount's clip in real time: it says when the next picture or sound is due and hands it out as prepared packets, shared by all
 * clients of the mount. The loop is seamless: times go on, the first picture of a clip is an IDR.
 *
 * Times are media ticks since the player started: 90 kHz for video, the sampling rate for sound.
 */
import type { Clip, ClipAudio } from './clip.ts';
import { AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE } from './fake-sdp.ts';
import { arrangePicture } from './makers/habit-packing.ts';
import { PLAIN_PACKING, type PackingHabits } from './makers/habits.ts';
import type { PictureOverlay } from './picture-overlay.ts';
import { packetiseH265Nals } from './h265-layout.ts';
import {
  packetiseAac,
  packetiseNals,
  packetisePayload,
  type PacketRun,
  type PacketShape,
} from './rtp-layout.ts';

export type MediaUnit =
  | {
      readonly kind: 'video';
      readonly keyframe: boolean;
      readonly ticks: number;
      /** Sent before the picture when it is a key frame and the faults do not say otherwise. */
      readonly parameterSets: PacketRun | undefined;
      readonly runs: readonly PacketRun[];
    }
  | { readonly kind: 'audio'; readonly ticks: number; readonly runs: readonly PacketRun[] };

export interface ClipPlayerShape {
  readonly mtuBytes: number;
  readonly aggregate: boolean;
}

/** Prepared packets of one picture: up to the first slice, and the rest. Without an overlay all is in `rest`. */
interface PictureLayout {
  readonly parameterSets: PacketRun | undefined;
  readonly before: PacketRun | undefined;
  readonly rest: PacketRun;
}

/** Later than this (the process was stopped), media time pauses: the player goes on where it was instead of sending a burst, ms. */
const MAX_LATE_MS = 2000;
const AAC_SAMPLES = 1024;

/** Clock ticks of each frame of a clip's sound. */
function soundTicks(audio: ClipAudio | undefined): number {
  return audio?.rtp?.frameTicks ?? AAC_SAMPLES;
}

export class ClipPlayer {
  #clip: Clip;
  readonly #overlay: PictureOverlay | undefined;
  readonly #packing: PackingHabits;
  #originMs = 0;
  #running = false;
  /** Pictures handed out since the start or the last change of clip, and where in time that was. */
  #pictures = 0;
  #baseMs = 0;
  #frames = 0;
  /** Pictures of the clip that were left out to come to a key frame sooner. */
  #skipped = 0;

  constructor(clip: Clip, overlay: PictureOverlay | undefined, packing: PackingHabits = PLAIN_PACKING) {
    this.#clip = clip;
    this.#packing = packing;
    this.#overlay = overlay;
  }

  get clip(): Clip {
    return this.#clip;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Starts at the clip's first picture. @param nowMs monotonic. */
  start(nowMs: number): void {
    this.#originMs = nowMs;
    this.#baseMs = 0;
    this.#pictures = 0;
    this.#skipped = 0;
    this.#frames = 0;
    this.#running = true;
  }

  stop(): void {
    this.#running = false;
  }

  /** Goes on with another clip from its first picture (a change of resolution in mid-stream). Sound keeps its own time. */
  switchClip(clip: Clip): void {
    const previous = this.#clip.audio?.sampleRate;
    this.#baseMs += (this.#pictures * 1000) / this.#clip.video.fps;
    this.#pictures = 0;
    this.#skipped = 0;
    this.#clip = clip;
    // Sound of another rate, or where there was none, begins now and not at the start.
    if (clip.audio !== undefined && clip.audio.sampleRate !== previous) {
      this.#frames = Math.ceil((this.#baseMs * clip.audio.sampleRate) / (1000 * soundTicks(clip.audio)));
    }
  }

  /** The next picture will be a key frame, as of an encoder that was asked for one. Time goes on as before. */
  skipToKeyframe(): void {
    this.#skipped += this.#picturesToKeyframe();
  }

  /** Monotonic ms when something is due; Infinity when stopped. */
  get dueMs(): number {
    if (!this.#running) return Infinity;
    return this.#originMs + Math.min(this.#videoDueMs(), this.#audioDueMs());
  }

  /** Media ms since the start: what sender reports relate to the wall clock. */
  mediaMs(nowMs: number): number {
    return nowMs - this.#originMs;
  }

  /** Media ticks of the next key frame: where a session that waits for one will begin. */
  nextKeyframeTicks(): number {
    return this.#videoTicks(this.#pictures + this.#picturesToKeyframe());
  }

  nextPictureTicks(): number {
    return this.#videoTicks(this.#pictures);
  }

  nextAudioTicks(): number {
    return this.#frames * soundTicks(this.#clip.audio);
  }

  /** Hands out everything that is due, in order of time. */
  advance(nowMs: number, wallMs: number, shape: ClipPlayerShape, emit: (unit: MediaUnit) => void): void {
    if (this.#running && nowMs - this.dueMs > MAX_LATE_MS) this.#originMs += nowMs - this.dueMs;
    while (this.dueMs <= nowMs) {
      if (this.#audioDueMs() < this.#videoDueMs()) emit(this.#nextAudio());
      else emit(this.#nextVideo(wallMs, shape));
    }
  }

  #videoDueMs(): number {
    return this.#baseMs + (this.#pictures * 1000) / this.#clip.video.fps;
  }

  #audioDueMs(): number {
    const audio = this.#clip.audio;
    return audio === undefined ? Infinity : (this.#frames * soundTicks(audio) * 1000) / audio.sampleRate;
  }

  #picturesToKeyframe(): number {
    const { pictures } = this.#clip.video;
    let ahead = 0;
    while (ahead < pictures.length && pictures[this.#indexOf(this.#pictures + ahead)]?.keyframe !== true)
      ahead++;
    return ahead;
  }

  /** Index within the clip of the picture with this number. */
  #indexOf(count: number): number {
    return (count + this.#skipped) % this.#clip.video.pictures.length;
  }

  #videoTicks(count: number): number {
    const { pictures, fps } = this.#clip.video;
    const index = this.#indexOf(count);
    const display = count + (pictures[index]?.displayIndex ?? 0) - index;
    return Math.round(this.#baseMs * 90 + (display * 90_000) / fps);
  }

  #nextAudio(): MediaUnit {
    const frames = this.#clip.audio?.frames ?? [];
    const frame = frames[this.#frames % frames.length] ?? Buffer.alloc(0);
    const ticks = this.nextAudioTicks();
    this.#frames++;
    return { kind: 'audio', ticks, runs: [audioLayout(frame, this.#clip.audio?.rtp !== undefined)] };
  }

  #nextVideo(wallMs: number, shape: ClipPlayerShape): MediaUnit {
    const { video } = this.#clip;
    const index = this.#indexOf(this.#pictures);
    const picture = video.pictures[index];
    if (picture === undefined) throw new Error('a clip without pictures');
    const ticks = this.#videoTicks(this.#pictures);
    this.#pictures++;
    const packing = this.#packing;
    const packetShape = { payloadType: VIDEO_PAYLOAD_TYPE, fragments: packing, ...shape };
    const overlay = video.codec === 'h264' && this.#overlay?.fits(video) === true ? this.#overlay : undefined;
    const layout = pictureLayout(this.#clip, index, packetShape, {
      packing,
      overlaid: overlay !== undefined,
    });
    const runs: PacketRun[] = [];
    if (layout.before !== undefined) runs.push(layout.before);
    if (overlay !== undefined) runs.push(overlayLayout(overlay.slice(index, wallMs), packetShape));
    runs.push(layout.rest);
    return { kind: 'video', keyframe: picture.keyframe, ticks, parameterSets: layout.parameterSets, runs };
  }
}

interface LayoutChoice {
  readonly packing: PackingHabits;
  readonly overlaid: boolean;
}

/** Layouts are shared by every mount that plays the clip in one way: a hundred copies cost the memory of one. */
const pictureLayouts = new WeakMap<Clip, WeakMap<PackingHabits, Map<string, PictureLayout>>>();
const audioLayouts = new WeakMap<Buffer, PacketRun>();

/** An overlay hands out the same slice again and again while nothing changes. */
const overlayLayouts = new WeakMap<Buffer, { readonly mtuBytes: number; readonly run: PacketRun }>();

function overlayLayout(nal: Buffer, shape: PacketShape): PacketRun {
  const known = overlayLayouts.get(nal);
  if (known !== undefined && known.mtuBytes === shape.mtuBytes) return known.run;
  const run = packetiseNals([nal], shape, false);
  overlayLayouts.set(nal, { mtuBytes: shape.mtuBytes, run });
  return run;
}

function audioLayout(frame: Buffer, isPayload: boolean): PacketRun {
  const known = audioLayouts.get(frame);
  if (known !== undefined) return known;
  const run = isPayload
    ? packetisePayload(frame, AUDIO_PAYLOAD_TYPE)
    : packetiseAac(frame, AUDIO_PAYLOAD_TYPE);
  audioLayouts.set(frame, run);
  return run;
}

function pictureLayout(clip: Clip, index: number, shape: PacketShape, choice: LayoutChoice): PictureLayout {
  let ofClip = pictureLayouts.get(clip);
  if (ofClip === undefined) pictureLayouts.set(clip, (ofClip = new WeakMap()));
  let layouts = ofClip.get(choice.packing);
  if (layouts === undefined) ofClip.set(choice.packing, (layouts = new Map<string, PictureLayout>()));
  const key = `${index} ${shape.mtuBytes} ${shape.aggregate} ${choice.overlaid}`;
  let layout = layouts.get(key);
  if (layout === undefined) layouts.set(key, (layout = layOutPicture(clip, index, shape, choice)));
  return layout;
}

function layOutPicture(clip: Clip, index: number, shape: PacketShape, choice: LayoutChoice): PictureLayout {
  const { video } = clip;
  const { nals = [], keyframe = false } = video.pictures[index] ?? {};
  if (video.codec === 'h265') {
    const sets = [video.vps, video.sps, video.pps];
    return {
      parameterSets: keyframe ? packetiseH265Nals(sets, shape, false) : undefined,
      before: undefined,
      rest: packetiseH265Nals(nals, shape, true),
    };
  }
  const isPlain = !choice.overlaid;
  const { sets, picture } = arrangePicture(
    keyframe ? [video.sps, video.pps] : undefined,
    nals,
    isPlain ? choice.packing : { ...choice.packing, annexB: false },
  );
  const parameterSets = sets === undefined ? undefined : packetiseNals(sets, shape, false);
  const first = picture.findIndex((nal) => ((nal[0] ?? 0) & 31) === 1 || ((nal[0] ?? 0) & 31) === 5);
  if (isPlain) return { parameterSets, before: undefined, rest: packetiseNals(picture, shape, true) };
  const before = first > 0 ? packetiseNals(picture.slice(0, first), shape, false) : undefined;
  return { parameterSets, before, rest: packetiseNals(picture.slice(first + 1), shape, true) };
}
