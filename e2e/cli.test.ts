/** The command line as an operator uses it: add, list, probe, remove, and a clear end for everything that can be wrong. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFakeCamera, type FakeCamera } from '@pantau/media/testing/fake-camera';
import type { FakeFaults } from '@pantau/media/testing/fake-faults';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from './support/free-port.ts';
import { GstCamera } from './support/gst-camera.ts';
import { runCli, type CliResult } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const LOGIN = { scheme: 'digest-sha256', username: 'operator', password: 'kata sandi 7' } as const;
/** What every command may take, the start of the process included. */
const BUDGET_MS = 10_000;
/** What starting Node and the command line takes on an idle machine; `startMs` is what it takes now. */
const IDLE_START_MS = 500;
let startMs = IDLE_START_MS;

function expectQuick(result: CliResult): void {
  expect(result.tookMs - Math.max(0, startMs - IDLE_START_MS)).toBeLessThan(BUDGET_MS);
}

/** What a command that failed must be: quick, in words, without a stack trace or a password. */
function expectFailure(result: CliResult, code: number, words: RegExp): void {
  expect({ code: result.code, said: result.stderr }).toEqual({ code, said: expect.stringMatching(words) });
  expect(result.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(result.stdout + result.stderr).not.toContain('sandi');
  expectQuick(result);
}

describe('the command line', () => {
  const clip = createSyntheticClip({ audio: { sampleRate: 16_000, channels: 1 } });
  let camera: FakeCamera;
  let locked: FakeCamera;
  let dataDir: string;

  beforeAll(async () => {
    camera = await openFakeCamera({ mounts: [{ path: '/live', clip }] });
    locked = await openFakeCamera({ mounts: [{ path: '/live', clip, login: LOGIN }] });
    startMs = (await runCli(tmpdir(), ['--help'])).tookMs;
    dataDir = await mkdtemp(join(tmpdir(), 'pantau-e2e-cli-'));
  });

  afterAll(async () => {
    await camera.close();
    await locked.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('adds, lists, changes and removes a camera in an area', async () => {
    expect((await runCli(dataDir, ['area', 'add', 'Alun-alun', '--kecamatan', 'Kota'])).code).toBe(0);
    const args = ['camera', 'add', locked.url(), '--name', 'Pos jaga', '--area', 'Alun-alun'];
    args.push(
      '--username',
      LOGIN.username,
      '--password-stdin',
      '--latitude',
      '-7.15',
      '--longitude',
      '111.88',
    );
    const added = await runCli(dataDir, args, `${LOGIN.password}\n`);
    expect({ code: added.code, said: added.stderr }).toEqual({ code: 0, said: '' });
    expectQuick(added);

    const listed = await runCli(dataDir, ['camera', 'list', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      {
        name: 'Pos jaga',
        area_name: 'Alun-alun',
        video_codec: 'h264',
        has_password: true,
        latitude: -7.15,
        enabled: true,
      },
    ]);
    expect(listed.stdout).not.toContain(LOGIN.password);
    expect((await runCli(dataDir, ['camera', 'list'])).stdout).toMatch(/Pos jaga.*Alun-alun/);

    expect((await runCli(dataDir, ['camera', 'update', 'Pos jaga', '--status', 'maintenance'])).code).toBe(0);
    expectFailure(await runCli(dataDir, ['area', 'remove', 'Alun-alun']), 94, /camera/i);
    expect((await runCli(dataDir, ['camera', 'remove', 'Pos jaga'])).code).toBe(0);
    expect(JSON.parse((await runCli(dataDir, ['camera', 'list', '--json'])).stdout)).toEqual([]);
    expect((await runCli(dataDir, ['area', 'remove', 'Alun-alun'])).code).toBe(0);
  });

  it('takes the login out of a pasted address', async () => {
    const url = locked
      .url()
      .replace('rtsp://', `rtsp://${LOGIN.username}:${encodeURIComponent(LOGIN.password)}@`);
    expect((await runCli(dataDir, ['camera', 'add', url, '--name', 'tempel', '--no-probe'])).code).toBe(0);
    const listed = await runCli(dataDir, ['camera', 'list', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { source_url: locked.url(), source_username: LOGIN.username, has_password: true },
    ]);
    const probed = await runCli(dataDir, ['camera', 'probe', 'tempel', '--json']);
    expect(probed.code).toBe(0);
    expect((await runCli(dataDir, ['camera', 'remove', 'tempel'])).code).toBe(0);
  });

  it.concurrent.each<[string, number, RegExp, () => Promise<string[]>]>([
    ['an address that is none', 64, /address|url/i, async () => ['camera', 'probe', 'rtsp://']],
    ['an address of another kind', 64, /rtsp/i, async () => ['camera', 'probe', 'ftp://127.0.0.1/x']],
    [
      'nobody there',
      65,
      /\w+ \w+/,
      async () => ['camera', 'probe', `rtsp://127.0.0.1:${await findFreePort()}/live`],
    ],
    [
      'a name that does not resolve',
      65,
      /\w+ \w+/,
      async () => ['camera', 'probe', 'rtsp://kamera.invalid/live'],
    ],
    ['a missing password', 66, /password|login|user/i, async () => ['camera', 'probe', locked.url()]],
    [
      'a wrong path',
      67,
      /path|found/i,
      async () => ['camera', 'probe', camera.url().replace('/live', '/none')],
    ],
    ['a camera that is not in the list', 90, /camera/i, async () => ['camera', 'remove', 'nobody']],
    [
      'an area that is not in the list',
      91,
      /area/i,
      async () => ['camera', 'add', camera.url(), '--name', 'x', '--area', 'nowhere'],
    ],
    ['a command that does not exist', 1, /unknown|error/i, async () => ['camera', 'destroy', 'x']],
    ['a camera without a name', 1, /--name/, async () => ['camera', 'add', camera.url()]],
    [
      'a latitude that is none',
      1,
      /latitude/,
      async () => ['camera', 'add', camera.url(), '--name', 'x', '--latitude', 'north'],
    ],
    [
      'a latitude beyond the pole',
      93,
      /latitude/i,
      async () => ['camera', 'add', camera.url(), '--name', 'x', '--latitude', '91'],
    ],
  ])('says what is wrong with %s, and ends with %i', async (_, code, words, args) => {
    expectFailure(await runCli(dataDir, await args()), code, words);
  });

  it('says that a password is wrong', async () => {
    const args = ['camera', 'probe', locked.url(), '--username', LOGIN.username, '--password-stdin'];
    expectFailure(await runCli(dataDir, args, 'salah\n'), 66, /password|login|user/i);
    expect(locked.counters.wrongLogins).toBeLessThanOrEqual(2);
  });

  it.concurrent.each<[string, Partial<FakeFaults>, number]>([
    ['does not answer OPTIONS', { hangAt: 'OPTIONS' }, 68],
    ['does not answer DESCRIBE', { hangAt: 'DESCRIBE' }, 68],
    ['does not answer SETUP', { hangAt: 'SETUP' }, 68],
    ['does not answer PLAY', { hangAt: 'PLAY' }, 68],
    ['plays nothing', { silent: true }, 71],
    ['answers a byte at a time', { replyByteIntervalMs: 1_000 }, 68],
    ['has no free session', { refuse: { method: 'SETUP', status: 453 } }, 72],
    ['hangs up', { closeAt: 'PLAY' }, 73],
    ['describes nonsense', { rewriteSdp: () => 'nonsense' }, 74],
    ['speaks another codec', { rewriteSdp: (sdp) => sdp.replaceAll('H264', 'VP9') }, 69],
  ])('gives up on a camera that %s', async (_, fault, code) => {
    await using bad = await openFakeCamera({ mounts: [{ path: '/live', clip }], faults: fault });
    expectFailure(await runCli(dataDir, ['camera', 'probe', bad.url()]), code, /\w+ \w+/);
  });

  it('keeps no camera that it could not look at', async () => {
    const url = `rtsp://127.0.0.1:${await findFreePort()}/live`;
    expectFailure(await runCli(dataDir, ['camera', 'add', url, '--name', 'hilang']), 65, /--no-probe/);
    expect((await runCli(dataDir, ['camera', 'list', '--json'])).stdout).not.toContain('hilang');
  });

  it('refuses a second camera of the same name', async () => {
    const args = ['camera', 'add', camera.url(), '--name', 'kembar', '--no-probe'];
    expect((await runCli(dataDir, args)).code).toBe(0);
    expectFailure(await runCli(dataDir, args), 92, /kembar|exists/);
  });
});

describeWith('camera probe on a camera of GStreamer', ['gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await GstCamera.open([{ path: '/bframes', profile: 'high-bframes', audio: true, kbps: 600 }]),
    );
    return { camera };
  });

  it('says what it is', async () => {
    const { camera } = stage.props;
    const result = await runCli(tmpdir(), ['camera', 'probe', camera.url('/bframes'), '--json']);
    expect(result.code).toBe(0);
    expectQuick(result);
    const report: unknown = JSON.parse(result.stdout);
    expect(report).toMatchObject({
      video: { width: 640, height: 360, b_frames: true, codec_string: expect.stringMatching(/^avc1\.64/) },
      audio: { sample_rate: 48_000, channels: 1, codec_string: 'mp4a.40.2' },
      verdict: { result: 'plays' },
    });
    const { video, bitrate } = report as { video: { fps: number; gop_ms: number }; bitrate: number }; // matched above
    expect(Math.abs(video.fps - 25)).toBeLessThan(2.5);
    expect(Math.abs(video.gop_ms - 2_000)).toBeLessThan(200);
    expect(bitrate).toBeGreaterThan(20_000);
    expect(bitrate).toBeLessThan(2_000_000);
  });
});
