import { Type, type Static } from 'typebox';
import { Nullable } from './nullable.ts';
import { PublicCamera } from './camera.ts';

/** States of the media engine as the public sees them; `maintenance` comes from the operator. Disabled cameras are not shown. */
export const StreamStateName = Type.Union([
  Type.Literal('live'),
  Type.Literal('connecting'),
  /** Nobody is watching, nothing is known to be wrong. */
  Type.Literal('idle'),
  /** Trouble: see `reason`. */
  Type.Literal('offline'),
  Type.Literal('maintenance'),
]);
export type StreamStateName = Static<typeof StreamStateName>;

/** Where a player finds the stream: paths under the site's origin, whatever name the site was reached by. */
export const StreamUrls = Type.Object({
  /** Standard HLS, multivariant playlist: the default. */
  hls: Type.String(),
  /** Low-latency HLS. */
  llhls: Type.String(),
  /** MSE over WebSocket (path; the player makes it ws: or wss:). */
  mse: Type.String(),
  /** WebRTC by WHEP (RFC 9725), of the main picture: where an offer is posted. Null where the server does not do that. */
  whep: Nullable(Type.String()),
});
export type StreamUrls = Static<typeof StreamUrls>;

/** How a stream reaches players. */
export const StreamDelivery = Type.Union([
  /** By all of the addresses. */
  Type.Literal('media'),
  /** As single JPEG pictures: over the WebSocket, or `live.mjpeg` beside the playlist. */
  Type.Literal('pictures'),
  /** As HLS of another server, and no other way. */
  Type.Literal('relay'),
]);
export type StreamDelivery = Static<typeof StreamDelivery>;

export const StreamReason = Type.Object({
  /** A code of `packages/media/src/media-error.ts`; the web client has words for each. */
  code: Type.String(),
  message: Type.String(),
});
export type StreamReason = Static<typeof StreamReason>;

export const StreamVideo = Type.Object({
  codec: Type.String(),
  codec_string: Type.String(),
  width: Type.Integer(),
  height: Type.Integer(),
  fps: Nullable(Type.Number()),
});

export type StreamVideo = Static<typeof StreamVideo>;

export const StreamAudio = Type.Object({
  codec: Type.String(),
  codec_string: Type.String(),
});

/** One of the sizes in which a camera can be watched: its main stream, or its sub stream. */
export const StreamRendition = Type.Object({
  name: Type.Union([Type.Literal('main'), Type.Literal('sub')]),
  /** False while it is known not to come. */
  is_available: Type.Boolean(),
  /** As last seen; null while it was never watched. */
  video: Nullable(StreamVideo),
  /** Bits per second, as last measured. */
  bitrate: Nullable(Type.Integer({ minimum: 0 })),
});
export type StreamRendition = Static<typeof StreamRendition>;

/** The newest still picture of a camera: a poster until there is a moving one. Never to be shown without its age. */
export const StreamSnapshot = Type.Object({
  /** Path under the site's origin, with a version; `&w=320` or `&w=960` chooses the size. */
  url: Type.String(),
  /** UTC, ISO 8601. */
  taken_at: Type.String({ format: 'date-time' }),
});
export type StreamSnapshot = Static<typeof StreamSnapshot>;

/** One camera with its live state: an entry of `GET /api/stream`, the list the landing page polls. */
export const StreamCamera = Type.Object({
  ...PublicCamera.properties,
  state: StreamStateName,
  is_online: Type.Boolean(),
  /** UTC, ISO 8601: since when `state` holds; `offline` holds over all attempts to reach the camera. */
  state_since: Nullable(Type.String({ format: 'date-time' })),
  /** UTC, ISO 8601: last time a picture arrived. */
  last_online_at: Nullable(Type.String({ format: 'date-time' })),
  reason: Nullable(StreamReason),
  /** Null until the camera was seen for the first time. */
  delivery: Nullable(StreamDelivery),
  video: Nullable(StreamVideo),
  audio: Nullable(StreamAudio),
  viewers: Type.Integer({ minimum: 0 }),
  /** The main first; empty while the camera is not streamed. */
  renditions: Type.Array(StreamRendition),
  streams: StreamUrls,
  snapshot: Nullable(StreamSnapshot),
});
export type StreamCamera = Static<typeof StreamCamera>;

/** `GET /api/stream` → `Envelope(StreamList)`. */
export const StreamList = Type.Array(StreamCamera);
export type StreamList = Static<typeof StreamList>;

/** `GET /api/stream/:id` → `Envelope(StreamDetail)`. */
export const StreamDetail = Type.Object({ camera: StreamCamera, streams: StreamUrls });
export type StreamDetail = Static<typeof StreamDetail>;

/** `GET /api/stream/:id/token` → `Envelope(StreamToken)`: a link that opens this stream and nothing else. */
export const StreamToken = Type.Object({
  /** For the path of the stream's URLs, in front of the file name. */
  token: Type.String(),
  /** The playlist to begin with, as a path under the site's origin. */
  stream_url: Type.String(),
  /** Seconds. */
  expires_in: Type.Integer({ minimum: 0 }),
});
export type StreamToken = Static<typeof StreamToken>;
