/** Cameras that misbehave: each gets its own words on the public page, and none of them disturbs its neighbour. */
import { openFakeCamera, type FakeCamera } from '@pantau/media/testing/fake-camera';
import { NO_FAULTS, type FakeFaults } from '@pantau/media/testing/fake-faults';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { describe, expect, it } from 'vitest';
import { runCrowd } from '../bench/support/crowd.ts';
import { eventually } from './support/eventually.ts';
import { findFreePort } from './support/free-port.ts';
import { findMediaPlaylist } from './support/hls-client.ts';
import { PantauServer, type CameraToAdd } from './support/pantau-server.ts';
import { useStage } from './support/stage.ts';

const CLIP = createSyntheticClip({ audio: { sampleRate: 16_000, channels: 1 } });
const LOGIN = { scheme: 'digest-md5', username: 'operator', password: 'benar sekali' } as const;

/** Fault → the code that the public reads, and words that its sentence must hold. */
const FAULTS: readonly { name: string; fault: Partial<FakeFaults>; code: string }[] = [
  { name: 'does not answer DESCRIBE', fault: { hangAt: 'DESCRIBE' }, code: 'SOURCE_TIMEOUT' },
  { name: 'does not answer PLAY', fault: { hangAt: 'PLAY' }, code: 'SOURCE_TIMEOUT' },
  { name: 'plays nothing', fault: { silent: true }, code: 'SOURCE_TIMEOUT' },
  { name: 'hangs up at SETUP', fault: { closeAt: 'SETUP' }, code: 'SOURCE_CLOSED' },
  { name: 'is busy', fault: { refuse: { method: 'DESCRIBE', status: 503 } }, code: 'SOURCE_REFUSED' },
  {
    name: 'speaks another codec',
    fault: { rewriteSdp: (sdp) => sdp.replaceAll('H264', 'VP9') },
    code: 'CODEC_UNSUPPORTED',
  },
  { name: 'describes nonsense', fault: { rewriteSdp: () => '\u0000\u0001 nonsense' }, code: 'SDP_MALFORMED' },
  { name: 'answers a byte an hour', fault: { replyByteIntervalMs: 3_600_000 }, code: 'SOURCE_TIMEOUT' },
];

describe('a server with bad cameras', () => {
  const stage = useStage(async (stack) => {
    const open = async (fault: Partial<FakeFaults>, login?: typeof LOGIN): Promise<FakeCamera> =>
      stack.use(
        await openFakeCamera({
          mounts: [{ path: '/live', clip: CLIP, ...(login ? { login } : {}) }],
          faults: { ...NO_FAULTS, ...fault },
        }),
      );
    const good = await open({});
    const locked = await open({}, LOGIN);
    const bad = await Promise.all(
      FAULTS.map(async ({ name, fault }) => ({ name, camera: await open(fault) })),
    );
    const server = stack.use(await PantauServer.open());
    const cameras: CameraToAdd[] = [
      { name: 'good', url: good.url() },
      { name: 'wrong password', url: locked.url(), username: LOGIN.username, password: 'salah' },
      { name: 'wrong path', url: good.url().replace('/live', '/elsewhere') },
      { name: 'nobody there', url: `rtsp://127.0.0.1:${await findFreePort()}/live` },
      ...bad.map(({ name, camera }) => ({ name, url: camera.url() })),
    ];
    await server.addCameras(cameras.map((camera) => ({ ...camera, options: ['--pull', 'always'] })));
    return { server, good, locked, bad };
  });

  const expected = [
    { name: 'wrong password', code: 'SOURCE_UNAUTHORIZED' },
    { name: 'wrong path', code: 'SOURCE_NOT_FOUND' },
    { name: 'nobody there', code: 'SOURCE_UNREACHABLE' },
    ...FAULTS,
  ];

  it.each(expected)('says why: $name', async ({ name, code }) => {
    const { server } = stage.props;
    const entry = await eventually(
      `a reason for "${name}"`,
      async () => {
        const found = await server.stream(name);
        return found.reason ? found : undefined;
      },
      { timeoutMs: 30_000 },
    );
    expect({ state: entry.state, code: entry.reason?.code, online: entry.is_online }).toEqual({
      state: 'offline',
      code,
      online: false,
    });
    expect(entry.reason?.message).toMatch(/\w+ \w+/);
  });

  it('forgives a camera that is repaired', async () => {
    const { server, bad } = stage.props;
    bad.find(({ name }) => name === 'hangs up at SETUP')?.camera.clearFaults();
    await server.untilState('hangs up at SETUP', 'live', 75_000);
  });

  it('does not lock a camera by trying a wrong password again and again', async () => {
    const { server, locked } = stage.props;
    await server.stream('wrong password');
    // A request without a login comes first in RTSP; only answers with one count as wrong.
    expect(locked.counters.wrongLogins).toBeLessThanOrEqual(4);
  });

  it('plays the good camera all the while', async () => {
    const { server } = stage.props;
    const { streams } = await server.untilState('good', 'live');
    const playlist = await findMediaPlaylist(`${server.url}${streams.hls}`);
    const crowd = await runCrowd({ kind: 'hls', viewers: 5, urls: [playlist], seconds: 8, arriveMs: 200 });
    expect(crowd.complaints).toEqual([]);
    expect(crowd).toMatchObject({ errors: 0, alive: 5 });
  });

  it('keeps playing through lost, repeated and swapped packets and bytes between frames', async () => {
    const { server, good } = stage.props;
    good.setFault({ lossRate: 0.01, duplicateRate: 0.02, reorderRate: 0.02, garbageBytes: 40 });
    const { streams } = await server.untilState('good', 'live');
    const playlist = await findMediaPlaylist(`${server.url}${streams.hls}`);
    const crowd = await runCrowd({ kind: 'hls', viewers: 2, urls: [playlist], seconds: 8, arriveMs: 0 });
    expect(crowd).toMatchObject({ errors: 0, alive: 2 });
    good.clearFaults();
    await server.untilState('good', 'live');
  });

  it('notices a camera that freezes with its connection open, and takes it back when it wakes', async () => {
    const { server, good } = stage.props;
    await server.untilState('good', 'live');
    good.setFault({ frozen: true });
    const entry = await server.untilState('good', 'offline', 30_000);
    expect(entry.reason?.code).toBe('SOURCE_TIMEOUT');
    good.clearFaults();
    await server.untilState('good', 'live', 30_000);
  });

  it('does not flood its log', () => {
    const { server } = stage.props;
    const lines = server.log.split('\n').filter((line) => !line.includes('"level":20'));
    expect(lines.length).toBeLessThan(400);
  });
});
