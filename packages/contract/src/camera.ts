import { Type, type Static } from 'typebox';
import { Nullable, OrNull } from './nullable.ts';
import { Transport, TransportOrNull } from './transport.ts';

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

export const PullMode = Type.Union([Type.Literal('always'), Type.Literal('on-demand')]);

/** A camera as the administration sees it: everything but the password. */
export const AdminCamera = Type.Object({
  ...PublicCamera.properties,
  enabled: Type.Boolean(),
  /** Keep the connection always, or only while somebody watches. */
  pull: PullMode,
  /** Place in the list, small numbers first. */
  sort_order: Type.Integer(),
  /** `rtsp(s)://…` or `http(s)://…` without the login; a password in its path or query is masked. */
  source_url: Type.String(),
  source_username: Nullable(Type.String()),
  has_password: Type.Boolean(),
  /** The stored password cannot be decrypted: enter it again, or restore the key file. */
  password_unreadable: Type.Boolean(),
  /** Null is that of its area. */
  transport: Nullable(Transport),
  /** SHA-256 of the only certificate that is accepted from the camera, 64 lower-case hex digits; null accepts any. */
  tls_fingerprint: Nullable(Type.String()),
  /** Whether its sound is carried. */
  audio: Type.Boolean(),
  /** The same picture, smaller; masked like `source_url`, as are the two below. */
  sub_url: Nullable(Type.String()),
  /** Where the camera gives a still picture: `http(s)://…`. */
  snapshot_url: Nullable(Type.String()),
  /** Its ONVIF device service: `http(s)://…`, and the token of the media profile. */
  onvif_url: Nullable(Type.String()),
  onvif_profile: Nullable(Type.String()),
});
export type AdminCamera = Static<typeof AdminCamera>;

/** `GET /api/cameras` → `Envelope(AdminCameras)`, in the order in which they are shown. */
export const AdminCameras = Type.Array(AdminCamera);
export type AdminCameras = Static<typeof AdminCameras>;

export const CamerasQuery = Type.Object(
  {
    area_id: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    /** Looked for in name, description, location and group. */
    q: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: false },
);
export type CamerasQuery = Static<typeof CamerasQuery>;

const Text = (maxLength: number) => Type.Optional(OrNull('string', { maxLength }));
const fields = {
  description: Text(2000),
  location: Text(200),
  group_name: Text(100),
  area_id: Type.Optional(OrNull('integer', { minimum: 1, maximum: 2_147_483_647 })),
  enabled: Type.Optional(Type.Boolean()),
  status: Type.Optional(PublicCamera.properties.status),
  visibility: Type.Optional(Visibility),
  pull: Type.Optional(PullMode),
  latitude: Type.Optional(OrNull('number', { minimum: -90, maximum: 90 })),
  longitude: Type.Optional(OrNull('number', { minimum: -180, maximum: 180 })),
  timezone: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  sort_order: Type.Optional(Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 })),
  /** Beside a login in `source_url`, this one counts. */
  source_username: Text(256),
  source_password: Text(256),
  transport: Type.Optional(TransportOrNull),
  /** With colons or without, as `openssl x509 -fingerprint -sha256` prints it. */
  tls_fingerprint: Text(200),
  audio: Type.Optional(Type.Boolean()),
  /** These are on the host of `source_url`: the login of the camera is sent there, and one in them is dropped. */
  sub_url: Text(2000),
  snapshot_url: Text(2000),
  onvif_url: Text(2000),
  onvif_profile: Text(200),
};
const Name = Type.String({ minLength: 1, maxLength: 100 });
/** As pasted: `rtsp://[user:password@]host[:port]/path`. The login is taken out and stored apart. */
const SourceUrl = Type.String({ minLength: 1, maxLength: 2000 });

/** `POST /api/cameras` → 201 `Envelope(AdminCamera)`. The camera is not looked at before it is stored. */
export const CreateCameraInput = Type.Object(
  { name: Name, source_url: SourceUrl, ...fields },
  { additionalProperties: false },
);
export type CreateCameraInput = Static<typeof CreateCameraInput>;

/**
 * `PUT /api/cameras/:id` → `Envelope(AdminCamera)`; what is left out stays, null clears. The login stays with its host only: a
 * `source_url` on another host or port needs it again. A narrower visibility makes a new `stream_key`.
 */
export const UpdateCameraInput = Type.Object(
  { name: Type.Optional(Name), source_url: Type.Optional(SourceUrl), ...fields },
  { additionalProperties: false, minProperties: 1 },
);
export type UpdateCameraInput = Static<typeof UpdateCameraInput>;
