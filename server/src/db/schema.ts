/** The tables as Kysely sees them; the migrations are the truth, this is their latest state. */
import type { Generated } from 'kysely';

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
  source_password: string | null;
  latitude: number | null;
  longitude: number | null;
  timezone: string;
  pull_mode: 'always' | 'on-demand';
  video_codec: string | null;
  stream_key: string;
  sort_order: number;
  /** UTC ms. */
  created_at: number;
  updated_at: number;
}

/** One row: a number that grows with every committed change, so that other processes notice. */
export interface RevisionTable {
  id: number;
  value: number;
}

export interface Schema {
  areas: AreaTable;
  cameras: CameraTable;
  revision: RevisionTable;
}
