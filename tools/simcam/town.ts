/** `cameras.json`: the cameras of the simulated town, what the demo puts into its database and the simulator plays. */
import { readFile } from 'node:fs/promises';

export interface TownArea {
  readonly name: string;
  readonly kecamatan: string;
  readonly kelurahan: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface TownCamera {
  readonly name: string;
  readonly description: string;
  readonly location: string;
  /** Name of a `TownArea`. */
  readonly area: string;
  readonly latitude: number;
  readonly longitude: number;
  /** File in `clips/`, with or without `.h264`. */
  readonly clip: string;
  readonly fps: number;
  /** RTSP path with its leading slash. */
  readonly path: string;
  readonly username?: string;
  readonly password?: string;
}

export interface Town {
  readonly town: string;
  /** IANA zone of the clock in the pictures. */
  readonly timezone: string;
  readonly areas: readonly TownArea[];
  readonly cameras: readonly TownCamera[];
}

/** @throws Error when the file is absent, not JSON or lacks a field; the message names it. */
export async function readTown(path: string): Promise<Town> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  const root = record(value, 'the town');
  return {
    town: text(root, 'town'),
    timezone: root['timezone'] === undefined ? 'Asia/Jakarta' : text(root, 'timezone'),
    areas: list(root, 'areas').map((item) => {
      const area = record(item, 'an area');
      return {
        name: text(area, 'name'),
        kecamatan: text(area, 'kecamatan'),
        kelurahan: text(area, 'kelurahan'),
        latitude: number(area, 'latitude'),
        longitude: number(area, 'longitude'),
      };
    }),
    cameras: list(root, 'cameras').map((item) => parseCamera(record(item, 'a camera'))),
  };
}

function parseCamera(camera: Fields): TownCamera {
  const path = text(camera, 'path');
  return {
    name: text(camera, 'name'),
    description: text(camera, 'description'),
    location: text(camera, 'location'),
    area: text(camera, 'area'),
    latitude: number(camera, 'latitude'),
    longitude: number(camera, 'longitude'),
    clip: text(camera, 'clip')
      .replace(/^clips\//, '')
      .replace(/\.h264$/, ''),
    fps: number(camera, 'fps'),
    path: path.startsWith('/') ? path : `/${path}`,
    ...(camera['username'] === undefined ? {} : { username: text(camera, 'username') }),
    ...(camera['password'] === undefined ? {} : { password: text(camera, 'password') }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function record(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`cameras.json: ${what} is not an object`);
  return Object.fromEntries(Object.entries(value));
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new Error(`cameras.json: "${name}" must be a text`);
  return value;
}

function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Error(`cameras.json: "${name}" must be a number`);
  return value;
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new Error(`cameras.json: "${name}" must be a list`);
  return value;
}
