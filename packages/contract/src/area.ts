import { Type, type Static } from 'typebox';
import { Nullable } from './nullable.ts';

/** An area of the town with the levels of an Indonesian address: kecamatan > kelurahan > RW > RT. */
export const PublicArea = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  name: Type.String(),
  description: Nullable(Type.String()),
  rt: Nullable(Type.String()),
  rw: Nullable(Type.String()),
  kelurahan: Nullable(Type.String()),
  kecamatan: Nullable(Type.String()),
  latitude: Nullable(Type.Number()),
  longitude: Nullable(Type.Number()),
  /** Cameras in the area that whoever asks finds in the lists. */
  camera_count: Type.Integer({ minimum: 0 }),
});
export type PublicArea = Static<typeof PublicArea>;

/** `GET /api/areas/public` → `Envelope(PublicAreas)`. */
export const PublicAreas = Type.Array(PublicArea);
export type PublicAreas = Static<typeof PublicAreas>;
