import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { silentLogger } from '@pantau/base/logger';
import { RawRtspClient } from '@pantau/media/testing/raw-rtsp-client';
import { encodeSyntheticVideo } from '@pantau/media/testing/synthetic-clip';
import { openSimcam, type Simcam } from './simcam.ts';
import { readTown } from './town.ts';

const AREA = {
  name: 'Alun-Alun',
  kecamatan: 'Kota',
  kelurahan: 'Kepatihan',
  latitude: -7.1,
  longitude: 111.8,
};
const PLACE = { description: 'd', location: 'l', area: 'Alun-Alun', latitude: -7.1, longitude: 111.8 };
const TOWN = {
  town: 'Contoh',
  timezone: 'Asia/Jakarta',
  areas: [AREA],
  cameras: [
    { ...PLACE, name: 'Simpang', clip: 'bar', fps: 10, path: '/simpang' },
    {
      ...PLACE,
      name: 'Pasar',
      clip: 'bar',
      fps: 10,
      path: 'pasar',
      username: 'demo',
      password: 'kata sandi',
    },
    { ...PLACE, name: 'Kali', clip: 'plain.h264', fps: 25, path: '/kali', username: 'demo', password: 'air' },
  ],
};

let directory: string;
let simcam: Simcam | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'simcam-'));
  await mkdir(join(directory, 'clips'));
  const size = { width: 720, height: 96, pictures: 20, gop: 10 };
  await writeFile(
    join(directory, 'clips', 'bar.h264'),
    encodeSyntheticVideo({ ...size, fps: 10, barRows: 3 }),
  );
  await writeFile(join(directory, 'clips', 'plain.h264'), encodeSyntheticVideo(size));
  await writeFile(join(directory, 'cameras.json'), JSON.stringify(TOWN));
});
afterEach(async () => {
  await simcam?.close();
  simcam = undefined;
  await rm(directory, { recursive: true });
});

describe('openSimcam', () => {
  it('serves every camera, with the login it asks for', async () => {
    simcam = await openSimcam({ directory });
    expect(simcam.cameras.map((camera) => camera.url)).toEqual(
      ['/simpang', '/pasar', '/kali'].map((path) => `rtsp://127.0.0.1:${simcam?.port}${path}`),
    );
    expect(simcam).toMatchObject({ town: 'Contoh', timezone: 'Asia/Jakarta', areas: [AREA] });
    const challenges = [];
    for (const { url } of simcam.cameras) {
      const client = await RawRtspClient.open(url);
      const { status, headers } = await client.request('DESCRIBE');
      challenges.push([
        status,
        /^\w+(?=.*?(algorithm=[\w-]+)?)/.exec(headers.get('www-authenticate') ?? '')?.[0],
      ]);
      client.close();
    }
    expect(challenges).toEqual([
      [200, undefined],
      [401, 'Digest'],
      [401, 'Basic'],
    ]);
  });

  it('burns the running time in: the bar changes at every second and the rest of the clip does not', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1, 0, 0, 0, 500));
    simcam = await openSimcam({ directory, clock });
    const client = await RawRtspClient.open(simcam.cameras[0]?.url ?? '');
    await client.play();
    await clock.advance(1950);
    await client.request('OPTIONS');
    const slices = client.packets().filter(({ payload }) => (payload[0] ?? 0) === 0x61);
    // Per picture two packets: the bar (no marker), then the clip's own slice (marker).
    const bars = slices.filter((packet) => !packet.marker).map(({ payload }) => payload.length);
    expect(bars.length).toBeGreaterThan(15);
    const busy = bars.flatMap((length, at) => (length > 20 ? [at] : []));
    // 00:00:01 is picture 5, the fifth after the key frame; 00:00:02 is picture 15, whose GOP began at 10 with a key frame of its own.
    expect(busy).toEqual([4, 13]);
    client.close();
  });

  it('makes copies under names of their own', async () => {
    simcam = await openSimcam({ directory, copies: 3 });
    expect(simcam.cameras).toHaveLength(9);
    expect(simcam.cameras.slice(0, 3).map(({ path, name }) => [path, name])).toEqual([
      ['/simpang', 'Simpang'],
      ['/simpang-2', 'Simpang 2'],
      ['/simpang-3', 'Simpang 3'],
    ]);
    expect(new Set(simcam.cameras.map((camera) => camera.url)).size).toBe(9);
  });

  it('plays a clip without room for a clock as it is, and says so', async () => {
    const warnings: object[] = [];
    const logger = { ...silentLogger, warn: (fields: object) => void warnings.push(fields) };
    simcam = await openSimcam({ directory, logger });
    expect(warnings).toEqual([{ clip: 'plain', reason: expect.stringContaining('several slices') }]);
    const client = await RawRtspClient.open(simcam.cameras[0]?.url ?? '');
    expect((await client.request('DESCRIBE')).status).toBe(200);
    client.close();
  });

  it('fails when a clip is missing', async () => {
    await rm(join(directory, 'clips', 'bar.h264'));
    await expect(openSimcam({ directory })).rejects.toThrow(/bar\.h264/);
  });
});

describe('readTown', () => {
  it('takes a path without its slash and a clip with its ending', async () => {
    const town = await readTown(join(directory, 'cameras.json'));
    expect(town.cameras.map(({ path, clip }) => [path, clip])).toEqual([
      ['/simpang', 'bar'],
      ['/pasar', 'bar'],
      ['/kali', 'plain'],
    ]);
  });

  it.each([
    ['[]', /the town is not an object/],
    ['{}', /"town"/],
    ['{"town":"x","areas":[],"cameras":{}}', /"cameras" must be a list/],
    ['{"town":"x","areas":[{"name":"a"}],"cameras":[]}', /"kecamatan"/],
    ['nonsense', /JSON/],
  ])('refuses %s', async (text, message) => {
    await writeFile(join(directory, 'cameras.json'), text);
    await expect(readTown(join(directory, 'cameras.json'))).rejects.toThrow(message);
  });
});
