import type { Clock } from '@pantau/base/clock';
import { encodeFragment } from '../fmp4/fragment.ts';
import { encodeInitSegment } from '../fmp4/init-segment.ts';
import type { MediaEvent, Sample, StreamConfig, TrackConfig } from '../sample.ts';
import type { EngineLimits } from './engine-limits.ts';
import { FrameAllowance } from './frame-allowance.ts';
import type { MediaPart, MediaSegment, MediaWindow } from './media-window.ts';
import { PartSizer } from './part-sizer.ts';
import { filePrefix, type RenditionName } from './rendition.ts';
import { SharedTimeline } from './shared-timeline.ts';
import { TimelineSplice } from './timeline-splice.ts';

/**
 * Turns the samples of one stream into parts and segments, once, for every kind of viewer.
 *
 *   config, sample, discontinuity ──► splice ──► open part ──► part ──► segment          (MediaWindow: HLS, LL-HLS)
 *                                        └─────► frame fragments while `wantsFrames`     (MSE)
 *
 * Cutting: a segment ends at the first key frame after 75 % of its wanted length, at a change of configuration, at a
 * discontinuity, and the first one early when somebody waits for it (`hurry`); a part ends where `PartSizer` says and where its segment ends. The video track decides; audio travels in
 * the part that is open when it arrives. A stream without video is cut by its audio frames.
 */

/** The init segment in force. */
export interface CurrentInit {
  readonly name: string;
  readonly body: Buffer;
  readonly config: StreamConfig;
  readonly rendition: RenditionName;
}

export interface LiveMuxerSink {
  /** A new configuration is in force, from the next frame and part on. */
  onInit(init: CurrentInit): void;
  /** Media time was spliced: what follows does not continue what was before. */
  onBreak(): void;
  /** A fragment of one frame with the audio since the frame before; only while `wantsFrames()`. */
  onFrame(fragment: Buffer, keyframe: boolean): void;
  wantsFrames(): boolean;
  /** The playlists changed: a part, and perhaps the segment it ends. */
  onPart(part: MediaPart, finished: MediaSegment | undefined): void;
}

export interface LiveMuxerOptions {
  readonly clock: Clock;
  readonly window: MediaWindow;
  readonly sink: LiveMuxerSink;
  readonly limits: Pick<EngineLimits, 'partMs' | 'segmentMs' | 'maxSegmentMs' | 'maxSegmentBytes'>;
  /**
   * Number of the first segment: the UTC second in which the muxer was made. At most one segment per second is opened, so
   * numbers and file names never come twice, not even after a restart of the process.
   */
  readonly firstSequence: number;
  /** Default `main`. */
  readonly rendition?: RenditionName | undefined;
  /** The timeline of the camera's renditions; default: one of its own. */
  readonly timeline?: SharedTimeline | undefined;
  /** A segment is about to be opened. */
  readonly onOpening?: (() => void) | undefined;
  /**
   * Seconds of a new session that are left out before its first key frame is taken: what arrives first arrives late, and
   * the place of a rendition on the common timeline is found by arrival. Default 0.
   */
  readonly settleS?: (() => number) | undefined;
}

/** Part numbers of a muxer start at its first sequence number times this: more parts than a second can have. */
const PART_NUMBERS_PER_SECOND = 100;
/** Share of the wanted segment length from which a key frame ends the segment. */
const SEGMENT_SHARE = 0.75;
/** Length from which the first segment is of use to a low-latency viewer, seconds. */
const HURRIED_SEGMENT_S = 1;
/** A hole in the video's time longer than this is a discontinuity, seconds. */
const HOLE_S = 0.5;
/** An open part is closed early when it holds more, bytes: a camera of absurd frames. */
const MAX_PART_BYTES = 8 * 1024 * 1024;

/** Frames of sound kept while a key frame is waited for: they may be ahead of the pictures. */
const MAX_LEAD = 64;
/** Sound that begins longer than this before its key frame is left out, seconds. */
const MAX_LEAD_S = 0.1;

const DAY_MS = 86_400_000;

export class LiveMuxer {
  readonly #clock: Clock;
  readonly #window: MediaWindow;
  readonly #sink: LiveMuxerSink;
  readonly #limits: LiveMuxerOptions['limits'];
  readonly #sizer: PartSizer;
  readonly #allowance: FrameAllowance;
  readonly #splice = new TimelineSplice();
  readonly #timeline: SharedTimeline;
  readonly #onOpening: (() => void) | undefined;
  readonly #settleS: (() => number) | undefined;
  /** Decode time of the session's first sample. */
  #sessionStartDts: number | undefined;
  readonly #rendition: RenditionName;
  readonly #prefix: string;
  readonly #firstSequence: number;
  readonly #madeAtMs: number;

  #nextSequence: number;
  #nextInit: number;
  #nextPart: number;
  #fragmentNumber = 1;
  #init: CurrentInit | undefined;
  /** The sink does not know `#init` yet. */
  #isInitNew = false;
  #pendingConfig: StreamConfig | undefined;
  /** Nothing is taken until a key frame comes. */
  #needsKeyframe = true;
  /** The first segment is waited for. */
  #isHurried = false;
  /** Sound that came since the source was opened or broke, newest last: what a key frame needs in front of it. */
  #lead: Sample[] = [];
  /** The next segment does not continue the one before. */
  #isBroken = false;
  /** Discontinuity sequence number of the newest segment. */
  #discontinuitySequence = 0;

  #part: Sample[] = [];
  /** Where the open segment, the open part and what is taken so far begin and end, in the leader's ticks. */
  #segmentDts = 0;
  #partDts = 0;
  #endDts = 0;
  #partS = 0;
  #partBytes = 0;
  #partHasKeyframe = false;
  /** Samples of `#part` that went out as frames already. */
  #framed = 0;
  /** Where the next frame should begin, in the source's own time. */
  #expectedDts: number | undefined;

  constructor(options: LiveMuxerOptions) {
    this.#clock = options.clock;
    this.#window = options.window;
    this.#sink = options.sink;
    this.#limits = options.limits;
    this.#sizer = new PartSizer(options.limits.partMs / 1000);
    this.#allowance = new FrameAllowance(options.clock);
    this.#firstSequence = options.firstSequence;
    this.#timeline = options.timeline ?? new SharedTimeline();
    this.#onOpening = options.onOpening;
    this.#settleS = options.settleS;
    this.#rendition = options.rendition ?? 'main';
    this.#prefix = filePrefix(this.#rendition);
    this.#madeAtMs = options.clock.monotonic();
    this.#nextSequence = options.firstSequence;
    this.#nextInit = options.firstSequence;
    this.#nextPart = options.firstSequence * PART_NUMBERS_PER_SECOND;
  }

  /** Number the next segment will have. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** File name the next part will have: the preload hint. */
  get nextPartName(): string {
    return this.#partName(this.#nextPart);
  }

  /** Shortest length of a segment that was not cut off, seconds. */
  get shortestSegmentS(): number {
    return (this.#limits.segmentMs / 1000) * SEGMENT_SHARE - 0.001;
  }

  get partTargetS(): number {
    return this.#sizer.targetS;
  }

  /** The init segment that frames and parts belong to; undefined before the first key frame. */
  get init(): CurrentInit | undefined {
    return this.#init;
  }

  /** Takes what a source emits. Never throws for what a camera can send. */
  push(event: MediaEvent): void {
    switch (event.type) {
      case 'config':
        this.#pendingConfig = event.config;
        if (!this.#init || !isSameTrack(this.#init.config.video, event.config.video))
          this.#needsKeyframe = true;
        return;
      case 'discontinuity':
        this.break();
        return;
      case 'sample':
        this.#takeSample(event.sample);
    }
  }

  /** The source was closed or lost its place: finish what is there and start again with a key frame. */
  break(): void {
    this.#closeSegment();
    if (this.#init) this.#isBroken = true;
    this.#needsKeyframe = true;
  }

  /** The source is gone: as `break`, and what comes next is another session. */
  endSession(): void {
    this.break();
    this.#lead = [];
    this.#sessionStartDts = undefined;
  }

  /**
   * Somebody waits for the first segment: it ends after a second instead of with its group of pictures, and the next one
   * begins without a key frame. Has no effect when there is a segment already.
   */
  hurry(): void {
    this.#isHurried = true;
  }

  /** Ends the open part now, however short it is. */
  cutPart(): void {
    this.#closePart();
  }

  /**
   * Numbers for `count` segments that are made elsewhere and come before the next own one: the first of them.
   * Undefined when that many would run ahead of time.
   */
  takeSequences(count: number): number | undefined {
    const isUnused = this.#nextSequence === this.#firstSequence && this.#window.listed.length === 0;
    // Before the first one there is room: what is made elsewhere has a name of its own.
    if (isUnused) return this.#nextSequence - count;
    const ageS = (this.#clock.monotonic() - this.#madeAtMs) / 1000;
    if (this.#nextSequence + count > this.#firstSequence + ageS + 1) return undefined;
    this.#nextSequence += count;
    return this.#nextSequence - count;
  }

  /** Frames of the open part that were already handed out, as one fragment: what a viewer who joins now is missing. */
  encodeOpenPart(): { readonly body: Buffer; readonly startsWithKeyframe: boolean } | undefined {
    const samples = this.#part.slice(0, this.#framed);
    const first = samples[0];
    if (!first || !this.#init) return undefined;
    return { body: this.#encode(samples), startsWithKeyframe: isKeyframe(samples, this.#leader) };
  }

  /** From now on frames are wanted although they were not before: what the open part holds counts as handed out. */
  startFrames(): void {
    this.#framed = this.#part.length;
  }

  #takeSample(raw: Sample): void {
    const config = this.#pendingConfig ?? this.#init?.config;
    const leader = leaderOf(config);
    if (!config || !leader) return;
    if (raw.kind !== leader.kind) {
      this.#takeFollower(raw);
      return;
    }
    if (raw.keyframe && this.#pendingConfig) this.#changeConfig(this.#pendingConfig);
    if (raw.keyframe && this.#isAfterHole(raw, leader) && this.#canOpenSegment()) this.break();
    if (this.#needsKeyframe) {
      this.#sessionStartDts ??= raw.dts;
      const isSettled = raw.dts - this.#sessionStartDts >= (this.#settleS?.() ?? 0) * leader.timescale;
      if (!raw.keyframe || !isSettled || !this.#canOpenSegment()) return;
      this.#anchor(raw, leader);
    }
    this.#expectedDts = raw.dts + raw.duration;
    const sample = this.#splice.apply(raw, leader.timescale);
    if (sample) this.#takeLeader(sample, leader);
    if (raw.keyframe) this.#takeLead(raw, leader);
  }

  /** Audio beside video: it goes where the video is. */
  #takeFollower(raw: Sample): void {
    if (this.#needsKeyframe) {
      this.#lead.push(raw);
      if (this.#lead.length > MAX_LEAD) this.#lead.shift();
      return;
    }
    const track = this.#init?.config[raw.kind];
    if (!track || !this.#window.open) return;
    if (this.#pendingConfig && !isSameTrack(track, this.#pendingConfig[raw.kind])) return;
    const sample = this.#splice.apply(raw, track.timescale);
    if (!sample) return;
    this.#part.push(sample);
    this.#partBytes += sample.data.length;
  }

  /**
   * The sound around the key frame after a break, from the frame that begins before it. A browser that finds a break in the
   * sound drops pictures up to the next key frame; with the sound in front, the break comes before this one.
   */
  #takeLead(key: Sample, leader: TrackConfig): void {
    const lead = this.#lead;
    this.#lead = [];
    const track = this.#init?.config.audio;
    if (lead.length === 0 || !track || leader.kind !== 'video') return;
    const keyS = key.dts / leader.timescale;
    const start = lead.findLastIndex(({ dts }) => dts / track.timescale <= keyS);
    for (const sound of lead.slice(Math.max(0, start)))
      if (sound.dts / track.timescale >= keyS - MAX_LEAD_S) this.#takeFollower(sound);
  }

  #takeLeader(sample: Sample, leader: TrackConfig): void {
    const durationS = sample.duration / leader.timescale;
    const holeS = (sample.dts - this.#endDts) / leader.timescale;
    // What was estimated of the last frame's length is known now: segments and their dates add up exactly.
    if (this.#window.open) this.#endDts = sample.dts;
    if (this.#mustEndSegment(sample)) this.#closeSegment();
    else if (this.#mustClosePart(holeS, durationS) && this.#allowance.take()) this.#closePart();
    if (!this.#window.open) this.#openSegment(sample);
    if (this.#partS === 0) this.#partDts = sample.dts;
    this.#endDts = sample.dts + sample.duration;
    this.#part.push(sample);
    this.#partBytes += sample.data.length;
    this.#partS = (this.#endDts - this.#partDts) / leader.timescale;
    this.#partHasKeyframe ||= sample.keyframe;
    if (this.#sink.wantsFrames() && this.#allowance.take()) this.#flushFrames();
    const isFull = this.#sizer.addFrame(this.#partS, durationS);
    if (!(isFull && this.#allowance.take()) && this.#partBytes <= MAX_PART_BYTES) return;
    this.#closePart();
    if (this.#mustHurry()) this.#closeSegment();
  }

  #mustClosePart(holeS: number, durationS: number): boolean {
    return this.#partS > 0 && (holeS > HOLE_S || this.#sizer.mustCloseBefore(this.#partS, durationS));
  }

  get #leader(): TrackConfig | undefined {
    return leaderOf(this.#init?.config);
  }

  /** See `LiveMuxerOptions.firstSequence`: numbers may not run ahead of time. */
  #canOpenSegment(): boolean {
    return this.#nextSequence <= this.#firstSequence + (this.#clock.monotonic() - this.#madeAtMs) / 1000;
  }

  #changeConfig(config: StreamConfig): void {
    this.#pendingConfig = undefined;
    const body = encodeInitSegment(config);
    if (this.#init?.body.equals(body)) {
      this.#init = { ...this.#init, config };
      return;
    }
    if (this.#init && !this.#canOpenSegment()) {
      this.#pendingConfig = config;
      this.#needsKeyframe = true;
      return;
    }
    const isFirst = this.#init === undefined;
    if (!isFirst) this.break();
    this.#needsKeyframe = true;
    this.#splice.resetAudio();
    const name = `${this.#prefix}init-${this.#nextInit++}.mp4`;
    this.#init = { name, body, config, rendition: this.#rendition };
    this.#isInitNew = true;
  }

  #anchor(first: Sample, leader: TrackConfig): void {
    this.#splice.anchor(first, leader.timescale, this.#timeline.findMediaS(first.wallMs));
    this.#needsKeyframe = false;
    this.#expectedDts = undefined;
    if (this.#isBroken) this.#sink.onBreak();
    if (this.#isInitNew && this.#init) this.#sink.onInit(this.#init);
    this.#isInitNew = false;
  }

  #isAfterHole(sample: Sample, leader: TrackConfig): boolean {
    if (this.#expectedDts === undefined) return false;
    return (sample.dts - this.#expectedDts) / leader.timescale > HOLE_S;
  }

  #mustHurry(): boolean {
    if (!this.#isHurried || this.#window.listed.length > 0) return false;
    return (this.#window.open?.durationS ?? 0) >= HURRIED_SEGMENT_S && this.#canOpenSegment();
  }

  #mustEndSegment(next: Sample): boolean {
    const open = this.#window.open;
    if (!open) return false;
    const durationS = open.durationS + this.#partS;
    if (!this.#canOpenSegment()) return false;
    const isLongEnough = !open.independent || durationS >= this.shortestSegmentS;
    if (next.keyframe && isLongEnough) return true;
    return durationS * 1000 >= this.#limits.maxSegmentMs || open.byteLength >= this.#limits.maxSegmentBytes;
  }

  #openSegment(first: Sample): void {
    if (!this.#init) return;
    this.#segmentDts = first.dts;
    this.#onOpening?.();
    this.#window.addInit(this.#init.name, this.#init.body);
    this.#timeline.note(first.dts / (this.#leader?.timescale ?? 1), first.wallMs);
    const before = this.#discontinuitySequence;
    // Media of the common timeline that begins anew continues what nobody holds any more.
    const isWaking = this.#timeline.isShared && this.#window.isEmpty;
    this.#discontinuitySequence = isWaking
      ? this.#timeline.discontinuitySequence
      : this.#timeline.nextSequence(before, this.#isBroken);
    this.#window.openSegment({
      sequence: this.#nextSequence++,
      initName: this.#init.name,
      discontinuity: !isWaking && this.#discontinuitySequence > before,
      discontinuitySequence: this.#discontinuitySequence,
      independent: first.keyframe,
      programDateTimeMs: this.#plausibleWallMs(first.wallMs),
    });
    this.#isBroken = false;
  }

  /** A camera's clock may say anything; a time a day away from ours is not shown. */
  #plausibleWallMs(wallMs: number): number {
    const nowMs = this.#clock.now();
    return Math.abs(wallMs - nowMs) < DAY_MS ? wallMs : nowMs;
  }

  #closeSegment(): void {
    const open = this.#window.open;
    if (!open) return;
    this.#isHurried = false;
    const closed = this.#encodePart();
    const durationS = (this.#endDts - this.#segmentDts) / (this.#leader?.timescale ?? 1);
    const finished = this.#window.closeSegment(`${this.#prefix}seg-${open.sequence}.m4s`, durationS);
    const part = closed ?? finished?.parts.at(-1);
    if (part) this.#sink.onPart(part, finished);
  }

  #closePart(): void {
    const part = this.#encodePart();
    if (part) this.#sink.onPart(part, undefined);
  }

  #encodePart(): MediaPart | undefined {
    const samples = this.#part;
    this.#flushFrames();
    this.#part = [];
    this.#framed = 0;
    const mediaS = this.#partS;
    const independent = this.#partHasKeyframe;
    this.#partS = 0;
    this.#partBytes = 0;
    this.#partHasKeyframe = false;
    if (samples.length === 0) return undefined;
    return this.#window.addPart(
      this.#partName(this.#nextPart++),
      this.#encodePieces(samples),
      {
        durationS: this.#sizer.playlistDurationS(mediaS),
        independent,
        startsWithKeyframe: isKeyframe(samples, this.#leader),
      },
      mediaS,
    );
  }

  /** Hands out what the open part got since the last frame, as one fragment. */
  #flushFrames(): void {
    if (!this.#sink.wantsFrames()) return;
    const samples = this.#part.slice(this.#framed);
    this.#framed = this.#part.length;
    if (samples.length > 0) this.#sink.onFrame(this.#encode(samples), isKeyframe(samples, this.#leader));
  }

  #partName(part: number): string {
    return `${this.#prefix}part-${part}.m4s`;
  }

  #encode(samples: readonly Sample[]): Buffer {
    return Buffer.concat(this.#encodePieces(samples));
  }

  #encodePieces(samples: readonly Sample[]): readonly Buffer[] {
    const config = this.#init?.config ?? { video: undefined, audio: undefined };
    const fragment = encodeFragment(this.#fragmentNumber++, config, samples);
    return [fragment.header, ...fragment.payload];
  }
}

/** The track whose frames decide where to cut. */
function leaderOf(config: StreamConfig | undefined): TrackConfig | undefined {
  return config?.video ?? config?.audio;
}

/** Whether a decoder can start with the first leading sample. */
function isKeyframe(samples: readonly Sample[], leader: TrackConfig | undefined): boolean {
  return samples.find((sample) => sample.kind === leader?.kind)?.keyframe ?? false;
}

function isSameTrack(a: TrackConfig | undefined, b: TrackConfig | undefined): boolean {
  if (!a || !b) return a === b;
  return (
    a.codecString === b.codecString && a.timescale === b.timescale && a.decoderConfig.equals(b.decoderConfig)
  );
}
