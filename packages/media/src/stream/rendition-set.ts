/**
 * A camera's renditions under one key. The main stream is as it would be alone; the sub is a stream of its own, pulled only
 * while somebody wants it. The set knows what both are, writes the multivariant playlists, and moves WebSocket viewers.
 *
 *   index.m3u8 ──► facts of main and sub: measured while live, remembered while asleep, learned by one pull when never seen
 *   media.m3u8, seg-… ──► main        sub-media.m3u8, sub-seg-… ──► sub
 */
import { formatMultivariantPlaylist, type Variant } from '../hls/format-multivariant-playlist.ts';
import type { MediaPlaylistName } from '../hls/hls-playlists.ts';
import type { RenditionReport } from '../hls/media-playlist.ts';
import { ParkedRequests } from '../hls/parked-requests.ts';
import { PlaylistBytes } from '../hls/playlist-bytes.ts';
import type { ByeReason, MseMessage } from '../mse/mse-protocol.ts';
import { renditionsMessage } from '../mse/mse-protocol.ts';
import type { MseViewer } from '../mse/mse-viewer.ts';
import { Bridge, canBridge } from './bridge.ts';
import type { SourceDefinition, StreamDefinition } from '../source-definition.ts';
import { filePrefix, RENDITION_NAMES, type RenditionName } from './rendition.ts';
import { SharedTimeline } from './shared-timeline.ts';
import { SoundMatch } from './sound-match.ts';
import type { Keyframe } from './keyframe-wishes.ts';
import { Stream, type KeyframeOptions, type StreamOptions } from './stream.ts';
import type { RenditionStatus, StreamStatus } from './stream-status.ts';

/** What the engine gives to each stream of a set. */
export type RenditionSetOptions = Omit<
  StreamOptions,
  | 'onState'
  | 'onProgress'
  | 'onOpening'
  | 'settleS'
  | 'timeline'
  | 'rendition'
  | 'adapt'
  | 'listReports'
  | 'otherTargetS'
> & {
  /** A rendition entered another state. */
  readonly onState: (set: RenditionSet) => void;
};

/** Ms that the first multivariant playlist waits for a rendition never seen, once another one could be played. */
const LEARNING_MS = 3_000;
/** See `settleS`. */
const SETTLE_S = 1;
const SETTLE_MAX_GOP_MS = 3_000;

export class RenditionSet {
  readonly #options: RenditionSetOptions;
  readonly #timeline = new SharedTimeline();
  readonly #multivariants = new Map<string, { readonly text: string; readonly bytes: PlaylistBytes }>();
  readonly main: Stream;
  /** Requests for a multivariant playlist that nothing is known for yet. */
  readonly parked: ParkedRequests;
  #definition: StreamDefinition;
  #sub: Stream | undefined;
  #bridges: Readonly<Record<RenditionName, Bridge>> | undefined;

  constructor(options: RenditionSetOptions) {
    this.#options = options;
    this.#definition = options.definition;
    this.parked = new ParkedRequests(options.parking, options.limits.maxParkedPerStream);
    this.main = this.#createStream('main', options.definition, options.firstSequence);
    this.#setSub(options.definition.sub, options.firstSequence);
  }

  get key(): string {
    return this.#definition.key;
  }

  get definition(): StreamDefinition {
    return this.#definition;
  }

  /** All renditions, the main first. */
  get streams(): readonly Stream[] {
    return this.#sub ? [this.main, this.#sub] : [this.main];
  }

  /** First segment number that no rendition has used. */
  get nextSequence(): number {
    return Math.max(...this.streams.map(({ muxer }) => muxer.nextSequence));
  }

  get viewerCount(): number {
    return this.streams.reduce((sum, { viewerCount }) => sum + viewerCount, 0);
  }

  find(rendition: RenditionName): Stream | undefined {
    return rendition === 'main' ? this.main : this.#sub;
  }

  start(): void {
    this.main.start();
  }

  /**
   * Takes another definition with the same main source.
   * @param firstSequence for a sub stream that begins.
   * @returns the sub stream that was replaced or removed; it is the caller's to stop.
   */
  update(definition: StreamDefinition, firstSequence: number): Stream | undefined {
    const before = this.#sub;
    const isSameSub = isSameSource(this.#definition.sub, definition.sub);
    this.#definition = definition;
    this.main.update(definition);
    if (isSameSub) {
      before?.update(subDefinition(definition, before.definition.source));
      return undefined;
    }
    this.#setSub(definition.sub, firstSequence);
    return before;
  }

  status(): StreamStatus {
    const main = this.main.status();
    return {
      ...main,
      viewers: this.viewerCount,
      renditions: RENDITION_NAMES.flatMap((name) => {
        const stream = this.find(name);
        return stream ? [renditionStatus(name, stream)] : [];
      }),
    };
  }

  /**
   * Whether a multivariant playlist can be answered: a rendition is known, and the others are known, in trouble, or have
   * had their time. Call `wantFacts` before.
   * @param only the one rendition that is asked for.
   */
  isDescribable(only: RenditionName | undefined, sinceMs: number): boolean {
    const wanted = this.#wanted(only);
    const [alone] = wanted;
    if (wanted.length === 1) return alone?.hasFreshMedia === true;
    if (!wanted.some((stream) => stream.isListable)) return false;
    if (this.#options.clock.monotonic() - sinceMs >= LEARNING_MS) return true;
    return wanted.every((stream) => stream.facts !== undefined || stream.hasFailed);
  }

  /** Nothing can be described, and waiting is of no use. */
  isHopeless(only: RenditionName | undefined): boolean {
    return this.#wanted(only).every((stream) => stream.isRetrying || stream.isEnded);
  }

  /** Opens what must be seen to be described. Returns false when no rendition may be tried now. */
  wantFacts(only: RenditionName | undefined): boolean {
    const wanted = this.#wanted(only);
    let isPullable = false;
    for (const stream of wanted) {
      // A stream alone is wanted as soon as its playlist is; of several, the player says later which.
      const isNeeded = wanted.length === 1 || stream.facts === undefined || stream.hasFailed;
      if (!isNeeded || stream.demand()) isPullable = true;
    }
    return isPullable;
  }

  /** The multivariant playlist that leads to `playlist` of each rendition that can be played. */
  multivariant(playlist: MediaPlaylistName, only: RenditionName | undefined): PlaylistBytes {
    const variants = RENDITION_NAMES.flatMap((name): Variant[] => {
      const stream = only === undefined || only === name ? this.find(name) : undefined;
      const isShown = stream?.isListable === true;
      const facts = isShown ? stream.facts : undefined;
      return facts ? [{ ...facts, uri: filePrefix(name) + playlist }] : [];
    });
    const text = formatMultivariantPlaylist(variants);
    const slot = `${playlist} ${only ?? ''}`;
    const built = this.#multivariants.get(slot);
    if (built?.text === text) return built.bytes;
    const bytes = new PlaylistBytes(text);
    this.#multivariants.set(slot, { text, bytes });
    return bytes;
  }

  /**
   * An HLS player asks for a rendition that may have no media yet. For one that is in the middle of the other rendition, the
   * other's media is borrowed meanwhile, where it can be played alike.
   * @returns whether the player is such a one: what was borrowed is listed for no other.
   */
  bridge(rendition: RenditionName, address: string, userAgent: string | undefined): boolean {
    const from = this.find(rendition === 'main' ? 'sub' : 'main');
    const sinceMs = from?.watchesSince(address, userAgent);
    const { clock, limits } = this.#options;
    // A player that opens all renditions at the start, as FFmpeg does, may have waited for one of them so long.
    if (sinceMs === undefined || clock.monotonic() - sinceMs < limits.coldStartHoldMs) return false;
    this.#openBridge(rendition, from);
    return true;
  }

  #openBridge(rendition: RenditionName, from: Stream | undefined): void {
    const to = this.find(rendition);
    const bridge = this.#bridges?.[rendition];
    if (!to || !from || !bridge || to.isLive || to.isRetrying || !from.isLive || from.isStale) return;
    if (bridge.isOpen || !canBridge(to.facts, from.facts)) return;
    bridge.open();
    if (bridge.isOpen) to.noteBorrowed();
  }

  /** Adds a WebSocket viewer to the rendition it wishes, or to the main one. */
  addViewer(viewer: MseViewer, wished: RenditionName | undefined): void {
    if (this.#sub) viewer.sendMessage(this.#renditionsMessage());
    (this.find(wished ?? 'main') ?? this.main).addViewer(viewer);
  }

  /** The viewer wishes to go on with another rendition: it does so at that one's next key frame, and sees the present one until then. */
  switchViewer(viewer: MseViewer, wished: RenditionName): void {
    const to = this.find(wished);
    const fail = () => viewer.sendMessage({ type: 'switch-failed', rendition: wished });
    for (const stream of this.streams) stream.forgetExpected(viewer);
    if (!to) fail();
    else if (!to.hasViewer(viewer)) {
      const leaveOthers = () => {
        for (const stream of this.streams) if (stream !== to) stream.removeViewer(viewer);
      };
      to.expectViewer(viewer, leaveOthers, fail);
    }
  }

  removeViewer(viewer: MseViewer): void {
    for (const stream of this.streams) {
      stream.forgetExpected(viewer);
      stream.removeViewer(viewer);
    }
  }

  /** The next key frame of the main picture, or of the sub where that alone is pulled. @throws as `Stream.nextKeyframe` */
  nextKeyframe(options: KeyframeOptions): Promise<Keyframe> {
    const sub = this.#sub;
    return (sub?.isLive === true && !this.main.isLive ? sub : this.main).nextKeyframe(options);
  }

  tick(nowMs: number): void {
    this.parked.expire(nowMs);
    for (const stream of this.streams) stream.tick(nowMs);
  }

  async stop(reason: ByeReason): Promise<void> {
    const stopping = this.streams.map((stream) => stream.stop(reason));
    this.parked.releaseAll();
    await Promise.all(stopping);
  }

  dropViewers(): void {
    for (const stream of this.streams) stream.dropViewers();
  }

  forgetMedia(): void {
    for (const stream of this.streams) stream.forgetMedia();
  }

  #wanted(only: RenditionName | undefined): readonly Stream[] {
    if (only === undefined) return this.streams;
    const stream = this.find(only);
    return stream ? [stream] : [];
  }

  #setSub(source: SourceDefinition | undefined, firstSequence: number): void {
    this.#timeline.isShared = source !== undefined;
    this.#sub = source && this.#createStream('sub', subDefinition(this.#definition, source), firstSequence);
    this.#bridges = this.#sub && {
      main: new Bridge('main', this.main, this.#sub),
      sub: new Bridge('sub', this.#sub, this.main),
    };
  }

  #createStream(rendition: RenditionName, definition: StreamDefinition, firstSequence: number): Stream {
    const other = (): Stream | undefined => (rendition === 'main' ? this.#sub : this.main);
    const otherName: RenditionName = rendition === 'main' ? 'sub' : 'main';
    const sound = new SoundMatch(() => this.main.facts?.config);
    return new Stream({
      ...this.#options,
      definition,
      firstSequence,
      rendition,
      timeline: this.#timeline,
      otherTargetS: () => other()?.playlists.ownTargetS ?? 0,
      listReports: () => listReport(other(), `${filePrefix(otherName)}media-ll.m3u8`),
      ...(rendition === 'sub' ? { adapt: (event) => sound.match(event) } : {}),
      onProgress: (finished) => {
        if (finished && this.#bridges?.[otherName].extend(finished) === true) other()?.noteBorrowed();
        this.parked.wake();
      },
      onOpening: () => this.#bridges?.[rendition].close(),
      settleS: () => settleS(this.find(rendition), other()),
      onState: () => {
        const stream = this.find(rendition);
        if (stream?.isRetrying === true || stream?.isIdle === true) this.#abandonBridge(rendition, stream);
        this.parked.wake();
        this.#options.onState(this);
      },
    });
  }

  /** What was to follow the borrowed media will not come: it would stand still, or never change. */
  #abandonBridge(rendition: RenditionName, stream: Stream): void {
    const bridge = this.#bridges?.[rendition];
    if (bridge?.isOpen !== true) return;
    bridge.abandon();
    stream.forgetMedia();
  }

  #renditionsMessage(): MseMessage {
    return renditionsMessage(
      RENDITION_NAMES.flatMap((name) => {
        const stream = this.find(name);
        return stream ? [{ name, facts: stream.facts, isAvailable: !stream.hasFailed }] : [];
      }),
    );
  }
}

/** While the other rendition is seen, a new session may take a second to say when its pictures were taken; not where the next key frame is far. */
function settleS(stream: Stream | undefined, other: Stream | undefined): number {
  const isSeen = other?.isLive === true && !other.isStale;
  return isSeen && (stream?.facts?.gopMs ?? Number.POSITIVE_INFINITY) <= SETTLE_MAX_GOP_MS ? SETTLE_S : 0;
}

function listReport(stream: Stream | undefined, uri: string): readonly RenditionReport[] {
  const report = stream?.isLive === true && !stream.isStale ? stream.playlists.report(uri) : undefined;
  return report ? [report] : [];
}

function renditionStatus(name: RenditionName, stream: Stream): RenditionStatus {
  const { state, reason, video, audio, viewers } = stream.status();
  const { facts } = stream;
  return {
    name,
    state,
    reason,
    video: video && { ...video, fps: video.fps ?? facts?.fps },
    audio,
    bitrate: facts && Math.round(facts.averageBitrate),
    viewers,
  };
}

function subDefinition(definition: StreamDefinition, source: SourceDefinition): StreamDefinition {
  const { key, idleCloseMs } = definition;
  return { key, source, pull: 'on-demand', ...(idleCloseMs === undefined ? {} : { idleCloseMs }) };
}

/** Whether two sources are pulled alike; also when neither is there. */
export function isSameSource(a: SourceDefinition | undefined, b: SourceDefinition | undefined): boolean {
  if (!a || !b) return a === b;
  return (
    a.url === b.url &&
    a.username === b.username &&
    a.password?.reveal() === b.password?.reveal() &&
    a.transport === b.transport &&
    a.tlsFingerprint === b.tlsFingerprint &&
    a.audio === b.audio
  );
}
