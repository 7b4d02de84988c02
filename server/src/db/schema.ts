/** The tables as Kysely sees them; the migrations are the truth, this is their latest state. */
import type { Generated } from 'kysely';
import type { RtspTransport } from '@pantau/media';

/** SQLite has no booleans; both dialects store 0 and 1. */
export type Flag = 0 | 1;

export interface AreaTable {
  id: Generated<number>;
  name: string;
  description: string | null;
  rt: string | null;
  rw: string | null;
  kelurahan: string | null;
  kecamatan: string | null;
  latitude: number | null;
  longitude: number | null;
  sort_order: number;
  /** Of its cameras that have none of their own; null leaves it to the server. */
  transport: RtspTransport | null;
  /** UTC ms. */
  created_at: number;
  updated_at: number;
}

export interface CameraTable {
  id: Generated<number>;
  name: string;
  description: string | null;
  location: string | null;
  group_name: string | null;
  area_id: number | null;
  enabled: Flag;
  status: 'active' | 'maintenance';
  /** Without user name and password. */
  source_url: string;
  source_username: string | null;
  /** Encrypted, see `secrets/secret-box.ts`. */
  source_password: string | null;
  latitude: number | null;
  longitude: number | null;
  timezone: string;
  pull_mode: 'always' | 'on-demand';
  video_codec: string | null;
  stream_key: string;
  sort_order: number;
  visibility: 'public' | 'unlisted' | 'private';
  /** Null is the area's. */
  transport: RtspTransport | null;
  /** SHA-256 of the camera's certificate, 64 lower-case hex digits. */
  tls_fingerprint: string | null;
  /** The smaller picture, a still picture, and ONVIF: on the same host, with the same login, without it in the URL. */
  sub_url: string | null;
  snapshot_url: string | null;
  onvif_url: string | null;
  onvif_profile: string | null;
  audio: Generated<Flag>;
  /** UTC ms. */
  created_at: number;
  updated_at: number;
}

/** One row: a number that grows with every committed change, so that other processes notice. */
export interface RevisionTable {
  id: number;
  value: number;
}

export interface UserTable {
  id: Generated<number>;
  username: string;
  /** `foldName(username)`: two names that people take for the same cannot both exist. */
  username_folded: string;
  /** argon2id in PHC form. */
  password_hash: string;
  role: 'administrator' | 'operator' | 'viewer';
  enabled: Flag;
  must_change_password: Flag;
  password_changed_at: number;
  /** Random, base64url: what WebAuthn calls the user. */
  webauthn_user_id: string;
  /** Encrypted; null without TOTP. */
  totp_secret: string | null;
  /** Encrypted; being enrolled, not confirmed yet. */
  totp_pending_secret: string | null;
  /** Time step of the last code that was taken, so that none is taken twice. */
  totp_last_step: number | null;
  last_login_at: number | null;
  last_login_ip: string | null;
  created_at: number;
  updated_at: number;
}

/** Areas whose private cameras a viewer may watch. */
export interface UserAreaTable {
  user_id: number;
  area_id: number;
}

export interface PasswordHistoryTable {
  id: Generated<number>;
  user_id: number;
  password_hash: string;
  created_at: number;
}

export interface RecoveryCodeTable {
  id: Generated<number>;
  user_id: number;
  /** SHA-256, hex: a code has 80 random bits. */
  code_hash: string;
  used_at: number | null;
}

export interface PasskeyTable {
  id: Generated<number>;
  user_id: number;
  /** base64url, as WebAuthn's JSON has it. */
  credential_id: string;
  /** COSE key, base64url. */
  public_key: string;
  counter: number;
  /** JSON array. */
  transports: string;
  name: string;
  synced: Flag;
  created_at: number;
  last_used_at: number | null;
}

/** Sign-in sessions. */
export interface SessionTable {
  /** Public, random: for lists and revocation. */
  id: string;
  /** SHA-256 of the cookie's value, hex. */
  token_hash: string;
  user_id: number;
  remembered: Flag;
  ip: string | null;
  user_agent: string | null;
  created_at: number;
  last_used_at: number;
  /** Absolute end. */
  expires_at: number;
  /** When the person last proved themselves. */
  confirmed_at: number;
}

export interface KnownDeviceTable {
  user_id: number;
  /** SHA-256 of the device cookie's value, hex. */
  device_hash: string;
  created_at: number;
  last_used_at: number;
}

export interface LoginFailureTable {
  /** `account:<folded name>`, `address:<ip or /64>`, `device:<user id>:<hash>`. */
  key: string;
  failures: number;
  first_at: number;
  last_at: number;
  locked_until: number | null;
}

export interface ApiKeyTable {
  id: Generated<number>;
  name: string;
  prefix: string;
  /** SHA-256 of the whole key, hex. */
  key_hash: string;
  /** JSON array of scopes. */
  scopes: string;
  /** Name of the account that made it. */
  created_by: string | null;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  last_used_ip: string | null;
}

export interface AuditEventTable {
  id: Generated<number>;
  at: number;
  type: string;
  actor_kind: 'account' | 'api-key' | 'anonymous' | 'console' | 'system';
  actor_id: number | null;
  actor_name: string | null;
  actor_folded: string | null;
  ip: string | null;
  user_agent: string | null;
  endpoint: string | null;
  target_kind: string | null;
  target_id: string | null;
  target_name: string | null;
  /** JSON object. */
  details: string;
}

/** What operators change while the server runs: a JSON value per group. */
export interface SettingTable {
  key: string;
  value: string;
  updated_at: number;
}

export interface Schema {
  api_keys: ApiKeyTable;
  areas: AreaTable;
  audit_events: AuditEventTable;
  cameras: CameraTable;
  known_devices: KnownDeviceTable;
  login_failures: LoginFailureTable;
  passkeys: PasskeyTable;
  password_history: PasswordHistoryTable;
  recovery_codes: RecoveryCodeTable;
  revision: RevisionTable;
  sessions: SessionTable;
  settings: SettingTable;
  user_areas: UserAreaTable;
  users: UserTable;
}
