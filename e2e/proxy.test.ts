/**
 * Behind nginx with TLS, by the configuration of docs/guide/operate.md: cookies, whose address it is, limits, media and what other
 * sites' pages may do. Visitors are addresses of the loopback, so the proxy is trusted by its own address and not by the word `loopback`.
 */
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { openFakeCamera } from '@pantau/media/testing/fake-camera';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { expect, it } from 'vitest';
import { addAccount, GOOD_PASSWORD } from './support/accounts.ts';
import { expectClean, heading, signIn, signOut, words } from './support/admin-page.ts';
import { ApiSession, codeOf, fieldOf } from './support/api-session.ts';
import { TestBrowser } from './support/browser.ts';
import { openCameraPage } from './support/camera-page.ts';
import { runCommand } from './support/child.ts';
import { eventually } from './support/eventually.ts';
import { findFreePort } from './support/free-port.ts';
import { fetchHls, findMediaPlaylist, parseMediaPlaylist } from './support/hls-client.ts';
import { sendHttp } from './support/http-client.ts';
import { MseClient, readUpgradeStatus } from './support/mse-client.ts';
import { Nginx } from './support/nginx.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const NAME = 'Simpang Lima';
/** Where a client claims to come from; of the range for documentation (RFC 5737). */
const FORGED = { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https' };

const byText = (a = '', b = '') => a.localeCompare(b);

describeWith('behind nginx', ['nginx', 'ffmpeg', 'chromium'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await openFakeCamera({ mounts: [{ path: '/live', clip: createSyntheticClip() }] }),
    );
    const port = await findFreePort();
    const site = `https://localhost:${port}`;
    const env = { TRUST_PROXY: '127.0.0.1', PUBLIC_URL: site };
    const server = stack.use(await PantauServer.open({ env }));
    const nginx = stack.use(await Nginx.open({ upstreamPort: server.port, port }));
    const known = getCACertificates('default');
    setDefaultCACertificates([...known, nginx.certificate]);
    stack.defer(() => setDefaultCACertificates(known));
    const browser = stack.use(await TestBrowser.open());
    const stream = await server.addCamera({
      name: NAME,
      url: camera.url(),
      options: ['--pull', 'always'],
    });
    await server.untilState(NAME, 'live');
    const chief = await addAccount(server, 'administrator');
    return { camera, server, nginx, browser, site, stream, chief };
  });

  const wsOf = (site: string) => site.replace('https', 'wss');

  /** Of the audit trail, the newest entry of a type. */
  async function lastEntry(who: ApiSession, type: string) {
    const { json } = await who.call('GET', `/api/admin/audit?type=${type}&limit=1`);
    const entries = fieldOf(fieldOf(json, 'data'), 'entries');
    return Array.isArray(entries) ? entries.at(0) : undefined;
  }

  /** Requests still free in this minute, as the reply says it. */
  async function remaining(origin: string, from: string, headers = {}): Promise<number> {
    const reply = await sendHttp(`${origin}/api/auth/setup`, { from, headers });
    expect(reply.status).toBe(200);
    return Number(/r=(\d+)/.exec(String(reply.headers['ratelimit']))?.[1]);
  }

  it('gives cookies that only this host, only by TLS, only the server itself can use', async () => {
    const { site, chief } = stage.props;
    const session = new ApiSession(site);
    const { username, password } = chief;
    const reply = await session.call('POST', '/api/auth/login', { username, password });
    expect(reply.status).toBe(200);
    const set = reply.cookies.filter((cookie) => !cookie.includes('Max-Age=0'));
    expect(set.map((cookie) => cookie.split('=', 1)[0]).toSorted(byText)).toEqual([
      '__Host-pantau',
      '__Host-pantau-device',
    ]);
    for (const cookie of reply.cookies) {
      const attributes = cookie.split('; ').slice(1);
      expect(attributes).toEqual(expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/']));
      expect(cookie).not.toContain('Domain');
    }
    expect((await session.call('GET', '/api/auth/verify')).status).toBe(200);
    const page = await sendHttp(`${site}/`);
    expect(page.headers['strict-transport-security']).toMatch(/max-age=\d{7,}/);
  });

  it('writes down the address that the proxy saw, whatever the client says of itself', async () => {
    const { site, chief } = stage.props;
    const from = '127.0.0.41';
    const wrong = { username: 'tidak-ada', password: GOOD_PASSWORD };
    const stranger = new ApiSession(site, { from, headers: FORGED });
    expect((await stranger.call('POST', '/api/auth/login', wrong)).status).toBe(401);
    const session = await ApiSession.signIn(site, chief, { from: '127.0.0.42', headers: FORGED });
    expect(await lastEntry(session, 'AUTH_FAILURE')).toMatchObject({ ip: from });
    expect(await lastEntry(session, 'AUTH_SUCCESS')).toMatchObject({ ip: '127.0.0.42' });
    const { text } = await session.call('GET', '/api/admin/audit?limit=200');
    expect(text).not.toContain('203.0.113.');
  });

  it('counts each visitor for themselves, and a forged address for nobody else', async () => {
    const { site } = stage.props;
    const [first, other] = ['127.0.0.51', '127.0.0.52'];
    const left = await remaining(site, first);
    expect(await remaining(site, first, FORGED)).toBe(left - 1);
    expect(await remaining(site, first, { 'X-Forwarded-For': '203.0.113.10, 198.51.100.4' })).toBe(left - 2);
    expect(await remaining(site, other)).toBeGreaterThan(left - 2);
    // Until nothing is left; a neighbour notices nothing of it.
    const replies = await Promise.all(
      Array.from({ length: 110 }, (_, index) =>
        sendHttp(`${site}/api/auth/setup`, {
          from: first,
          headers: { 'X-Forwarded-For': `203.0.113.${index}` },
        }),
      ),
    );
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
    expect(await remaining(site, other)).toBeGreaterThan(0);
  });

  it('plays HLS with its ticket, to a program that is no browser', async () => {
    const { site, stream } = stage.props;
    const entry = await fetchHls(`${site}${stream.streams.hls}`);
    expect([entry.status, entry.headers.get('location')]).toEqual([
      302,
      expect.stringMatching(/^w\.[^/]+\/index\.m3u8$/),
    ]);
    const media = await findMediaPlaylist(`${site}${stream.streams.hls}`);
    const playlist = parseMediaPlaylist((await fetchHls(media)).text);
    const segment = await fetchHls(new URL(playlist.segments.at(-1) ?? '', media).href);
    expect(segment.status).toBe(200);
    expect(segment.body.length).toBeGreaterThan(1_000);
    expect(segment.headers.get('cache-control')).toContain('public');
    const args = ['-v', 'error', '-tls_verify', '0', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0'];
    const probe = await runCommand('ffprobe', { args: [...args, `${site}${stream.streams.hls}`] });
    expect([probe.code, probe.stderr]).toEqual([0, '']);
    expect(probe.stdout).toContain('h264');
  });

  it('plays MSE, and refuses the upgrade to a page of another site', async () => {
    const { site, stream } = stage.props;
    const url = `${wsOf(site)}${stream.streams.mse}`;
    await using viewer = new MseClient(url, { Origin: site });
    await eventually('media by WebSocket', () => viewer.fragments > 3);
    expect(await readUpgradeStatus(url, { Origin: 'https://lain.example' })).toBe(403);
  });

  it('opens a private camera to the cookie, in HLS and MSE, and to nobody without', async () => {
    const { site, chief, camera } = stage.props;
    const session = await ApiSession.signIn(site, chief);
    const made = await session.data('POST', '/api/cameras', {
      name: `Gudang ${performance.now()}`,
      source_url: camera.url(),
      visibility: 'private',
      pull: 'always',
    });
    const key = String(made['stream_key']);
    const entry = `${site}/hls/${key}/index.m3u8`;
    const withCookie = { headers: { Cookie: session.cookie }, redirect: 'follow' } as const;
    const opened = await eventually('the playlist', async () => {
      const reply = await fetchHls(entry, withCookie);
      return reply.status === 200 && reply;
    });
    expect(opened.headers.get('cache-control')).toBe('private, no-store');
    expect((await fetchHls(opened.url)).status).toBe(404);
    expect((await fetchHls(entry)).status).toBe(404);
    const socket = `${wsOf(site)}/mse/${key}`;
    expect(await readUpgradeStatus(socket)).toBe(404);
    expect(await readUpgradeStatus(socket, { Cookie: session.cookie, Origin: 'https://lain.example' })).toBe(
      403,
    );
    await using viewer = new MseClient(socket, { Cookie: session.cookie, Origin: site });
    await eventually('media by WebSocket', () => viewer.fragments > 1);
  });

  it('refuses what another site makes a browser send', async () => {
    const { site, chief } = stage.props;
    const session = await ApiSession.signIn(site, chief);
    for (const headers of [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://lain.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://lain.example' },
    ]) {
      const reply = await session.call('POST', '/api/cache/clear', undefined, headers);
      expect([headers, reply.status, codeOf(reply)]).toEqual([headers, 403, 'CROSS_SITE_REFUSED']);
    }
    const own = { 'Sec-Fetch-Site': 'same-origin', Origin: site };
    expect((await session.call('POST', '/api/cache/clear', undefined, own)).status).toBe(200);
  });

  it('signs in and plays in a browser', async () => {
    const { site, server, chief, stream, nginx } = stage.props;
    const page = await stage.openPage({ ignoreHTTPSErrors: true });
    await signIn(page, site, chief);
    await heading(page, 'users.title').waitFor();
    const cookies = await page.page.context().cookies(site);
    expect(cookies.find(({ name }) => name === '__Host-pantau')).toMatchObject({
      secure: true,
      httpOnly: true,
    });
    expect(await page.page.locator('body').innerText()).not.toContain(words('plainHttp.title'));
    const proxied = { url: site };
    for (const mode of ['mse', 'llhls'] as const) {
      await openCameraPage(page, proxied, stream, mode);
      await page.untilPlaying(30_000);
    }
    await page.goto(`${site}/admin/akun`);
    await heading(page, 'account.title').waitFor();
    await signOut(page);
    await expectClean(page);
    expect(await nginx.readErrors()).not.toMatch(/\[(?:error|crit|alert|emerg)\]/);
    expect(server.isLogCut).toBe(false);
  });
});

describeWith('without a trusted proxy', [], () => {
  const stage = useStage(async (stack) => {
    const server = stack.use(await PantauServer.open());
    return { server, chief: await addAccount(server, 'administrator') };
  });

  it('a forged header changes nothing: not the address, not the limit, not the cookie', async () => {
    const { server, chief } = stage.props;
    const from = '127.0.0.61';
    const session = await ApiSession.signIn(server.url, chief, { from, headers: FORGED });
    expect(session.cookieNames.toSorted(byText)).toEqual(['pantau', 'pantau-device']);
    const own = await session.call('GET', '/api/users/profile/sessions');
    expect(own.text).toContain(`"ip":"${from}"`);
    expect(own.text).not.toContain('203.0.113.');
    const left: number[] = [];
    for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.3']) {
      const headers = { 'X-Forwarded-For': address, Forwarded: `for=${address}`, 'X-Real-IP': address };
      const reply = await sendHttp(`${server.url}/api/auth/setup`, { from, headers });
      left.push(Number(/r=(\d+)/.exec(String(reply.headers['ratelimit']))?.[1]));
    }
    const [first = Number.NaN] = left;
    expect(left).toEqual([first, first - 1, first - 2]);
  });
});
