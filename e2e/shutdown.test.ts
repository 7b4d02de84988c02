/** The end of a server: told to everybody, complete, and quick. */
import { openFakeCamera } from '@pantau/media/testing/fake-camera';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { describe, expect, it } from 'vitest';
import { Child } from './support/child.ts';
import { eventually } from './support/eventually.ts';
import { fetchHls, findMediaPlaylist } from './support/hls-client.ts';
import { MseClient } from './support/mse-client.ts';
import { PantauServer, runCli } from './support/pantau-server.ts';

const EXIT_BUDGET_MS = 10_000;

describe('stopping', () => {
  it('turns /health to 503, tells viewers, says TEARDOWN to the camera and ends with 0', async () => {
    await using camera = await openFakeCamera({ mounts: [{ path: '/live', clip: createSyntheticClip() }] });
    await using server = await PantauServer.open({ env: { PANTAU_STOP_DELAY_MS: '1500' } });
    const { streams } = await server.addCamera({
      name: 'one',
      url: camera.url(),
      options: ['--pull', 'always'],
    });
    await server.untilState('one', 'live');
    await using viewer = new MseClient(`${server.url.replace('http', 'ws')}${streams.mse}`);
    await eventually('the viewer to get media', () => viewer.fragments > 5);
    const playlist = await findMediaPlaylist(`${server.url}${streams.hls}`);
    expect((await fetchHls(playlist)).status).toBe(200);
    expect(camera.counters.teardowns).toBe(0);

    const startedMs = performance.now();
    server.signal('SIGTERM');
    const health = await eventually(
      '/health to answer 503',
      async () => {
        const response = await fetch(`${server.url}/health`);
        const body: unknown = await response.json();
        return response.status === 503 ? body : undefined;
      },
      { timeoutMs: 3_000, everyMs: 20 },
    );
    expect(health).toMatchObject({ status: 'stopping' });

    const closeCode = await viewer.closed;
    expect([1001, 1012]).toContain(closeCode);
    expect(viewer.messages.findLast((message) => message.json)?.json).toMatchObject({ type: 'bye' });

    const exit = await server.exited;
    expect(performance.now() - startedMs).toBeLessThan(EXIT_BUDGET_MS);
    expect(exit).toEqual({ code: 0, signal: undefined });
    expect(camera.counters.teardowns).toBe(1);
    await eventually('the camera to be left alone', () => camera.clients === 0);
    expect(server.log).toContain('[ConnectionPool] Initialized with max 5 read connections');
    expect(server.log.split('[ConnectionPool]').length).toBeGreaterThan(2); // and its figures at the end
    await expect(fetch(`${server.url}/health`)).rejects.toThrow('fetch failed');
  });

  it('ends at once at the second signal', async () => {
    await using camera = await openFakeCamera({ mounts: [{ path: '/live', clip: createSyntheticClip() }] });
    await using server = await PantauServer.open({ env: { PANTAU_STOP_DELAY_MS: '5000' } });
    await server.addCamera({ name: 'one', url: camera.url(), options: ['--pull', 'always'] });
    await server.untilState('one', 'live');
    server.signal('SIGTERM');
    await eventually('the stop to begin', async () => (await fetch(`${server.url}/health`)).status === 503, {
      everyMs: 20,
    });
    const startedMs = performance.now();
    server.signal('SIGINT');
    const exit = await server.exited;
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    expect(exit.code).not.toBe(0);
  });

  it('keeps what was written: the next start knows the cameras', async () => {
    await using camera = await openFakeCamera({ mounts: [{ path: '/live', clip: createSyntheticClip() }] });
    await using server = await PantauServer.open();
    const before = await server.addCamera({ name: 'kept', url: camera.url() });
    await server.kill();
    await server.restart();
    const after = await server.stream('kept');
    expect(after.stream_key).toBe(before.stream_key);
    const listed = await runCli(server.dataDir, ['camera', 'list', '--json']);
    expect(listed.code).toBe(0);
    expect(listed.stdout).toContain('kept');
  });

  it('fails clearly when its port is taken, and leaves nothing running', async () => {
    await using first = await PantauServer.open();
    const env = { HOST: '127.0.0.1', PORT: String(first.port), DATA_DIR: first.dataDir };
    await using second = new Child(process.execPath, {
      args: [new URL('../server/src/main.ts', import.meta.url).pathname],
      env,
      cwd: first.dataDir,
    });
    const exit = await second.exited;
    expect(exit.code).toBeGreaterThan(0);
    const output = second.stdout + second.stderr;
    expect(output).toContain(String(first.port));
    expect(output).toMatch(/in use|already/i);
    expect(output).not.toMatch(/^\s+at .*\.ts:\d+/m);
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
  });
});
