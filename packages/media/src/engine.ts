import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SourceDefinition, StreamDefinition } from './source-definition.ts';
import type { Keyframe } from './stream/keyframe-wishes.ts';
import type { StreamStatus } from './stream/stream-status.ts';
import type { WhepSession } from './whep/whep-server.ts';
import type { ProbeReport } from './probe-report.ts';
import type { VerdictKind } from './stream/verdict.ts';

/**
 * What the server knows of the media world: this interface, spoken by the embedded engine here and, at scale, by
 * `packages/media-mediamtx`. The engine knows no HTTP framework, no database and no environment.
 */
export interface MediaEngine extends AsyncDisposable {
  /** Makes the set of streams exactly `definitions`: adds, replaces what changed (viewers are moved on), removes the rest. */
  setStreams(definitions: readonly StreamDefinition[]): void;
  /** Status of every stream, in the order of `setStreams`. */
  listStatuses(): readonly StreamStatus[];
  findStatus(key: string): StreamStatus | undefined;
  /** Calls back after a stream entered another state. Returns the unsubscribe function. */
  onStateChange(listener: (status: StreamStatus) => void): () => void;
  /**
   * Opens the source once, apart from any stream, and reports what it is.
   * @throws MediaError when it cannot be opened or says nothing playable before `timeoutMs` (default 10 000).
   */
  probe(
    source: SourceDefinition,
    options?: { timeoutMs?: number; signal?: AbortSignal },
  ): Promise<ProbeReport>;
  /**
   * The next key frame of a stream, off the pull that is there: never a second connection to the camera, and who waits for it is no
   * viewer. With `pull`, an on-demand stream that rests is pulled for it and rests again at once, unless somebody came to watch.
   * @throws MediaError STREAM_NOT_FOUND, or why there is no key frame now; the signal's reason.
   */
  nextKeyframe(
    key: string,
    options: { readonly pull: boolean; readonly signal: AbortSignal },
  ): Promise<Keyframe>;
  /**
   * Answers `GET|HEAD|OPTIONS /hls/<key>/<file>` on raw HTTP: the thin path. Never throws; every outcome is an HTTP reply.
   * @param path what follows `/hls/`, with the query: `<key>/<file>?…`
   * @param options `isPrivate`: no cache keeps the reply and no other site may read it.
   */
  handleHls(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    options?: { readonly isPrivate: boolean },
  ): void;
  /**
   * Takes over the WebSocket upgrade of `/mse/<key>`. Never throws.
   * @param key what follows `/mse/`; the query of the request's URL may wish a rendition: `rendition=sub`.
   */
  handleMseUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, key: string): void;
  /**
   * A device was heard of by other means: an ONVIF Hello, a still picture that came. Its cameras that wait for their next attempt
   * are tried at once, as far as the bound of attempts per hour allows.
   * @param host name or address, as in the sources' URLs.
   */
  noteSignOfLife(host: string): void;
  /**
   * Answers WHEP (RFC 9725): `POST <key>` with an offer, `DELETE session/<id>`. Never throws; 404 when WebRTC is switched off.
   * @param path what follows `/whep/`
   * @param options `isPrivate` as for `handleHls`; `onOpen` is told of the session before the viewer is.
   */
  handleWhep(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    options?: { readonly isPrivate?: boolean; readonly onOpen?: (session: WhepSession) => void },
  ): void;
  /** Figures for `/health` and the log. */
  stats(): EngineStats;
  /** Tells viewers, sends TEARDOWN, closes sources; idempotent. `[Symbol.asyncDispose]` calls it. */
  stop(): Promise<void>;
}

export interface EngineStats {
  readonly streams: number;
  readonly live: number;
  /** Cameras of each verdict; kinds that no camera has are left out. */
  readonly verdicts: Readonly<Partial<Record<VerdictKind, number>>>;
  readonly viewers: number;
  /** Media bytes held in memory for delivery. */
  readonly bufferedBytes: number;
  /** Parked blocking playlist reloads (RFC 8216bis 6.2.5.2). */
  readonly parkedReloads: number;
}
