/** One attempt at delivering pictures into a `<video>`: opened by the controller, closed once, never reused. */
import type { StreamUrls } from '@pantau/contract/stream';
import type { SessionFailure, Trouble } from './player-trouble.ts';
import type { RenditionName } from './rendition-choice.ts';

export type SessionEvent =
  /** The session is over; nothing more will come from it. */
  | { readonly type: 'failed'; readonly failure: SessionFailure }
  /** Connected, but the camera has trouble (undefined: none any more). The session waits on the server's word. */
  | { readonly type: 'trouble'; readonly trouble: Trouble | undefined }
  | { readonly type: 'audio'; readonly hasAudio: boolean }
  /** What comes from now on is of this size. */
  | { readonly type: 'rendition'; readonly name: RenditionName }
  /** A size that was chosen cannot be had now; the present one goes on. */
  | { readonly type: 'rendition-failed'; readonly name: RenditionName };

/** What a session drew that does not use the `<video>`. */
export interface DrawnPictures {
  /** Pictures so far. */
  readonly count: number;
  /** Of the newest one, pixels; 0 before the first. */
  readonly width: number;
  readonly height: number;
  /** Ms that a picture may stand before it counts as standing still. */
  readonly stillAfterMs: number;
}

export interface DeliverySession {
  /** Only of a session that draws by itself, beside the element. */
  findDrawn?(): DrawnPictures;
  /** Distance to the newest picture, s; undefined until known. */
  findLatencyS(): number | undefined;
  /** Latency to aim for, s. */
  targetLatencyS(): number;
  /** Latency beyond which the player jumps, s. */
  maxLatencyS(): number;
  jumpToEdge(): void;
  /** The picture stopped though the session is open. */
  noteStall(): void;
  /** Whether the server itself holds the session open without pictures: then waiting is right. */
  isHeld(): boolean;
  /** Goes on with another size, without a break in the picture, as soon as it can. Being told the same again changes nothing. */
  chooseRendition(name: RenditionName): void;
  /** Frees the element, the connection and the buffers; idempotent. */
  close(): void;
}

/** Where a player finds the stream. */
export type StreamAddresses = StreamUrls;

export type EmitSessionEvent = (event: SessionEvent) => void;
