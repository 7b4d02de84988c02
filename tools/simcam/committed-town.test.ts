import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { silentLogger } from '@pantau/base/logger';
import { RawRtspClient } from '@pantau/media/testing/raw-rtsp-client';
import { openSimcam, type Simcam } from './simcam.ts';

let simcam: Simcam | undefined;
afterEach(() => simcam?.close());

it('is a town of six cameras in three areas, each with room for its clock', async () => {
  const warnings: object[] = [];
  simcam = await openSimcam({ logger: { ...silentLogger, warn: (fields) => void warnings.push(fields) } });
  expect(warnings).toEqual([]);
  expect(simcam.cameras).toHaveLength(6);
  expect(simcam.areas).toHaveLength(3);
  const areas = new Set(simcam.areas.map((area) => area.name));
  expect(simcam.cameras.filter((camera) => !areas.has(camera.area))).toEqual([]);
  expect(new Set(simcam.cameras.map((camera) => camera.area))).toEqual(areas);
});

it('plays every camera, two of them behind a login of each kind', async () => {
  simcam = await openSimcam();
  const challenges: string[] = [];
  for (const { url } of simcam.cameras) {
    const client = await RawRtspClient.open(url);
    const reply = await client.request('DESCRIBE');
    if (reply.status === 401) challenges.push(reply.headers.get('www-authenticate')?.split(' ')[0] ?? '');
    else expect([reply.status, (await client.play()).status]).toEqual([200, 200]);
    client.close();
  }
  expect(challenges.toSorted()).toEqual(['Basic', 'Digest']);
});

it('stays within 6 MB', async () => {
  const clips = fileURLToPath(new URL('./clips/', import.meta.url));
  const sizes = await Promise.all(
    (await readdir(clips)).map(async (name) => (await stat(clips + name)).size),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(1_000_000);
  expect(total).toBeLessThanOrEqual(6_000_000);
});
