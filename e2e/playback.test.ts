/** The main promise: a camera that is not ours plays on the portal's page, in each of the three deliveries. */
import { openSimcam } from '../tools/simcam/simcam.ts';
import { expect, it } from 'vitest';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { MODES, openCameraPage } from './support/camera-page.ts';
import { median, observe } from './support/eventually.ts';
import { GstCamera } from './support/gst-camera.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

interface Source {
  readonly name: string;
  readonly fps: number;
  readonly hasAudio: boolean;
  readonly size: readonly [number, number];
}

const LOGIN = { username: 'penjaga', password: 'rahasia kita' };
const WATCHED_MS = 6_000;
const LOOK_EVERY_MS = 500;

/**
 * Plays in all modes at once, side by side, and checks that time passes as it should. Rates are medians of short
 * stretches: a player that joins a stream may jump to the live edge once, and that is no fault.
 */
async function expectPlayback(pages: readonly TestPage[], source: Source): Promise<void> {
  await Promise.all(pages.map((page) => page.untilPlaying(30_000)));
  const looks = await observe(WATCHED_MS, LOOK_EVERY_MS, () =>
    Promise.all(pages.map(async (page) => ({ atMs: performance.now(), video: await page.video() }))),
  );
  for (const [index, mode] of MODES.entries()) {
    const seen = looks.flatMap((look) => {
      const { atMs = 0, video } = look[index] ?? {};
      return video === undefined ? [] : [{ atMs, video }];
    });
    const last = seen.at(-1)?.video;
    expect(last?.error, `${mode}: error`).toBeNull();
    expect([last?.width, last?.height], `${mode}: size`).toEqual(source.size);
    const steps = seen.slice(1).flatMap((look, at) => {
      const before = seen[at];
      return before === undefined ? [] : [{ before, look, seconds: (look.atMs - before.atMs) / 1_000 }];
    });
    const speed = median(
      steps.map(({ before, look, seconds }) => (look.video.currentTime - before.video.currentTime) / seconds),
    );
    const frameRate = median(
      steps.map(({ before, look, seconds }) => (look.video.frames - before.video.frames) / seconds),
    );
    expect(speed, `${mode}: media seconds per second`).toBeGreaterThan(0.85);
    expect(speed, `${mode}: media seconds per second`).toBeLessThan(1.2);
    expect(frameRate, `${mode}: frames per second`).toBeGreaterThan(source.fps * 0.75);
    expect(frameRate, `${mode}: frames per second`).toBeLessThan(source.fps * 1.3);
    if (source.hasAudio) expect(last?.audioBytes, `${mode}: decoded sound`).toBeGreaterThan(0);
    else expect(last?.audioBytes, `${mode}: decoded sound`).toBe(0);
  }
  for (const page of pages) expect(page.complaints).toEqual([]);
}

describeWith('playing cameras of GStreamer on the portal', ['chromium', 'gstreamer'], () => {
  const sources: readonly (Source & { readonly path: string })[] = [
    { name: 'baseline with sound', path: '/baseline', fps: 25, hasAudio: true, size: [640, 360] },
    { name: 'high profile with B-frames', path: '/bframes', fps: 25, hasAudio: false, size: [640, 360] },
    { name: 'digest login', path: '/login', fps: 15, hasAudio: false, size: [640, 360] },
  ];
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await GstCamera.open([
        { path: '/baseline', audio: true },
        { path: '/bframes', profile: 'high-bframes' },
        { path: '/login', fps: 15, login: LOGIN },
      ]),
    );
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    await server.addCameras(
      sources.map(({ name, path }) => ({ name, url: camera.url(path), ...(path === '/login' ? LOGIN : {}) })),
    );
    return { camera, server, browser };
  });

  it.each(sources)('plays $name', async (source) => {
    const { server } = stage.props;
    const entry = await server.stream(source.name);
    const pages = await Promise.all(MODES.map(() => stage.openPage()));
    await Promise.all(
      MODES.map((mode, index) => openCameraPage(pages[index] as TestPage, server, entry, mode)),
    );
    await expectPlayback(pages, source);
    const live = await server.untilState(source.name, 'live');
    expect(live.video).toMatchObject({ width: source.size[0], height: source.size[1] });
    expect(live.video?.fps).toBeCloseTo(source.fps, -0.5);
    expect(live.audio === null).toBe(!source.hasAudio);
  });
});

describeWith('playing the demo town on the portal', ['chromium'], () => {
  const stage = useStage(async (stack) => {
    const simcam = stack.use(await openSimcam());
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    return { simcam, server, browser };
  });

  it('plays a simulated camera that asks for a login', async () => {
    const { simcam, server } = stage.props;
    const simulated = simcam.cameras.find((camera) => camera.username !== undefined);
    if (simulated === undefined) throw new Error('the demo town has no camera with a login');
    const { name, url, fps, username = '', password = '' } = simulated;
    const entry = await server.addCamera({ name, url, username, password, isProbed: true });
    const pages = await Promise.all(MODES.map(() => stage.openPage()));
    await Promise.all(
      MODES.map((mode, index) => openCameraPage(pages[index] as TestPage, server, entry, mode)),
    );
    await expectPlayback(pages, { name, fps, hasAudio: false, size: [1280, 720] });
  });
});
