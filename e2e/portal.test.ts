/** The portal as a visitor meets it: list, search, states in words, one camera, a small phone; and nothing to complain about. */
import { openFakeCamera } from '@pantau/media/testing/fake-camera';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { expect, it } from 'vitest';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { cameraUrl } from './support/camera-page.ts';
import { eventually } from './support/eventually.ts';
import { findFreePort } from './support/free-port.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const PHONE = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
/** CSS pixels a thumb needs, in both directions. */
const THUMB = 44;

const GOOD = [
  { name: 'Simpang Lima', area: 'Kota', location: 'Jalan Merdeka' },
  {
    name: 'Pasar Besar',
    area: 'Kota',
    location: 'Jalan Niaga sisi selatan, di depan gerbang utama pasar',
  },
  { name: 'Pintu Air', area: 'Bantaran', location: 'Tanggul Timur' },
] as const;

async function expectClean(page: TestPage): Promise<void> {
  expect(page.complaints).toEqual([]);
  expect(await page.violations()).toEqual([]);
}

describeWith('the portal', ['chromium'], () => {
  const stage = useStage(async (stack) => {
    const clip = createSyntheticClip();
    const paths = GOOD.map((_, index) => `/camera-${index}`);
    const camera = stack.use(await openFakeCamera({ mounts: paths.map((path) => ({ path, clip })) }));
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    for (const area of ['Kota', 'Bantaran']) expect((await server.cli(['area', 'add', area])).code).toBe(0);
    const nobody = `rtsp://127.0.0.1:${await findFreePort()}/live`;
    await server.addCameras([
      ...GOOD.map(({ name, area, location }, index) => ({
        name,
        area,
        url: camera.url(paths[index]),
        options: ['--location', location, '--pull', 'always'],
      })),
      { name: 'Terminal Lama', area: 'Kota', url: nobody, options: ['--pull', 'always'] },
      { name: 'Jembatan', area: 'Bantaran', url: nobody, options: ['--status', 'maintenance'] },
    ]);
    for (const { name } of GOOD) await server.untilState(name, 'live');
    await server.untilState('Terminal Lama', 'offline');
    return { camera, server, browser };
  });

  /** The card of a camera, by what it is called. */
  const card = (page: TestPage, name: string) => page.page.locator('[data-camera]').filter({ hasText: name });

  async function openList(options = {}): Promise<TestPage> {
    const { server } = stage.props;
    const page = await stage.openPage(options);
    await page.goto(`${server.url}/`);
    await card(page, GOOD[0].name).first().waitFor({ timeout: 15_000 });
    return page;
  }

  it('lists every camera with its place and its state in words, and shows moving pictures', async () => {
    const page = await openList();
    expect(await page.page.locator('[data-camera]').count()).toBe(GOOD.length + 2);
    for (const { name, location } of GOOD) expect(await card(page, name).innerText()).toContain(location);
    expect(await card(page, 'Terminal Lama').innerText()).toMatch(/Tanpa gambar[^]*sejak/);
    expect(await card(page, 'Jembatan').innerText()).toMatch(/Perbaikan/);
    for (const area of ['Kota', 'Bantaran'])
      expect(await page.page.locator('main').innerText()).toContain(area);
    await eventually(
      'a preview to move',
      async () => (await page.page.locator('[data-phase=playing]').count()) > 0,
      {
        timeoutMs: 25_000,
      },
    );
    // "Live" is said of a picture that is seen, and only of such a one.
    for (const { name } of GOOD) {
      const one = card(page, name);
      await one.locator('[data-state=live]').waitFor();
      expect(await one.innerText()).toMatch(/Langsung/);
      expect(await one.getAttribute('data-phase')).toBe('playing');
    }
    await expectClean(page);
  });

  it('finds a camera by typing, from the keyboard alone', async () => {
    const page = await openList();
    await page.page.keyboard.press('/');
    await page.page.keyboard.type('pintu');
    await eventually(
      'one card to be left',
      async () => (await page.page.locator('[data-camera]').count()) === 1,
    );
    expect(await card(page, 'Pintu Air').count()).toBe(1);
    await page.page.keyboard.type(' xyz');
    await eventually('words for nothing found', async () =>
      (await page.page.locator('main').innerText()).includes('Tidak ada kamera yang cocok'),
    );
    await page.page.keyboard.press('Escape');
    await eventually(
      'all cards to be back',
      async () => (await page.page.locator('[data-camera]').count()) === GOOD.length + 2,
    );
    await expectClean(page);
  });

  it('leads from a card to the camera, which plays, and back', async () => {
    const page = await openList();
    await card(page, GOOD[0].name).getByRole('link', { name: GOOD[0].name }).click();
    await page.page.waitForURL(/\/kamera\/\d+-simpang-lima$/);
    expect(await page.page.locator('h1').innerText()).toContain(GOOD[0].name);
    expect(await page.page.title()).toContain(GOOD[0].name);
    await page.untilPlaying(30_000);
    await page.page.goBack();
    await card(page, GOOD[1].name).first().waitFor();
    await expectClean(page);
  });

  it('opens a camera by its address alone, and says so when there is none', async () => {
    const { server } = stage.props;
    const page = await stage.openPage();
    await page.goto(cameraUrl(server, await server.stream(GOOD[1].name)));
    await eventually('its name', async () =>
      (await page.page.locator('h1').innerText()).includes(GOOD[1].name),
    );
    await page.goto(`${server.url}/kamera/999999`);
    await eventually('words', async () =>
      (await page.page.locator('main').innerText()).includes('Kamera tidak ditemukan'),
    );
    expect(await page.violations()).toEqual([]);
  });

  it('says why a camera has no picture', async () => {
    const { server } = stage.props;
    const page = await stage.openPage();
    await page.goto(cameraUrl(server, await server.stream('Terminal Lama')));
    await eventually(
      'the reason',
      async () => (await page.page.locator('main').innerText()).includes('tidak mengirim gambar'),
      {
        timeoutMs: 20_000,
      },
    );
    await page.goto(cameraUrl(server, await server.stream('Jembatan')));
    await eventually('the reason', async () =>
      (await page.page.locator('main').innerText()).includes('sedang diperbaiki'),
    );
    expect(await page.violations()).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('fits a small phone, %s', async (colorScheme) => {
    const { server } = stage.props;
    const page = await openList({ ...PHONE, colorScheme });
    expect(await page.overflow(), 'sideways scrolling on the list').toBeLessThanOrEqual(0);
    // The page clips what sticks out, so that every card is measured by itself: names and places may be long.
    for (const one of await page.page.locator('[data-camera]').all()) {
      const box = await one.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(PHONE.viewport.width);
    }
    expect(await page.smallTargets(THUMB)).toEqual([]);
    expect(await page.accessibilityProblems()).toEqual([]);
    await page.goto(cameraUrl(server, await server.stream(GOOD[0].name)));
    await page.untilPlaying(30_000);
    expect(await page.overflow(), 'sideways scrolling on the camera').toBeLessThanOrEqual(0);
    expect(await page.smallTargets(THUMB)).toEqual([]);
    expect(await page.accessibilityProblems()).toEqual([]);
    await page.page.getByRole('button', { name: 'Cara menonton' }).click();
    const menu = await page.page.getByRole('radiogroup').boundingBox();
    expect(menu?.x, 'left edge of the menu').toBeGreaterThanOrEqual(0);
    expect((menu?.x ?? 0) + (menu?.width ?? 0)).toBeLessThanOrEqual(PHONE.viewport.width);
    expect(await page.smallTargets(THUMB)).toEqual([]);
    expect(await page.accessibilityProblems()).toEqual([]);
    await expectClean(page);
  });

  it('speaks English to whoever asks for it, and remembers', async () => {
    const page = await openList({ locale: 'en-GB' });
    await page.page.evaluate("localStorage.setItem('pantau.language', 'en')");
    await page.page.reload();
    await card(page, 'Jembatan').first().waitFor();
    expect(await page.page.evaluate('document.documentElement.lang')).toBe('en');
    expect(await card(page, 'Jembatan').innerText()).not.toContain('Perbaikan');
    expect(await page.accessibilityProblems()).toEqual([]);
    await expectClean(page);
  });

  it('has something to say without JavaScript', async () => {
    const { server } = stage.props;
    const page = await (await fetch(`${server.url}/`)).text();
    expect(page).toMatch(/<noscript>[^]*\w+[^]*<\/noscript>/);
    expect(page).not.toMatch(/<script(?![^>]*src=)[^>]*>/);
  });

  it(
    'keeps its list when the server is away, says so, and goes on when it is back',
    { timeout: 120_000 },
    async () => {
      const { server } = stage.props;
      const page = await openList();
      await server.kill();
      const offline = () =>
        page.page
          .locator('body')
          .innerText()
          .then((text) => text.includes('Server tidak menjawab'));
      await eventually('the page to notice', offline, { timeoutMs: 45_000, everyMs: 500 });
      expect(await page.page.locator('[data-camera]').count()).toBe(GOOD.length + 2);
      await server.restart();
      await eventually('the page to go on', async () => !(await offline()), {
        timeoutMs: 45_000,
        everyMs: 500,
      });
      expect(await page.violations()).toEqual([]);
    },
  );
});

describeWith('the portal of a new server', ['chromium'], () => {
  const stage = useStage(async (stack) => {
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    return { server, browser };
  });

  it('says how to add the first camera, and shows it when it is there', async () => {
    const { server } = stage.props;
    const page = await stage.openPage();
    await page.goto(`${server.url}/`);
    await eventually('words', async () =>
      (await page.page.locator('main').innerText()).includes('Belum ada kamera'),
    );
    expect(await page.page.locator('main').innerText()).toContain('camera add');
    expect(await page.accessibilityProblems()).toEqual([]);
    await server.addCamera({ name: 'Yang pertama', url: `rtsp://127.0.0.1:${await findFreePort()}/live` });
    const first = page.page.locator('[data-camera]').filter({ hasText: 'Yang pertama' });
    await first.waitFor({ timeout: 30_000 });
    await expectClean(page);
  });
});
