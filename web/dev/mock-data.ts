/** A small invented town for `mock-api.ts`. */
import type { PublicArea } from '@pantau/contract/area';
import type { StreamCamera, StreamStateName } from '@pantau/contract/stream';

const AREAS = ['Kota', 'Dander', 'Kapas'] as const;
const CAMERAS: readonly (readonly [string, string, number])[] = [
  ['Simpang Lima', 'Jl. Veteran', 0],
  ['Alun-Alun Kota', 'Jl. Panglima Sudirman', 0],
  ['Pasar Besar', 'Jl. Gajah Mada', 0],
  ['Pintu Air Bengawan', 'Tepi Bengawan Solo', 1],
  ['Jalan Raya Dander, arah pasar dan terminal lama', 'Jl. Raya Dander km 7', 1],
  ['Perlintasan Kapas', 'Stasiun Kapas', 2],
];
const TROUBLE: readonly StreamStateName[] = [
  'live',
  'connecting',
  'idle',
  'offline',
  'maintenance',
  'offline',
];

export function mockAreas(): readonly PublicArea[] {
  return AREAS.map((name, index) => ({
    id: index + 1,
    name,
    description: null,
    rt: null,
    rw: null,
    kelurahan: null,
    kecamatan: name,
    latitude: null,
    longitude: null,
    camera_count: CAMERAS.filter(([, , area]) => area === index).length,
  }));
}

export function mockCameras(hasTrouble: boolean): readonly StreamCamera[] {
  const sinceMs = Date.now() - 47 * 60_000;
  return CAMERAS.map(([name, location, area], index) => {
    const state = hasTrouble ? (TROUBLE[index] ?? 'idle') : 'idle';
    const key = `mock${index}`;
    return {
      id: index + 1,
      name,
      description: 'Melihat ke arah timur; pada jam sibuk lalu lintas padat dari kedua arah.',
      location,
      group_name: null,
      area_id: area + 1,
      area_name: AREAS[area] ?? null,
      latitude: null,
      longitude: null,
      timezone: 'Asia/Jakarta',
      status: state === 'maintenance' ? 'maintenance' : 'active',
      video_codec: 'h264',
      stream_key: key,
      visibility: index === 4 ? 'private' : 'public',
      state,
      is_online: state !== 'offline' && state !== 'maintenance',
      delivery: null,
      state_since: new Date(sinceMs).toISOString(),
      last_online_at: new Date(sinceMs).toISOString(),
      reason:
        state === 'offline' ? { code: 'SOURCE_UNREACHABLE', message: 'the camera does not answer' } : null,
      video: { codec: 'H.264', codec_string: 'avc1.42c01f', width: 1280, height: 720, fps: 20 },
      audio: index === 0 ? { codec: 'AAC-LC', codec_string: 'mp4a.40.2' } : null,
      renditions: [],
      viewers: [1234, 12, 0, 3, 0, 0][index] ?? 0,
      streams: {
        hls: `/hls/${key}/index.m3u8`,
        llhls: `/hls/${key}/low-latency.m3u8`,
        mse: `/mse/${key}`,
        whep: null,
      },
      snapshot: null,
    };
  });
}
