/**
 * The embedded engine's source: an RTSP session turned into media events.
 *
 *   RtspSession ─ RTP ─┬─ VideoReader ── access units ─┐
 *                      └─ AudioReader ── frames ───────┴─ MediaTimeline ── samples ── EventSequencer ── events
 *               ─ RTCP sender reports ────────────────────┘
 *
 * It neither retries nor judges: whoever opened it does. Details in docs/design/codecs-and-fmp4.md.
 */
import type { Timer } from '@pantau/base/clock';
import type { AudioReader } from './audio/audio-frame.ts';
import { ErrorTally } from './error-tally.ts';
import { OncePerSecond } from './once-per-second.ts';
import type { Arrival } from './rtp/arrival.ts';
import { MediaError } from './media-error.ts';
import { createVideoReader, describeAudio, type AudioTrack } from './media-readers.ts';
import type { RtpPacket } from './rtp/rtp-packet.ts';
import { findSupportedEncoding } from './rtsp/codec-support.ts';
import { openRtspSession } from './rtsp/rtsp-client.ts';
import type { RtspSession, RtspSessionHandler, RtspSessionOptions } from './rtsp/rtsp-session.ts';
import { TransportMemory } from './rtsp/transport-memory.ts';
import type { MediaSource, OpenSource, OpenSourceOptions, SourcePath } from './source.ts';
import { EventSequencer } from './timeline/event-sequencer.ts';
import { MediaTimeline } from './timeline/media-timeline.ts';
import type { VideoReader } from './video/access-unit.ts';

/** How long a playing camera may leave us without a key frame. Smart codecs stretch their GOP to twenty seconds and more. */
export const KEYFRAME_TIMEOUT_MS = 30_000;
/** How long pictures may come that cannot be shown, after loss, until connecting anew is the shorter way to a key frame. */
export const KEYFRAME_AFTER_LOSS_MS = 90_000;

type OpenSession = (options: RtspSessionOptions) => Promise<RtspSession>;
type SessionTrack = RtspSession['tracks'][number];

/** An opener of RTSP sources that remembers which transport each one needs. */
export function createRtspOpener(): OpenSource {
  const memory = new TransportMemory();
  return (options) => openSourceWith((session) => openRtspSession({ ...session, memory }), options);
}

/** Opens an RTSP source. Resolves once the camera plays; events follow. @throws MediaError */
export const openRtspSource: OpenSource = createRtspOpener();

/** `openRtspSource` over any way of opening a session: for tests. */
export async function openSourceWith(
  openSession: OpenSession,
  options: OpenSourceOptions,
): Promise<MediaSource> {
  let pipeline: Pipeline | undefined;
  const handler: RtspSessionHandler = {
    onRtp: (track, packet, lost, arrivalMs) => pipeline?.onRtp(track, packet, lost, arrivalMs),
    onSenderReport: (track, timestamp, ntpMs) => pipeline?.onSenderReport(track, timestamp, ntpMs),
  };
  const { source, clock, logger, signal, isAddressAllowed } = options;
  const session = await openSession({ source, clock, logger, signal, handler, isAddressAllowed });
  try {
    pipeline = new Pipeline(session.tracks, options);
  } catch (error) {
    await session.close();
    throw error;
  }
  return new RtspSource(session, pipeline, options);
}

/** From packets to events. */
class Pipeline {
  readonly #options: OpenSourceOptions;
  readonly #tally: ErrorTally;
  readonly #sequencer: EventSequencer;
  readonly #timeline: MediaTimeline;
  readonly #videoTrack: number;
  readonly #audioTrack: number;
  readonly #video: VideoReader;
  readonly #audio: AudioReader | undefined;
  #onFirstKeyframe: (() => void) | undefined;
  /** Called with every picture that is dropped because a key frame is missing. */
  onKeyframeMissed: (() => void) | undefined;
  /** Since when pictures are dropped, monotonic ms. */
  #missingSinceMs: number | undefined;

  /** @throws MediaError `CODEC_UNSUPPORTED` without a video track that can be carried. */
  constructor(tracks: readonly SessionTrack[], options: OpenSourceOptions) {
    this.#options = options;
    this.#videoTrack = tracks.findIndex(({ kind, setUp }) => setUp && kind === 'video');
    this.#audioTrack = tracks.findIndex(({ kind, setUp }) => setUp && kind === 'audio');
    const videoMedia = tracks[this.#videoTrack];
    const audioMedia = tracks[this.#audioTrack];
    if (videoMedia === undefined) throw noVideo(tracks);

    const { clock, logger } = options;
    const tally = new ErrorTally({ clock, logger, message: 'media from the camera was damaged' });
    this.#tally = tally;
    const onTrouble = (message: string) => tally.add(message);
    const sound = audioMedia === undefined ? undefined : findSound(audioMedia, onTrouble);
    const announced = sound === undefined ? undefined : (sound.format?.config ?? 'unknown');
    const sequencer = new EventSequencer({ clock, audio: announced, onEvent: options.onEvent });
    const timeline = new MediaTimeline({
      videoClockRate: videoMedia.clockRate,
      audio: sound,
      onPicture: (picture) => sequencer.pushPicture(picture),
      onSound: (sample, config) => sequencer.pushSound(sample, config),
    });
    this.#sequencer = sequencer;
    this.#timeline = timeline;
    this.#video = createVideoReader(videoMedia, {
      onAccessUnit: (unit) => {
        this.#missingSinceMs = undefined;
        this.#onFirstKeyframe?.();
        timeline.pushPicture(unit);
      },
      onKeyframeMissed: () => {
        this.#missingSinceMs ??= clock.monotonic();
        this.onKeyframeMissed?.();
      },
      onTrouble,
    });
    this.#audio = sound?.open({
      onFrame: (frame) => {
        sequencer.noteSound(frame.format?.config);
        timeline.pushSound(frame);
      },
      onTrouble,
    });
  }

  /** Calls back once, when the first key frame was received. */
  set onFirstKeyframe(callback: () => void) {
    this.#onFirstKeyframe = () => {
      this.#onFirstKeyframe = undefined;
      callback();
    };
  }

  /** How long pictures have been coming that cannot be shown. */
  get missingMs(): number {
    if (this.#missingSinceMs === undefined) return 0;
    return this.#options.clock.monotonic() - this.#missingSinceMs;
  }

  onRtp(track: number, packet: RtpPacket, lostBefore: number, arrivalMs: number): void {
    const arrival: Arrival = { wallMs: arrivalMs, monotonicMs: this.#options.clock.monotonic() };
    if (track === this.#videoTrack) this.#video.push(packet, lostBefore, arrival);
    else if (track === this.#audioTrack) this.#audio?.push(packet, lostBefore, arrival);
  }

  onSenderReport(track: number, timestamp: number, ntpMs: number): void {
    if (track === this.#videoTrack) this.#timeline.onSenderReport('video', timestamp, ntpMs);
    else if (track === this.#audioTrack) this.#timeline.onSenderReport('audio', timestamp, ntpMs);
  }

  close(): void {
    this.#sequencer.close();
    this.#tally.close();
  }
}

/** The open source: session, pipeline and the deadline of the first key frame. */
class RtspSource implements MediaSource {
  readonly server: string | undefined;
  readonly tracks: MediaSource['tracks'];
  readonly path: SourcePath;
  readonly ended: Promise<void>;
  readonly #session: RtspSession;
  readonly #pipeline: Pipeline;
  readonly #keyframeTimer: Timer;
  /** Asks the camera for a key frame: each costs it a burst of bytes. */
  readonly #wishes: OncePerSecond;

  constructor(session: RtspSession, pipeline: Pipeline, options: OpenSourceOptions) {
    const { clock, askForKeyframe, onWaitingForKeyframe } = options;
    this.#session = session;
    this.#pipeline = pipeline;
    this.server = session.server;
    this.path = session.path;
    this.tracks = session.tracks.map((track) => {
      const { kind, encoding, clockRate, setUp } = track;
      return { kind, encoding, clockRate, supported: setUp || findSupportedEncoding(track) !== undefined };
    });
    const noKeyframe = Promise.withResolvers<never>();
    this.#keyframeTimer = clock.setTimer(KEYFRAME_TIMEOUT_MS, () =>
      noKeyframe.reject(noKeyframeError(KEYFRAME_TIMEOUT_MS)),
    );
    this.#wishes = new OncePerSecond(clock, () => {
      if (!session.requestKeyframe()) askForKeyframe?.();
    });
    const signsOfLife = new OncePerSecond(clock, () => onWaitingForKeyframe?.());
    pipeline.onFirstKeyframe = () => this.#keyframeTimer.cancel();
    pipeline.onKeyframeMissed = () => {
      this.#wishes.run();
      signsOfLife.run();
      if (pipeline.missingMs >= KEYFRAME_AFTER_LOSS_MS)
        noKeyframe.reject(noKeyframeError(KEYFRAME_AFTER_LOSS_MS));
    };
    this.ended = this.#waitForEnd(noKeyframe.promise);
    this.ended.catch(() => {}); // whoever waits for it is told; nobody waiting is no fault
  }

  get lostPackets(): number {
    return this.#session.lostPackets;
  }

  requestKeyframe(): void {
    this.#wishes.run();
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends with the session, or fails without a key frame; either way nothing is emitted any more. */
  async #waitForEnd(noKeyframe: Promise<never>): Promise<void> {
    try {
      await Promise.race([this.#session.ended, noKeyframe]);
    } catch (error) {
      this.#stop();
      await this.#session.close();
      throw error;
    }
    this.#stop();
  }

  #stop(): void {
    this.#keyframeTimer.cancel();
    this.#pipeline.onKeyframeMissed = undefined;
    this.#pipeline.close();
  }
}

function findSound(media: SessionTrack, onTrouble: (message: string) => void): AudioTrack | undefined {
  try {
    return describeAudio(media);
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    onTrouble(error.message);
    return undefined; // the picture plays without
  }
}

function noVideo(tracks: readonly SessionTrack[]): MediaError {
  const offered = tracks.map((track) => track.encoding || track.kind).join(', ');
  return new MediaError(
    'CODEC_UNSUPPORTED',
    `The camera offers no video that Pantau can carry (it offers ${offered || 'nothing'})`,
  );
}

function noKeyframeError(timeoutMs: number): MediaError {
  const seconds = timeoutMs / 1000;
  return new MediaError('NO_KEYFRAME', `The camera sent no usable key frame for ${seconds} seconds`);
}
