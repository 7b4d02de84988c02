/**
 * HLS and low-latency HLS through hls.js (light build), in a chunk of its own that is loaded when a player first needs it.
 * hls.js retries little here: the controller owns the retries, one owner per thing.
 */
import Hls, { type ErrorData, type HlsConfig, type LevelUpdatedData } from 'hls.js/light';
import type { Clock } from '../lib/clock.ts';
import type { DeviceClass } from '../lib/device-class.ts';
import { hlsBufferBudget } from '../lib/device-class.ts';
import type { DeliverySession, EmitSessionEvent } from './delivery-session.ts';
import { classifyHlsFailure } from './hls-failure.ts';
import { AdaptiveTarget, type TargetRange } from './live-edge.ts';
import type { SessionFailure } from './player-trouble.ts';
import type { RenditionName } from './rendition-choice.ts';

export interface HlsSessionOptions {
  readonly url: string;
  /** The size to begin with, where the playlist has it. */
  readonly rendition: RenditionName | undefined;
  readonly video: HTMLVideoElement;
  readonly clock: Clock;
  readonly emit: EmitSessionEvent;
  readonly isLowLatency: boolean;
  readonly device: DeviceClass;
}

/** A playlist of a stream that must be pulled first may take 10 s. */
const COLD_PLAYLIST_MS = 16_000;
/**
 * Where plain HLS plays, in target durations behind the newest segment's end. One is waited out while the next segment is
 * recorded, one is downloaded; the rest absorbs jitter. With segments of 2 s the picture is 4.5 s behind, and about a
 * second more by the clock: a player hears of a new segment only when it asks.
 */
const HLS_TARGET_DURATIONS = 2.25;
/** Assumed until the first playlist is there, s. */
const HLS_TARGET_S = 4.5;
const HLS_MAX_S = 16;
/** Added to that when the picture stops: a slow network gets more patience, until it has been calm for a while. */
const EXTRA: TargetRange = { minS: 0, maxS: 2, raiseS: 0.75, lowerS: 0.25 };
const LOW_LATENCY_MAX_EXTRA_S = 4;
const BACK_BUFFER_S = 8;
/** A media sequence that falls back by more than this is a new timeline, not a late reply. */
const SEQUENCE_RESTART = 2;
const MEDIA_RECOVERIES_MAX = 1;
/** A session is this old before it is given up for a size that its playlist lacks. */
const REOPEN_AFTER_MS = 60_000;

export class HlsSession implements DeliverySession {
  readonly #options: HlsSessionOptions;
  readonly #hls: Hls;
  readonly #extra: AdaptiveTarget;
  #newestSequence = -1;
  #newestLevel = -1;
  readonly #openedMs: number;
  #mediaRecoveries = 0;
  #wished: RenditionName | undefined;
  #waking: AbortController | undefined;
  #isOver = false;

  constructor(options: HlsSessionOptions) {
    this.#options = options;
    this.#hls = new Hls(hlsConfig(options));
    this.#extra = new AdaptiveTarget(options.clock.monotonic(), EXTRA);
    this.#hls.on(Hls.Events.ERROR, (_event, data) => this.#onError(data));
    this.#wished = options.rendition;
    this.#openedMs = options.clock.monotonic();
    // One rule for all deliveries chooses (rendition-choice.ts): a level that is set is kept.
    this.#hls.on(Hls.Events.MANIFEST_PARSED, () => {
      const level = this.#findLevel(this.#wished ?? 'main');
      if (this.#hls.levels.length > 1) this.#hls.loadLevel = Math.max(0, level);
    });
    this.#hls.on(Hls.Events.LEVEL_SWITCHED, (_event, { level }) => {
      options.emit({ type: 'rendition', name: this.#nameOf(level) });
    });
    this.#hls.on(Hls.Events.LEVEL_UPDATED, (_event, data) => this.#onLevelUpdated(data));
    this.#hls.on(Hls.Events.BUFFER_CODECS, (_event, data) => {
      const hasAudio = data.audio !== undefined || /mp4a|opus|flac/i.test(data.audiovideo?.codec ?? '');
      options.emit({ type: 'audio', hasAudio });
    });
    this.#hls.loadSource(options.url);
    this.#hls.attachMedia(options.video);
  }

  findLatencyS(): number | undefined {
    return this.#hls.latency > 0 ? this.#hls.latency : undefined;
  }

  targetLatencyS(): number {
    return (this.#hls.targetLatency ?? HLS_TARGET_S) + this.#extraS();
  }

  maxLatencyS(): number {
    return this.#options.isLowLatency
      ? this.targetLatencyS() + LOW_LATENCY_MAX_EXTRA_S
      : Math.max(HLS_MAX_S, this.targetLatencyS() * 2);
  }

  jumpToEdge(): void {
    const position = this.#hls.liveSyncPosition;
    if (position !== null) this.#options.video.currentTime = position - this.#extraS();
  }

  noteStall(): void {
    this.#extra.noteStall(this.#options.clock.monotonic());
  }

  isHeld(): boolean {
    return false;
  }

  chooseRendition(name: RenditionName): void {
    const level = this.#findLevel(name);
    if (this.#isOver || this.#wished === name) return;
    if (level < 0) {
      this.#reopen();
      return;
    }
    this.#wished = name;
    this.#waking?.abort();
    this.#waking = new AbortController();
    void this.#wake(name, level, this.#waking.signal);
  }

  close(): void {
    this.#waking?.abort();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hls.destroy();
  }

  /** The playlist was read while that size could not be had. It is not read again by itself, and looking costs a moment of picture. */
  #reopen(): void {
    const ageMs = this.#options.clock.monotonic() - this.#openedMs;
    if (this.#hls.levels.length === 0 || ageMs < REOPEN_AFTER_MS) return;
    this.#fail({ kind: 'timeline' });
  }

  /** A camera's stream that nobody watched must be opened first: hls.js would stop loading meanwhile, so it is asked for before. */
  async #wake(name: RenditionName, level: number, signal: AbortSignal): Promise<void> {
    const url = this.#hls.levels[level]?.url[0];
    if (url === undefined) return;
    const isThere = await this.#isReady(url, signal).catch(() => false);
    if (signal.aborted || this.#isOver) return;
    if (isThere) this.#hls.loadLevel = level;
    else {
      this.#wished = undefined;
      this.#options.emit({ type: 'rendition-failed', name });
    }
  }

  /**
   * Whether a level can be gone over to now. With low latency the picture is about a second from the end of what is loaded,
   * and a browser that is in the middle of a group of pictures which is replaced stands still until the next one: the
   * moment to go over is when a segment has just begun.
   */
  async #isReady(url: string, signal: AbortSignal): Promise<boolean> {
    const reply = await fetch(url, { signal });
    if (!reply.ok || !this.#options.isLowLatency) return reply.ok;
    const next = nextSequence(await reply.text());
    const begun = await fetch(`${url}?_HLS_msn=${next}&_HLS_part=0`, { signal });
    return begun.ok;
  }

  #findLevel(name: RenditionName): number {
    return this.#hls.levels.findIndex((_level, index) => this.#nameOf(index) === name);
  }

  #nameOf(level: number): RenditionName {
    return /\/sub-[^/]*$/.test(this.#hls.levels[level]?.url[0] ?? '') ? 'sub' : 'main';
  }

  #extraS(): number {
    return this.#extra.read(this.#options.clock.monotonic());
  }

  #onLevelUpdated({ details, level }: LevelUpdatedData): void {
    // Each size has numbers of its own.
    if (level !== this.#newestLevel) this.#newestSequence = -1;
    this.#newestLevel = level;
    if (details.endSN + SEQUENCE_RESTART < this.#newestSequence) this.#fail({ kind: 'timeline' });
    this.#newestSequence = Math.max(this.#newestSequence, details.endSN);
  }

  #onError(data: ErrorData): void {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.#mediaRecoveries < MEDIA_RECOVERIES_MAX) {
      const isCodec = classifyHlsFailure(data).kind === 'codec';
      if (!isCodec) {
        this.#mediaRecoveries++;
        this.#hls.recoverMediaError();
        return;
      }
    }
    this.#fail(classifyHlsFailure(data));
  }

  #fail(failure: SessionFailure): void {
    if (this.#isOver) return;
    this.close();
    this.#options.emit({ type: 'failed', failure });
  }
}

/** Number of the segment after the one that is growing. */
function nextSequence(playlist: string): number {
  const first = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(playlist)?.[1] ?? 0);
  return first + (playlist.match(/#EXTINF/g)?.length ?? 0) + 1;
}

function hlsConfig({ isLowLatency, device }: HlsSessionOptions): Partial<HlsConfig> {
  const budget = hlsBufferBudget(device);
  const retry = { maxNumRetry: 2, retryDelayMs: 500, maxRetryDelayMs: 2_000 };
  return {
    enableWorker: true,
    lowLatencyMode: isLowLatency,
    backBufferLength: BACK_BUFFER_S,
    maxBufferLength: isLowLatency ? 8 : budget.aheadS,
    maxMaxBufferLength: isLowLatency ? 12 : budget.aheadS * 2,
    maxBufferSize: budget.megabytes * 1_000_000,
    // Where the picture starts (a low-latency playlist says it itself); the controller does the catching up, for all deliveries alike.
    ...(isLowLatency ? {} : { liveSyncDurationCount: HLS_TARGET_DURATIONS }),
    maxLiveSyncPlaybackRate: 1,
    // It would never come down again.
    liveSyncOnStallIncrease: 0,
    liveDurationInfinity: true,
    nudgeMaxRetry: 5,
    manifestLoadPolicy: {
      default: {
        maxTimeToFirstByteMs: COLD_PLAYLIST_MS,
        maxLoadTimeMs: COLD_PLAYLIST_MS,
        timeoutRetry: null,
        errorRetry: null,
      },
    },
    playlistLoadPolicy: {
      default: {
        maxTimeToFirstByteMs: COLD_PLAYLIST_MS,
        maxLoadTimeMs: COLD_PLAYLIST_MS,
        timeoutRetry: { ...retry, maxNumRetry: 1 },
        errorRetry: retry,
      },
    },
    fragLoadPolicy: {
      default: {
        maxTimeToFirstByteMs: 8_000,
        maxLoadTimeMs: 20_000,
        timeoutRetry: { ...retry, maxNumRetry: 1 },
        errorRetry: retry,
      },
    },
  };
}
