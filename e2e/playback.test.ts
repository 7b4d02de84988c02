/** The main promise: a camera that is not ours plays on the portal's page, in each of the three deliveries. */
import { openSimcam } from '../tools/simcam/simcam.ts';
import { expect, it } from 'vitest';
import { TestBrowser, type TestPage, type VideoFacts } from './support/browser.ts';
import { MODES, openCameraPage } from './support/camera-page.ts';
import { observe } from './support/eventually.ts';
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
const WATCHED_MS = 5_000;

/** Plays in all modes at once, side by side, and checks that time passes as it should. */
async function expectPlayback(pages: readonly TestPage[], source: Source): Promise<void> {
  const before = await Promise.all(pages.map((page) => page.untilPlaying(30_000)));
  const startedMs = performance.now();
  await observe(WATCHED_MS, 500, async () => undefined);
  const after = await Promise.all(pages.map((page) => page.video()));
  const seconds = (performance.now() - startedMs) / 1_000;
  for (const [index, mode] of MODES.entries()) {
    const [first, last] = [before[index], after[index]] as [VideoFacts, VideoFacts | undefined];
    expect(last?.error, `${mode}: error`).toBeNull();
    expect([last?.width, last?.height], `${mode}: size`).toEqual(source.size);
    const played = (last?.currentTime ?? 0) - first.currentTime;
    expect(played / seconds, `${mode}: media seconds per second`).toBeGreaterThan(0.8);
    expect(played / seconds, `${mode}: media seconds per second`).toBeLessThan(1.3);
    expect(((last?.frames ?? 0) - first.frames) / played, `${mode}: frames per media second`).toBeGreaterThan(
      source.fps * 0.8,
    );
    expect(((last?.frames ?? 0) - first.frames) / played, `${mode}: frames per media second`).toBeLessThan(
      source.fps * 1.2,
    );
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
