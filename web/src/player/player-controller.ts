/**
 * Drives one `<video>`: opens and closes delivery sessions as the rules in `player-machine.ts` say, watches that the
 * picture really moves, keeps it near the live edge, and publishes a snapshot for whoever draws the player's face.
 * Knows no framework. Everything it waits for is a timer of its `Clock` or an event of the element.
 */
import type { StreamRendition } from '@pantau/contract/stream';
import type { Clock, Timer } from '../lib/clock.ts';
import { capabilitiesFor, type Capabilities, type SessionMode } from './delivery-mode.ts';
import type { DeliverySession, EmitSessionEvent, StreamAddresses } from './delivery-session.ts';
import { decideEdge } from './live-edge.ts';
import { PictureWatch } from './picture-watch.ts';
import { RenditionChooser, type QualityWish, type RenditionName } from './rendition-choice.ts';
import {
  advancePlayer,
  initialPlayerModel,
  type CameraState,
  type PlayerEvent,
  type PlayerModel,
} from './player-machine.ts';
import type { SessionFailure } from './player-trouble.ts';
import { isSameSnapshot, roundLatencyS, type PlayerSnapshot } from './player-snapshot.ts';

export interface SessionRequest {
  readonly mode: SessionMode;
  readonly addresses: StreamAddresses;
  /** The size to begin with; undefined where there is no choice. */
  readonly rendition: RenditionName | undefined;
  readonly video: HTMLVideoElement;
  readonly emit: EmitSessionEvent;
}

export interface PlayerControllerOptions {
  readonly video: HTMLVideoElement;
  readonly clock: Clock;
  readonly random: () => number;
  readonly capabilities: Capabilities;
  readonly preferred: SessionMode;
  readonly isMuted: boolean;
  readonly addresses: StreamAddresses;
  readonly camera: CameraState;
  readonly renditions: readonly StreamRendition[];
  readonly quality: QualityWish;
  readonly isSavingData: boolean;
  /** Whether this device shows pictures of a codec (RFC 6381 string). */
  readonly canDecode: (codecString: string) => boolean;
  /** Opens one session; rejects when its code could not be loaded. */
  readonly openSession: (request: SessionRequest) => Promise<DeliverySession>;
  /** Keeps the present picture before the element is emptied. */
  readonly keepPicture: () => void;
  /** Told once per failed session: a good moment to ask the server about its cameras. */
  readonly onFailed?: () => void;
}

const TICK_MS = 500;
/** The picture may stand still this long before the player says so. */
const STALL_MS = 1_500;
/** A kept picture is called old after this. */
const STALE_MS = 4_000;
/** A session that shows nothing: a cold stream is pulled within 10 s, then needs a key frame. */
const OPENING_LIMIT_MS = 25_000;
/** A picture that stood still this long in an open session is not coming back by itself. */
const STALLED_LIMIT_MS = 8_000;
/** Ticks this far apart mean that the device slept or the tab was throttled. */
const SLEPT_MS = 5_000;

export class PlayerController {
  readonly #options: PlayerControllerOptions;
  readonly #video: HTMLVideoElement;
  readonly #clock: Clock;
  readonly #watch: PictureWatch;
  readonly #chooser = new RenditionChooser();
  readonly #listeners = new Set<() => void>();
  readonly #abort = new AbortController();
  #model: PlayerModel;
  #addresses: StreamAddresses;
  #session: DeliverySession | undefined;
  #sessionNumber = 0;
  #timer: Timer | undefined;
  #lastTickMs: number;
  #isHidden = false;
  #renditions: readonly StreamRendition[];
  #quality: QualityWish;
  /** What is shown, or on its way. */
  #rendition: RenditionName | undefined;
  #isMuted: boolean;
  #hasAudio = false;
  /** When the picture last moved, over all sessions, monotonic ms. */
  #movedAtMs: number | undefined;
  #latencyS: number | undefined;
  #snapshot: PlayerSnapshot;

  constructor(options: PlayerControllerOptions) {
    this.#options = options;
    this.#video = options.video;
    this.#clock = options.clock;
    this.#model = initialPlayerModel(options.preferred, options.camera);
    this.#addresses = options.addresses;
    this.#isMuted = options.isMuted;
    this.#renditions = options.renditions;
    this.#quality = options.quality;
    this.#lastTickMs = this.#clock.monotonic();
    this.#watch = new PictureWatch(this.#lastTickMs);
    this.#snapshot = this.#buildSnapshot();
    const { signal } = this.#abort;
    for (const type of ['loadedmetadata', 'canplay'] as const) {
      this.#video.addEventListener(type, () => this.#play(), { signal });
    }
    this.#video.addEventListener('pause', () => this.#onElementPaused(), { signal });
    this.#video.addEventListener('resize', () => this.#publish(), { signal });
    this.#video.addEventListener('volumechange', () => this.#onVolumeChange(), { signal });
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): PlayerSnapshot => this.#snapshot;

  start(): void {
    this.#dispatch({ type: 'want', isWanted: true });
  }

  /** Ends delivery and keeps the last picture. */
  stop(): void {
    this.#dispatch({ type: 'want', isWanted: false });
  }

  pause(): void {
    this.#dispatch({ type: 'pause' });
  }

  /** Plays again, live: also the answer to a refused autoplay. */
  resume(): void {
    if (this.#model.phase === 'blocked') this.#play();
    else this.#dispatch({ type: 'resume' });
  }

  retry(): void {
    this.#dispatch({ type: 'retry' });
  }

  chooseMode(mode: SessionMode): void {
    this.#dispatch({ type: 'choose-mode', mode });
  }

  chooseQuality(quality: QualityWish): void {
    this.#quality = quality;
    this.#chooser.forgive();
    this.#followRendition();
    this.#publish();
  }

  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.#video.muted = isMuted;
    this.#publish();
  }

  /** The camera's state by the server's list, and where its stream is now. */
  setCamera(
    camera: CameraState,
    addresses: StreamAddresses,
    renditions: readonly StreamRendition[] = [],
  ): void {
    this.#addresses = addresses;
    this.#renditions = renditions;
    this.#dispatch({ type: 'camera', state: camera });
  }

  /** The tab is out of sight: standing still is no fault then. */
  setHidden(isHidden: boolean): void {
    this.#isHidden = isHidden;
    this.#watch.restart(this.#clock.monotonic());
    if (isHidden) return;
    this.nudge();
    // Some phones pause the element of a hidden tab.
    if (this.#session !== undefined && this.#video.paused) this.#play();
  }

  /** The page is frozen or left in the back/forward cache: let go of the connection, come back when it returns. */
  setSuspended(isSuspended: boolean): void {
    this.#dispatch({ type: 'suspend', isSuspended });
  }

  /** Network or device came back: do not wait for the next planned attempt. */
  nudge(): void {
    this.#dispatch({ type: 'nudge' });
  }

  close(): void {
    this.#abort.abort();
    this.#timer?.cancel();
    this.#listeners.clear();
    this.#closeSession();
  }

  #dispatch(event: PlayerEvent): void {
    const around = {
      nowMs: this.#clock.monotonic(),
      random: this.#options.random(),
      capabilities: capabilitiesFor(this.#options.capabilities, this.#addresses),
    };
    this.#model = advancePlayer(this.#model, event, around);
    this.#reconcile();
    this.#publish();
  }

  /** Makes the open session the one that the model asks for. */
  #reconcile(): void {
    const { session, mode, isWanted } = this.#model;
    // It goes on after a stop: a kept picture grows old, and says so.
    if (isWanted) this.#timer ??= this.#clock.setRepeating(TICK_MS, () => this.#tick());
    if (session === this.#sessionNumber) return;
    this.#closeSession();
    this.#sessionNumber = session;
    if (session !== 0 && mode !== undefined) void this.#openSession(session, mode);
  }

  async #openSession(number: number, mode: SessionMode): Promise<void> {
    this.#watch.restart(this.#clock.monotonic());
    this.#lastTickMs = this.#clock.monotonic();
    this.#latencyS = undefined;
    this.#video.muted = this.#isMuted;
    const emit: EmitSessionEvent = (event) => {
      if (number !== this.#sessionNumber) return;
      switch (event.type) {
        case 'failed':
          if (event.failure.kind === 'stalled') this.#chooser.noteStall(this.#clock.monotonic());
          this.#dispatch({ type: 'failed', failure: this.#explain(event.failure, mode) });
          this.#options.onFailed?.();
          return;
        case 'trouble':
          this.#dispatch({ type: 'session-trouble', trouble: event.trouble });
          return;
        case 'audio':
          this.#hasAudio = event.hasAudio;
          this.#publish();
          return;
        case 'rendition':
          this.#rendition = event.name;
          this.#publish();
          return;
        case 'rendition-failed':
          this.#chooser.noteFailure(event.name, this.#clock.monotonic());
          this.#followRendition();
      }
    };
    // WebRTC has one size.
    const rendition = mode === 'webrtc' ? undefined : this.#chooseRendition();
    this.#rendition = rendition;
    try {
      const session = await this.#options.openSession({
        mode,
        addresses: this.#addresses,
        rendition,
        video: this.#video,
        emit,
      });
      if (number === this.#sessionNumber) this.#session = session;
      else session.close();
    } catch {
      // The code of this delivery could not be loaded: as good as no network.
      emit({ type: 'failed', failure: { kind: 'network', detail: 'code' } });
    }
  }

  /** WebRTC has the main picture only: while the camera's small one comes and that does not, another way shows it. */
  #explain(failure: SessionFailure, mode: SessionMode): SessionFailure {
    if (mode !== 'webrtc' || failure.kind !== 'camera' || this.#model.camera !== 'live') return failure;
    const hasSmall = this.#renditions.some(({ name, is_available: comes }) => name === 'sub' && comes);
    return hasSmall ? { kind: 'unavailable', detail: 'camera' } : failure;
  }

  #closeSession(): void {
    const session = this.#session;
    this.#session = undefined;
    this.#sessionNumber = 0;
    if (session === undefined) return;
    if (this.#movedAtMs !== undefined) this.#options.keepPicture();
    session.close();
    this.#video.playbackRate = 1;
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #play(): void {
    if (this.#session === undefined && this.#sessionNumber === 0) return;
    this.#video.muted = this.#isMuted;
    this.#video.play().catch((error: unknown) => this.#onPlayRefused(error));
  }

  #onPlayRefused(error: unknown): void {
    if (!(error instanceof Error) || error.name !== 'NotAllowedError' || this.#sessionNumber === 0) return;
    if (this.#isMuted) {
      this.#dispatch({ type: 'blocked' });
      return;
    }
    // Sound needs a gesture first: silent motion is better than none.
    this.setMuted(true);
    this.#play();
  }

  /** Somebody else paused the element: a media key, the picture-in-picture window, the phone. */
  #onElementPaused(): void {
    const { phase } = this.#model;
    // An element that was just emptied or attached anew also says "pause".
    const isEmpty = this.#video.readyState < 1;
    const isOurs = this.#session === undefined || this.#video.ended || this.#isHidden || isEmpty;
    if (!isOurs && (phase === 'playing' || phase === 'stalled')) this.pause();
  }

  #onVolumeChange(): void {
    if (this.#video.muted === this.#isMuted) return;
    this.#isMuted = this.#video.muted;
    this.#publish();
  }

  #tick(): void {
    const nowMs = this.#clock.monotonic();
    const hasSlept = nowMs - this.#lastTickMs > SLEPT_MS;
    this.#lastTickMs = nowMs;
    if (hasSlept) this.#watch.restart(nowMs);
    this.#dispatch({ type: 'tick' });
    if (this.#session !== undefined) this.#observe(this.#session, nowMs);
    this.#followRendition();
    this.#publish();
  }

  #observe(session: DeliverySession, nowMs: number): void {
    const drawn = session.findDrawn?.();
    const frames = this.#isHidden ? undefined : this.#video.getVideoPlaybackQuality?.().totalVideoFrames;
    const sample =
      drawn === undefined
        ? { positionS: this.#video.currentTime, frames }
        : { positionS: drawn.count, frames: drawn.count };
    if (this.#watch.observe(sample, nowMs)) {
      this.#movedAtMs = nowMs;
      this.#latencyS = session.findLatencyS();
      if (this.#model.phase !== 'playing') this.#dispatch({ type: 'picture' });
      this.#followEdge(session);
      return;
    }
    if (this.#isHidden) return;
    const ageMs = this.#watch.ageMs(nowMs);
    const { phase } = this.#model;
    if (phase === 'playing' && ageMs >= (drawn?.stillAfterMs ?? STALL_MS)) {
      session.noteStall();
      this.#chooser.noteStall(nowMs);
      const isEased = this.#rendition === 'main' && this.#chooseRendition() === 'sub';
      this.#dispatch({ type: 'still', isEased });
    } else if (isOverdue(phase, ageMs) && !session.isHeld()) {
      this.#dispatch({ type: 'failed', failure: { kind: 'stalled' } });
      this.#options.onFailed?.();
    }
  }

  #followEdge(session: DeliverySession): void {
    const latencyS = this.#latencyS;
    if (latencyS === undefined || this.#model.phase !== 'playing') return;
    const decision = decideEdge({
      latencyS,
      targetS: session.targetLatencyS(),
      maxS: session.maxLatencyS(),
      aheadS: this.#aheadS(),
      rate: this.#video.playbackRate,
    });
    if (this.#video.playbackRate !== decision.rate) this.#video.playbackRate = decision.rate;
    if (decision.isJump) session.jumpToEdge();
  }

  #chooseRendition(): RenditionName | undefined {
    const { canDecode, isSavingData } = this.#options;
    const ratio = globalThis.devicePixelRatio;
    const boxPx = this.#video.clientHeight * (Number.isFinite(ratio) ? ratio : 1);
    const situation = {
      renditions: this.#renditions,
      wish: this.#quality,
      boxPx,
      isSavingData,
      canDecode,
    };
    return this.#chooser.choose(situation, this.#clock.monotonic());
  }

  /** Goes over to the size that fits now. A session knows what it was told last. */
  #followRendition(): void {
    const wanted = this.#chooseRendition();
    if (wanted !== undefined) this.#session?.chooseRendition(wanted);
  }

  /** Playable seconds ahead of the picture. */
  #aheadS(): number {
    const { buffered, currentTime } = this.#video;
    for (let index = 0; index < buffered.length; index++) {
      if (currentTime >= buffered.start(index) - 0.1 && currentTime <= buffered.end(index)) {
        return buffered.end(index) - currentTime;
      }
    }
    return 0;
  }

  #pictureSize(): { readonly width: number; readonly height: number } {
    const { videoWidth: width, videoHeight: height } = this.#video;
    return this.#session?.findDrawn?.() ?? { width, height };
  }

  #buildSnapshot(): PlayerSnapshot {
    const { phase, mode, preferred, fallback, trouble, retryAtMs } = this.#model;
    const nowMs = this.#clock.monotonic();
    const ageMs = this.#movedAtMs === undefined ? undefined : nowMs - this.#movedAtMs;
    const isOld = phase !== 'playing' && ageMs !== undefined && ageMs >= STALE_MS;
    const latencyS = this.#latencyS;
    const { width, height } = this.#pictureSize();
    return {
      phase,
      mode,
      preferred,
      fallback,
      trouble,
      retryInS: retryAtMs === undefined ? undefined : Math.max(1, Math.ceil((retryAtMs - nowMs) / 1000)),
      hasPicture: this.#movedAtMs !== undefined,
      staleForS: isOld ? Math.round(ageMs / 1000 + (latencyS ?? 0)) : undefined,
      latencyS: latencyS === undefined || phase !== 'playing' ? undefined : roundLatencyS(latencyS),
      hasAudio: this.#hasAudio,
      isMuted: this.#isMuted,
      rendition: this.#rendition,
      aspect: width > 0 && height > 0 ? width / height : this.#snapshot?.aspect,
    };
  }

  #publish(): void {
    const next = this.#buildSnapshot();
    if (isSameSnapshot(this.#snapshot, next)) return;
    this.#snapshot = next;
    for (const listener of this.#listeners) listener();
  }
}

function isOverdue(phase: PlayerModel['phase'], ageMs: number): boolean {
  return (
    (phase === 'opening' && ageMs >= OPENING_LIMIT_MS) || (phase === 'stalled' && ageMs >= STALLED_LIMIT_MS)
  );
}
