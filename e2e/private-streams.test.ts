/** A private camera in a real browser: whoever may watch it does, and no longer than they may. */
import { openFakeCamera } from '@pantau/media/testing/fake-camera';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { expect, it } from 'vitest';
import { addAccount, type TestAccount } from './support/accounts.ts';
import { ApiSession } from './support/api-session.ts';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { eventually } from './support/eventually.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

/** What the issue promises: from the end of the right to the end of the stream. */
const CUT_MS = 10_000;

describeWith('a private camera', ['chromium'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await openFakeCamera({ mounts: [{ path: '/live', clip: createSyntheticClip() }] }),
    );
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    expect((await server.cli(['area', 'add', 'Kota'])).code).toBe(0);
    const options = ['--area', 'Kota', '--visibility', 'private', '--pull', 'always', '--no-probe'];
    const added = await server.cli(['camera', 'add', camera.url('/live'), '--name', 'Gudang', ...options]);
    expect(added.code, added.stderr).toBe(0);
    return { camera, server, browser };
  });

  /** A page of somebody who is signed in, on the camera in the given delivery. */
  async function watch(
    account: TestAccount,
    mode: 'hls' | 'mse',
  ): Promise<{ page: TestPage; cookie: string }> {
    const { server } = stage.props;
    const { cookie } = await ApiSession.signIn(server.url, account);
    const page = await stage.openPage();
    const cookies = cookie.split('; ').map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2);
      return { name, value, url: server.url };
    });
    await page.page.context().addCookies(cookies);
    await page.page.addInitScript(`localStorage.setItem('pantau.mode', '${mode}')`);
    await page.goto(`${server.url}/kamera/1-gudang`);
    await page.untilPlaying(30_000);
    return { page, cookie };
  }

  async function streamKey(): Promise<string> {
    const listed = await stage.props.server.cli(['camera', 'list', '--json']);
    const key = /"stream_key": "([a-z2-7]{26})"/.exec(listed.stdout)?.[1];
    if (key === undefined) throw new Error(`no stream key in ${listed.stdout}`);
    return key;
  }

  it('is nobody else’s', async () => {
    const { server } = stage.props;
    const page = await stage.openPage();
    await page.goto(`${server.url}/kamera/1-gudang`);
    await eventually('words for a camera that is not there', async () =>
      (await page.page.locator('main').innerText()).includes('Kamera tidak ditemukan'),
    );
    expect((await fetch(`${server.url}/api/stream/1`)).status).toBe(404);
  });

  it.each(['hls', 'mse'] as const)(
    'stops within 10 s when the session of who watches by %s is revoked',
    async (mode) => {
      const { server } = stage.props;
      const viewer = await addAccount(server, 'viewer', { area: 'Kota' });
      const { page, cookie } = await watch(viewer, mode);
      const admin = await ApiSession.signIn(server.url, await addAccount(server, 'administrator'));
      const hls = `${server.url}/hls/${await streamKey()}/index.m3u8`;
      expect((await fetch(hls, { headers: { cookie } })).status).toBe(200);

      await admin.data('DELETE', `/api/users/${viewer.id}/sessions`);
      const revokedMs = performance.now();
      await eventually(
        'the stream to be refused',
        async () => (await fetch(hls, { headers: { cookie } })).status === 404,
        { timeoutMs: CUT_MS, everyMs: 200 },
      );
      // What the browser has buffered is shown to its end; then nothing comes any more.
      await page.untilStalled(CUT_MS + 12_000);
      expect(performance.now() - revokedMs).toBeLessThan(CUT_MS + 12_000);
    },
  );
});
