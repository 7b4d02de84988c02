import { Type, type Static } from 'typebox';
import { Nullable, OrNull } from './nullable.ts';

/** `GET /api/onvif/interfaces` → `Envelope(OnvifInterfaces)`: networks of the server in which cameras can be looked for. */
export const OnvifInterfaces = Type.Array(
  Type.Object({
    /** Such as `eth0`. */
    name: Type.String(),
    /** IPv4 address of the server there. */
    address: Type.String(),
    /** Such as `192.168.1.5/24`. */
    cidr: Nullable(Type.String()),
  }),
);
export type OnvifInterfaces = Static<typeof OnvifInterfaces>;

/** `POST /api/onvif/discover` → `Envelope(DiscoveredDevices)`, after `timeout_s`. */
export const DiscoverInput = Type.Object(
  {
    /** Names or addresses from `GET /api/onvif/interfaces`. Default: all. */
    interfaces: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 16 })),
    /** Ask this IPv4 address only: for networks that multicast does not reach. */
    address: Type.Optional(Type.String({ minLength: 7, maxLength: 15 })),
    timeout_s: Type.Optional(Type.Number({ minimum: 1, maximum: 10, default: 3 })),
  },
  { additionalProperties: false },
);
export type DiscoverInput = Static<typeof DiscoverInput>;

export const DiscoveredDevices = Type.Array(
  Type.Object({
    /** The device's own name for itself, which stays when its address changes: `urn:uuid:…` */
    id: Type.String(),
    /** Who answered. */
    address: Type.String(),
    /** For `POST /api/onvif/device`. */
    url: Type.String(),
    name: Nullable(Type.String()),
    hardware: Nullable(Type.String()),
    location: Nullable(Type.String()),
    /** Network on which it answered. */
    interface: Type.String(),
  }),
);
export type DiscoveredDevices = Static<typeof DiscoveredDevices>;

/** `POST /api/onvif/device` → `Envelope(OnvifDeviceReport)`. The login is used and forgotten. */
export const OnvifDeviceInput = Type.Object(
  {
    /** `host`, `host:port` or `http(s)://host[:port][/path]`; without a port those that makers use are tried. */
    address: Type.String({ minLength: 1, maxLength: 1000 }),
    username: Type.Optional(OrNull('string', { maxLength: 256 })),
    password: Type.Optional(OrNull('string', { maxLength: 256 })),
    /** The camera's RTSP port as reached from here, where it is mapped to another. */
    rtsp_port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    /** SHA-256 of the device's certificate, 64 hex digits: https then accepts that one and no other. */
    tls_fingerprint: Type.Optional(Type.String({ pattern: '^[0-9A-Fa-f]{64}$' })),
  },
  { additionalProperties: false },
);
export type OnvifDeviceInput = Static<typeof OnvifDeviceInput>;

export const OnvifProfile = Type.Object({
  token: Type.String(),
  name: Nullable(Type.String()),
  /** `H264`, `H265`, `MJPEG`, `MPEG4` or the device's own word. */
  codec: Nullable(Type.String()),
  width: Nullable(Type.Integer()),
  height: Nullable(Type.Integer()),
  fps: Nullable(Type.Number()),
  bitrate_kbps: Nullable(Type.Number()),
  /** Without login; a password in its path or query is masked. */
  stream_url: Nullable(Type.String()),
  snapshot_url: Nullable(Type.String()),
});
export type OnvifProfile = Static<typeof OnvifProfile>;

export const OnvifDeviceReport = Type.Object({
  /** Where the device answered. */
  url: Type.String(),
  manufacturer: Nullable(Type.String()),
  model: Nullable(Type.String()),
  firmware: Nullable(Type.String()),
  serial_number: Nullable(Type.String()),
  /** The device's clock minus ours; null when it does not tell. */
  clock_offset_s: Nullable(Type.Number()),
  /** One for a camera, one for each input of a recorder. */
  channels: Type.Array(
    Type.Object({
      source_token: Nullable(Type.String()),
      /** Suggestions: the best picture, something smaller for the grid, a still picture. */
      main_url: Nullable(Type.String()),
      sub_url: Nullable(Type.String()),
      snapshot_url: Nullable(Type.String()),
      /** The maker puts the password into the address: it is masked here and has to be written in. */
      password_in_url: Type.Boolean(),
      /** Main first. */
      profiles: Type.Array(OnvifProfile),
    }),
  ),
  /** False when the device was too slow to tell all addresses. */
  complete: Type.Boolean(),
});
export type OnvifDeviceReport = Static<typeof OnvifDeviceReport>;

export const UrlTemplatesQuery = Type.Object(
  {
    /** Name or brand, as people or the device write it. Default: all makers. */
    maker: Type.Optional(Type.String({ maxLength: 100 })),
    channel: Type.Optional(Type.Integer({ minimum: 1, maximum: 256, default: 1 })),
  },
  { additionalProperties: false },
);
export type UrlTemplatesQuery = Static<typeof UrlTemplatesQuery>;

/**
 * `GET /api/onvif/url-templates` → `Envelope(UrlTemplates)`: what cameras of a maker usually have, for those without ONVIF.
 * `{host}`, `{user}` and `{password}` are for a person to fill in; nothing is tried.
 */
export const UrlTemplates = Type.Array(
  Type.Object({
    maker: Type.String(),
    main_url: Type.String(),
    sub_url: Nullable(Type.String()),
    snapshot_url: Nullable(Type.String()),
    note: Nullable(Type.String()),
  }),
);
export type UrlTemplates = Static<typeof UrlTemplates>;
