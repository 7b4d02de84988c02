import { Type, type Static } from 'typebox';
import { Nullable, OrNull } from './nullable.ts';
import { Transport, TransportOrNull } from './transport.ts';

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

/** `GET /api/areas/filters` → `Envelope(AreaFilters)`: the levels of an address that areas have, each within those above it. */
export const AreaFilters = Type.Object({
  kecamatan: Type.Array(Type.String()),
  kelurahan: Type.Array(Type.Object({ kelurahan: Type.String(), kecamatan: Type.String() })),
  rw: Type.Array(Type.Object({ rw: Type.String(), kelurahan: Type.String(), kecamatan: Type.String() })),
});
export type AreaFilters = Static<typeof AreaFilters>;

/** An area as the administration sees it. */
export const AdminArea = Type.Object({
  ...PublicArea.properties,
  /** Cameras in the area, disabled ones too. */
  camera_count: Type.Integer({ minimum: 0 }),
  /** Place in the list, small numbers first. */
  sort_order: Type.Integer(),
  /** Of its cameras that have none of their own; null is the server's, `auto`. */
  transport: Nullable(Transport),
});
export type AdminArea = Static<typeof AdminArea>;

/** `GET /api/areas` → `Envelope(AdminAreas)`, in the order in which they are shown. */
export const AdminAreas = Type.Array(AdminArea);
export type AdminAreas = Static<typeof AdminAreas>;

const Name = Type.String({ minLength: 1, maxLength: 100 });
const Text = (maxLength: number) => Type.Optional(OrNull('string', { maxLength }));
const fields = {
  description: Text(2000),
  rt: Text(10),
  rw: Text(10),
  kelurahan: Text(100),
  kecamatan: Text(100),
  latitude: Type.Optional(OrNull('number', { minimum: -90, maximum: 90 })),
  longitude: Type.Optional(OrNull('number', { minimum: -180, maximum: 180 })),
  sort_order: Type.Optional(Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 })),
  transport: Type.Optional(TransportOrNull),
};

/** `POST /api/areas` → 201 `Envelope(AdminArea)`. */
export const CreateAreaInput = Type.Object({ name: Name, ...fields }, { additionalProperties: false });
export type CreateAreaInput = Static<typeof CreateAreaInput>;

/** `PUT /api/areas/:id` → `Envelope(AdminArea)`; what is left out stays, null clears. */
export const UpdateAreaInput = Type.Object(
  { name: Type.Optional(Name), ...fields },
  { additionalProperties: false, minProperties: 1 },
);
export type UpdateAreaInput = Static<typeof UpdateAreaInput>;
