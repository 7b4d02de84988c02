/** Still pictures, from the camera to the visitor: of cameras that are pulled and that rest, in the browser, after a restart. */
import { openFakeCamera } from '@pantau/media/testing/fake-camera';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { expect, it } from 'vitest';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { eventually } from './support/eventually.ts';
import { PantauServer } from './support/pantau-server.ts';
import type { StreamEntry } from './support/public-api.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const PULLED = 'Simpang Lima';
const RESTING = 'Pasar Besar';
const FAILING = 'Pintu Air';

describeWith('still pictures', ['chromium'], () => {
  const stage = useStage(async (stack) => {
    const clip = createSyntheticClip();
    const camera = stack.use(
      await openFakeCamera({ mounts: ['/pulled', '/resting'].map((path) => ({ path, clip })) }),
    );
    const failing = stack.use(await openFakeCamera({ mounts: [{ path: '/failing', clip }] }));
    const server = stack.use(
      await PantauServer.open({
        env: { PANTAU_SNAPSHOT_INTERVAL_S: '5', PANTAU_SNAPSHOT_RESTING_MIN: '10' },
      }),
    );
    const browser = stack.use(await TestBrowser.open());
    await server.addCameras([
      { name: PULLED, url: camera.url('/pulled'), options: ['--pull', 'always'] },
      { name: RESTING, url: camera.url('/resting') },
      { name: FAILING, url: failing.url('/failing'), options: ['--pull', 'always'] },
    ]);
    return { camera: failing, town: camera, server, browser };
  });

  /** Waits until the list speaks of a picture. */
  const pictured = (name: string): Promise<StreamEntry & { snapshot: { url: string; taken_at: string } }> =>
    eventually(
      `a picture of ${name}`,
      async () => {
        const entry = await stage.props.server.stream(name);
        return entry.snapshot === null ? undefined : { ...entry, snapshot: entry.snapshot };
      },
      { timeoutMs: 60_000 },
    );
  const fetchPicture = (path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, stage.props.server.url), { headers });

  /** A page whose visitor saves data: cards do not move by themselves. */
  async function openQuietList(options = {}): Promise<TestPage> {
    const page = await stage.openPage(options);
    await page.page.addInitScript(() => {
      Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
    });
    await page.goto(`${stage.props.server.url}/`);
    return page;
  }
  const card = (page: TestPage, name: string) => page.page.locator('[data-camera]').filter({ hasText: name });
  /** Width of the picture that a card shows; 0 while it has none. */
  const shownWidth = async (page: TestPage, name: string): Promise<number> =>
    Number(
      await card(page, name)
        .locator('img[data-poster]')
        // This side of the test knows no DOM.
        .evaluate((image: unknown) => Number(Reflect.get(Object(image), 'naturalWidth'))),
    );

  it('are there in both sizes and formats, of a camera that is pulled', async () => {
    const { snapshot } = await pictured(PULLED);
    for (const [query, type] of [
      ['&w=320&format=jpeg', 'image/jpeg'],
      ['&w=960&format=jpeg', 'image/jpeg'],
      ['&w=320&format=webp', 'image/webp'],
    ] as const) {
      const reply = await fetchPicture(snapshot.url + query);
      expect([reply.status, reply.headers.get('content-type')]).toEqual([200, type]);
      expect((await reply.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
  });

  it('are taken of a camera that rests by a short pull that counts nobody', async () => {
    const entry = await pictured(RESTING);
    expect(entry.viewers).toBe(0);
    await stage.props.server.untilState(RESTING, 'idle', 10_000);
    expect((await fetchPicture(entry.snapshot.url)).headers.get('x-snapshot')).toBe('picture');
    // One session with each camera: pictures never open a second one.
    expect(stage.props.town.counters.sessionsOpened).toBe(2);
  });

  it('stand in the cards with their age, and never as live', async () => {
    await Promise.all([PULLED, RESTING].map(pictured));
    const page = await openQuietList();
    for (const name of [PULLED, RESTING]) {
      await eventually(`a poster of ${name}`, async () => (await shownWidth(page, name)) > 0);
      const text = await card(page, name).innerText();
      expect(text).toMatch(/Gambar \d+ (d|mnt) lalu/);
      expect(text).not.toMatch(/Langsung/);
    }
    expect(page.complaints).toEqual([]);
    expect(await page.violations()).toEqual([]);
  });

  it('stand in the player until it moves, and are gone then', async () => {
    const { snapshot, id } = await pictured(PULLED);
    expect(snapshot.url).toContain('/snapshot?v=');
    const page = await stage.openPage();
    // The stream is held back, so that there is time to look.
    const held = Promise.withResolvers<void>();
    await page.page.route('**/hls/**', async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.goto(`${stage.props.server.url}/kamera/${id}`);
    const box = page.page.getByRole('group', { name: new RegExp(PULLED) });
    await box.locator('img[data-poster]').waitFor();
    expect(await box.innerText()).toMatch(/Gambar \d+ (d|mnt) lalu/);
    expect(await box.innerText()).not.toMatch(/Langsung/);
    held.resolve();
    await page.untilPlaying(30_000);
    await box.locator('img[data-poster]').waitFor({ state: 'detached' });
    expect(await box.innerText()).toMatch(/Langsung/);
  });

  it('are grey when the camera sends nothing any more, and survive a restart', async () => {
    await pictured(FAILING);
    const { server, camera } = stage.props;
    await camera[Symbol.asyncDispose]();
    await server.untilState(FAILING, 'offline', 30_000);
    await server.stop();
    await server.restart();
    await server.untilState(FAILING, 'offline', 30_000);
    await pictured(FAILING);
    const page = await openQuietList();
    await card(page, FAILING).locator('img[data-poster=old]').waitFor();
    await eventually('the poster', async () => (await shownWidth(page, FAILING)) > 0);
    expect(await card(page, FAILING).innerText()).toMatch(/Gambar \d+ (d|mnt) lalu[^]*Tidak mengirim gambar/);
  });
});
