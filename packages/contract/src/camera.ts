import { Type, type Static } from 'typebox';
import { Nullable } from './nullable.ts';

export const Visibility = Type.Union([
  Type.Literal('public'),
  Type.Literal('unlisted'),
  Type.Literal('private'),
]);
export type Visibility = Static<typeof Visibility>;

/**
 * A camera as anybody may see it. Nothing here tells how the camera is reached:
 * no address, no credentials, no file path.
 */
export const PublicCamera = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  name: Type.String(),
  description: Nullable(Type.String()),
  location: Nullable(Type.String()),
  group_name: Nullable(Type.String()),
  area_id: Nullable(Type.Integer()),
  area_name: Nullable(Type.String()),
  latitude: Nullable(Type.Number({ minimum: -90, maximum: 90 })),
  longitude: Nullable(Type.Number({ minimum: -180, maximum: 180 })),
  /** IANA zone in which the camera's times are shown, e.g. `Asia/Jakarta`. */
  timezone: Type.String(),
  /** `maintenance` is the operator's word; health is in `StreamCamera.state`. */
  status: Type.Union([Type.Literal('active'), Type.Literal('maintenance')]),
  /** Lower case codec family once known: `h264`. */
  video_codec: Nullable(Type.String()),
  stream_key: Type.String(),
  /** Public; in no list but open to who has the link; or only for who has the right. */
  visibility: Visibility,
});
export type PublicCamera = Static<typeof PublicCamera>;

/** `GET /api/cameras/active` → `Envelope(ActiveCameras)`. */
export const ActiveCameras = Type.Array(PublicCamera);
export type ActiveCameras = Static<typeof ActiveCameras>;
