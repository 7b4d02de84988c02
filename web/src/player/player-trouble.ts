/** Why a player shows no moving picture, as data; `trouble-words.ts` says it in the visitor's language. */

/** What ended one session of delivery. */
export type FailureKind =
  /** The connection failed or broke. */
  | 'network'
  /** The server said it is stopping, or is too busy (503). */
  | 'server'
  /** The server is well, the camera is not; `detail` is the engine's reason code. */
  | 'camera'
  /** This device has no decoder for the camera's codec; `detail` is the codec string. */
  | 'codec'
  /** The decoder gave up on bytes that it should understand. */
  | 'decode'
  /** Connected, but the picture stood still for too long. */
  | 'stalled'
  /** The stream's timeline began anew (the server restarted), or the link to it ran out: open again at once, from the entry. */
  | 'timeline'
  /** The stream is to be had in another way only; `detail` is `pictures`, `hls` or `media`: open that at once. */
  | 'other-delivery'
  /** The stream key is not known to the server. */
  | 'not-found'
  /** This way of delivery does not exist here; `detail` is the `FallbackReason` when it is another than `blocked`. */
  | 'unavailable';

export interface SessionFailure {
  readonly kind: FailureKind;
  readonly detail?: string;
  /** The server asked to be left alone for this long, ms. */
  readonly retryAfterMs?: number;
}

export type Trouble =
  | { readonly kind: Exclude<FailureKind, 'timeline' | 'other-delivery'>; readonly detail?: string }
  | { readonly kind: 'maintenance' }
  /** Nothing the player can do any more without a person. */
  | { readonly kind: 'gave-up'; readonly detail?: string };

/** Why a hardier mode than the wished one is in use. */
export type FallbackReason =
  /** The picture kept stopping: the network is not fast enough. */
  | 'slow'
  /** The wished mode does not get through, the hardier one does. */
  | 'blocked'
  /** The decoder failed repeatedly in the wished mode. */
  | 'decode'
  /** The wished mode does not carry what this camera sends. */
  | 'camera'
  /** The server has no place left in the wished mode. */
  | 'full'
  /** The server does not have the wished mode. */
  | 'missing';
