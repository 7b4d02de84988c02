/** Who may watch, while watching: a session that is ended and a camera that is made private take the picture away within ten seconds. */
import { openFakeCamera, type FakeCamera } from '@pantau/media/testing/fake-camera';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { expect, it } from 'vitest';
import { addAccount } from './support/accounts.ts';
import { expectClean, signIn } from './support/admin-page.ts';
import { ApiSession } from './support/api-session.ts';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { MODES, openCameraPage, type Mode } from './support/camera-page.ts';
import { eventually } from './support/eventually.ts';
import { fetchHls, findMediaPlaylist, parseMediaPlaylist } from './support/hls-client.ts';
import { MseClient, readUpgradeStatus } from './support/mse-client.ts';
import { PantauServer } from './support/pantau-server.ts';
import { readStreams } from './support/public-api.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const AREA = 'Kota';
/** The promise: from the change to the last picture. */
const CUT_MS = 10_000;

interface TestCamera {
  readonly id: number;
  readonly streamKey: string;
}

/** Names are unique, also when a test is tried again. */
let made = 0;

describeWith('private cameras', ['chromium'], () => {
  const stage = useStage(async (stack) => {
    const clip = createSyntheticClip();
    const camera = stack.use(await openFakeCamera({ mounts: [{ path: '/live', clip }] }));
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    expect((await server.cli(['area', 'add', AREA])).code).toBe(0);
    const administrator = await ApiSession.signIn(server.url, await addAccount(server, 'administrator'));
    return { camera, server, browser, administrator };
  });

  /** A camera of a name of its own, by the API, that runs. */
  async function addCamera(name: string, visibility: 'public' | 'private'): Promise<TestCamera> {
    const { administrator } = stage.props;
    const camera: FakeCamera = stage.props.camera;
    const areas = await administrator.call('GET', '/api/areas/public');
    const areaId = /"id":(\d+)/.exec(areas.text)?.[1];
    const added = await administrator.data('POST', '/api/cameras', {
      name: `${name} ${++made}`,
      source_url: camera.url(),
      visibility,
      area_id: Number(areaId),
      pull: 'always',
    });
    const [id, streamKey] = [added['id'], added['stream_key']];
    if (typeof id !== 'number' || typeof streamKey !== 'string') throw new Error('no camera was made');
    await eventually(
      'the camera to be live',
      async () => {
        const reply = await administrator.call('GET', `/api/stream/${id}`);
        return reply.text.includes('"state":"live"');
      },
      { everyMs: 300 },
    );
    return { id, streamKey };
  }

  /** Ms from now until the last new picture; waits for a picture that has stood still for some seconds. */
  async function timeOfLastPicture(page: TestPage): Promise<number> {
    const startedMs = performance.now();
    const nearlyStillMs = 3_000;
    let last = (await page.video())?.frames ?? 0;
    let lastMs = startedMs;
    await eventually(
      'the picture to stop',
      async () => {
        const frames = (await page.video())?.frames ?? 0;
        if (frames !== last) lastMs = performance.now();
        last = frames;
        return performance.now() - lastMs > nearlyStillMs;
      },
      { timeoutMs: 25_000, everyMs: 100 },
    );
    return lastMs - startedMs;
  }

  /** Nothing opens the stream any more for who has no right to it, and nothing says that it exists. */
  async function expectHidden({ id, streamKey }: TestCamera): Promise<void> {
    const { server } = stage.props;
    expect((await readStreams(server.url)).map((entry) => entry.id)).not.toContain(id);
    expect((await fetch(`${server.url}/api/stream/${id}`)).status).toBe(404);
    expect((await fetch(`${server.url}/api/stream/${id}/token`)).status).toBe(404);
    expect((await fetchHls(`${server.url}/hls/${streamKey}/index.m3u8`)).status).toBe(404);
    expect(await readUpgradeStatus(`${server.url.replace('http', 'ws')}/mse/${streamKey}`)).toBe(404);
  }

  it.each(MODES)(
    'cuts a viewer whose session an administrator ends, %s',
    { timeout: 90_000 },
    async (mode: Mode) => {
      const { server, administrator } = stage.props;
      const camera = await addCamera('Gudang', 'private');
      await expectHidden(camera);
      const viewer = await addAccount(server, 'viewer', { area: AREA });
      const page = await stage.openPage();
      await signIn(page, server.url, viewer);
      await openCameraPage(page, server, camera, mode);
      await page.untilPlaying(30_000);

      const ended = await administrator.data('DELETE', `/api/users/${viewer.id}/sessions`);
      expect(ended).toEqual({ ended: 1 });
      expect(await timeOfLastPicture(page), 'ms until the last picture').toBeLessThan(CUT_MS);
      await eventually(
        'the page to say that there is no such camera',
        async () => (await page.page.locator('main').innerText()).includes('Kamera tidak ditemukan'),
        { timeoutMs: 30_000 },
      );
      expect(await page.violations()).toEqual([]);
    },
  );

  it('says to who has no right to it that there is no such camera', async () => {
    const { server } = stage.props;
    const page = await stage.openPage();
    await page.goto(`${server.url}/kamera/${(await addCamera('Gudang', 'private')).id}-gudang`);
    await eventually('words', async () =>
      (await page.page.locator('main').innerText()).includes('Kamera tidak ditemukan'),
    );
    expect(await page.accessibilityProblems()).toEqual([]);
    await expectClean(page);
  });

  it('shows a viewer the cameras of their area only', async () => {
    const { server } = stage.props;
    const camera = await addCamera('Ruang arsip', 'private');
    const insider = await ApiSession.signIn(server.url, await addAccount(server, 'viewer', { area: AREA }));
    const outsider = await ApiSession.signIn(server.url, await addAccount(server, 'viewer'));
    const seen = async (who: ApiSession) => [
      (await who.call('GET', '/api/stream')).text.includes(`"id":${camera.id},`),
      (await who.call('GET', `/api/stream/${camera.id}`)).status,
      (await who.call('GET', `/hls/${camera.streamKey}/index.m3u8`)).status,
    ];
    expect(await seen(insider)).toEqual([true, 200, 302]);
    expect(await seen(outsider)).toEqual([false, 404, 404]);
  });

  it.each(MODES)(
    'cuts a visitor when the camera is made private, %s, and hides it',
    { timeout: 90_000 },
    async (mode: Mode) => {
      const { server, administrator } = stage.props;
      const camera = await addCamera('Taman', 'public');
      const list = await stage.openPage();
      await list.goto(`${server.url}/`);
      const card = list.page.locator(`a[href*="/kamera/${camera.id}-"]`);
      await card.first().waitFor({ timeout: 20_000 });
      const page = await stage.openPage();
      await openCameraPage(page, server, camera, mode);
      await page.untilPlaying(30_000);
      // What a player that is no browser has open keeps nothing either.
      const media = await findMediaPlaylist(`${server.url}/hls/${camera.streamKey}/index.m3u8`);
      const segment = new URL(parseMediaPlaylist((await fetchHls(media)).text).segments.at(-1) ?? '', media)
        .href;
      expect((await fetchHls(segment)).status).toBe(200);
      await using socket = new MseClient(`${server.url.replace('http', 'ws')}/mse/${camera.streamKey}`);
      await eventually('media by WebSocket', () => socket.fragments > 0);

      const changed = await administrator.data('PUT', `/api/cameras/${camera.id}`, { visibility: 'private' });
      expect(changed['stream_key']).not.toBe(camera.streamKey);
      const changedMs = performance.now();
      const [lastMs] = await Promise.all([timeOfLastPicture(page), socket.closed]);
      expect(lastMs, 'ms until the last picture').toBeLessThan(CUT_MS);
      expect(performance.now() - changedMs).toBeLessThan(CUT_MS + 5_000);
      expect((await fetchHls(media)).status).toBe(404);
      expect((await fetchHls(segment)).status).toBe(404);
      await expectHidden(camera);
      await expectHidden({ id: camera.id, streamKey: String(changed['stream_key']) });
      await eventually('the card to go', async () => (await card.count()) === 0, { timeoutMs: 30_000 });
      // The preview on the card learned it by these answers.
      await expectClean(list, [`404 /hls/${camera.streamKey}/*`]);
    },
  );
});
