/** The pages of the administration at work: accounts, keys and the audit trail; who sees which; and that each fits a small phone. */
import { expect, it } from 'vitest';
import { addAccount, GOOD_PASSWORD, type TestAccount } from './support/accounts.ts';
import {
  button,
  expectClean,
  field,
  heading,
  signIn,
  untilSaid,
  untilSignedIn,
  typeLogin,
  words,
} from './support/admin-page.ts';
import { ApiSession, codeOf } from './support/api-session.ts';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { eventually } from './support/eventually.ts';
import { sendHttp } from './support/http-client.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const PHONE = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
/** CSS pixels a thumb needs, in both directions. */
const THUMB = 44;
const AREA = 'Bantaran';
/** All tests come from one address and hurry more than a person. */
const MANY = { PANTAU_RATE_AUTH: '1000', PANTAU_RATE_ADMIN: '1000', PANTAU_RATE_PUBLIC: '1000' };

/** Names are unique, also when a test is tried again. */
let made = 0;

describeWith('the administration', ['chromium'], () => {
  const stage = useStage(async (stack) => {
    const server = stack.use(await PantauServer.open({ env: MANY }));
    const browser = stack.use(await TestBrowser.open());
    expect((await server.cli(['area', 'add', AREA])).code).toBe(0);
    const chief = await addAccount(server, 'administrator');
    return { server, browser, chief };
  });

  async function openAs(account: TestAccount, path: string, options = {}): Promise<TestPage> {
    const { server } = stage.props;
    const page = await stage.openPage(options);
    await signIn(page, server.localUrl, account);
    await page.goto(`${server.localUrl}${path}`);
    await page.page.locator('main h1').waitFor();
    return page;
  }

  const row = (page: TestPage, text: string) => page.page.getByRole('row').filter({ hasText: text });

  it('makes a viewer, who must change the given password, and then finds no page but their own', async () => {
    const { server, chief } = stage.props;
    const username = `penjaga-${++made}`;
    const page = await openAs(chief, '/admin/pengguna');
    await page.page.getByRole('link', { name: words('users.add') }).click();
    const panel = page.page.getByRole('dialog', { name: words('users.add') });
    await field(page, 'signIn.username').fill(username);
    await panel.getByRole('radio', { name: words('role.viewer'), exact: true }).check();
    await panel.getByRole('checkbox', { name: AREA, exact: true }).check();
    await button(page, 'given.generate').click();
    const given = await field(page, 'given.label').inputValue();
    await button(page, 'users.create').click();
    const shown = page.page.getByRole('dialog', { name: words('users.made', { name: username }) });
    expect(await shown.locator('code').innerText()).toBe(given);
    await button(page, 'given.close').click();
    await row(page, username).waitFor();
    expect(await row(page, username).innerText()).toContain(words('users.mustChange'));
    expect(await page.page.content(), 'the password is gone from the page').not.toContain(given);
    await expectClean(page);

    const other = await stage.openPage();
    await other.goto(`${server.localUrl}/admin/masuk`);
    await typeLogin(other, { username, password: given });
    await untilSignedIn(other);
    await heading(other, 'task.password.title').waitFor();
    await other.goto(`${server.localUrl}/admin/pengguna`);
    await heading(other, 'task.password.title').waitFor();
    await field(other, 'password.current').fill(given);
    await field(other, 'password.new').fill(GOOD_PASSWORD);
    await button(other, 'password.change').click();
    await heading(other, 'account.title').waitFor();
    const links = other.page.getByRole('navigation', { name: words('frame.pages') }).getByRole('link');
    expect(await links.allInnerTexts()).toEqual([words('account.title')]);
    await expectClean(other);
  });

  it('makes an API key that is shown once and does what it may', async () => {
    const { server, chief } = stage.props;
    const name = `Papan kota ${++made}`;
    const page = await openAs(chief, '/admin/kunci');
    await page.page.getByRole('link', { name: words('keys.add') }).click();
    await field(page, 'keys.name').fill(name);
    await page.page.getByRole('checkbox', { name: words('right.cameras:read'), exact: true }).check();
    await button(page, 'keys.create').click();
    const shown = page.page.getByRole('dialog', { name: words('keys.made', { name }) });
    const key = await shown.locator('code').first().innerText();
    const asKey = { headers: { 'X-API-Key': key } };
    expect((await sendHttp(`${server.url}/api/cameras`, asKey)).status).toBe(200);
    expect((await sendHttp(`${server.url}/api/users`, asKey)).status).toBe(403);
    await button(page, 'keys.kept').click();
    await row(page, name).waitFor();
    expect(await page.page.content()).not.toContain(key);
    await page.page.reload();
    await row(page, name).waitFor();
    expect(await page.page.content()).not.toContain(key);
    expect(server.log, 'a key in the log').not.toContain(key);

    await button(page, 'keys.revoke.one', { name }).click();
    await page.page
      .getByRole('dialog')
      .getByRole('button', { name: words('keys.revoke'), exact: true })
      .click();
    await eventually('the key to go', async () => (await row(page, name).count()) === 0);
    expect((await sendHttp(`${server.url}/api/cameras`, asKey)).status).toBe(401);
    await expectClean(page);
  });

  it('tells in the audit trail who made what, from where', async () => {
    const { server } = stage.props;
    const chief = await addAccount(server, 'administrator');
    const api = await ApiSession.signIn(server.url, chief, { from: '127.0.0.23' });
    const username = `penjaga-${++made}`;
    const name = `Papan kota ${++made}`;
    const user = { username, password: GOOD_PASSWORD, role: 'viewer' };
    await api.data('POST', '/api/users', user);
    const key = await api.data('POST', '/api/admin/api-keys', { name, scopes: ['cameras:read'] });
    const page = await openAs(chief, `/admin/aktivitas?orang=${chief.username}`);
    for (const [event, target] of [
      ['audit.type.USER_CREATED', username],
      ['audit.type.API_KEY_CREATED', name],
    ] as const) {
      const entry = row(page, target);
      await entry.waitFor();
      expect(await entry.innerText()).toContain(words(event));
      expect(await entry.innerText()).toContain(chief.username);
      expect(await entry.innerText()).toContain('127.0.0.23');
    }
    await page.page.getByRole('link', { name: words('audit.type.USER_CREATED') }).click();
    const panel = page.page.getByRole('dialog', { name: words('audit.type.USER_CREATED') });
    expect(await panel.innerText()).toContain('POST /api/users');
    for (const secret of [GOOD_PASSWORD, String(key['key'])])
      expect(await page.page.content()).not.toContain(secret);
    const csv = await api.call('GET', `/api/admin/audit/export.csv?actor=${chief.username}`);
    expect(csv.text).toContain(username);
    for (const secret of [GOOD_PASSWORD, String(key['key'])]) expect(csv.text).not.toContain(secret);
    await expectClean(page);
  });

  it('shows an operator nothing of accounts, keys, audit and settings, and the API refuses them', async () => {
    const { server } = stage.props;
    const operator = await addAccount(server, 'operator');
    const page = await openAs(operator, '/admin');
    await heading(page, 'account.title').waitFor();
    const nav = page.page.getByRole('navigation', { name: words('frame.pages') });
    for (const id of ['users.title', 'keys.title', 'audit.title', 'settings.title'])
      expect(await nav.getByRole('link', { name: words(id), exact: true }).count(), id).toBe(0);
    for (const path of ['pengguna', 'kunci', 'aktivitas', 'pengaturan']) {
      await page.goto(`${server.localUrl}/admin/${path}`);
      await heading(page, 'frame.noRight.title').waitFor();
    }
    await expectClean(page);
    const api = await ApiSession.signIn(server.url, operator);
    for (const path of ['/api/users', '/api/admin/api-keys', '/api/admin/audit', '/api/settings/security']) {
      const reply = await api.call('GET', path);
      expect([path, reply.status, codeOf(reply)]).toEqual([path, 403, 'FORBIDDEN']);
    }
    expect((await api.call('GET', '/api/cameras')).status).toBe(200);
  });

  it.each(['light', 'dark'] as const)(
    'fits a small phone on every page, %s',
    { timeout: 120_000 },
    async (colorScheme) => {
      const { server } = stage.props;
      const account = await addAccount(server, 'administrator');
      const phone = { ...PHONE, colorScheme };
      const problems: string[] = [];
      const judge = async (page: TestPage, where: string) => {
        const overflow = await page.overflow();
        problems.push(
          ...(overflow > 0 ? [`${where}: ${overflow} px of sideways scrolling`] : []),
          ...(await page.smallTargets(THUMB)).map((text) => `${where}: too small for a thumb: ${text}`),
          ...(await page.accessibilityProblems()).map((text) => `${where}: ${text}`),
        );
      };
      const outside = await stage.openPage(phone);
      await outside.goto(`${server.localUrl}/admin/masuk`);
      await button(outside, 'signIn.submit').waitFor();
      await judge(outside, 'sign in');
      await outside.goto(`${server.localUrl}/admin/siapkan`);
      await untilSaid(outside, 'setup.done');
      await judge(outside, 'set up');
      await outside.goto(`${server.localUrl}/admin/tidak-ada`);
      await untilSaid(outside, 'page.missing.title');
      await judge(outside, 'nothing there');

      const page = await openAs(account, '/admin/akun', phone);
      const inPage = async (path: string, ready: () => Promise<unknown>) => {
        await page.goto(`${server.localUrl}/admin/${path}`);
        await ready();
        await judge(page, path);
      };
      const api = await ApiSession.signIn(server.localUrl, account);
      const key = { name: 'Papan pengumuman di Kantor Kelurahan', scopes: ['cameras:read', 'areas:read'] };
      await api.data('POST', '/api/admin/api-keys', key);
      const firstRow = () => page.page.getByRole('row').nth(1).waitFor();
      const dialog = () => page.page.getByRole('dialog').waitFor();
      await inPage('akun', () => untilSaid(page, 'session.current'));
      await button(page, 'totp.add').click();
      await dialog();
      await judge(page, 'akun, code app');
      await inPage('pengguna', firstRow);
      await inPage(`pengguna?buka=${account.id}`, dialog);
      await inPage('pengguna?buka=baru', dialog);
      await inPage('kunci', firstRow);
      await inPage('kunci?buka=baru', dialog);
      await inPage('aktivitas', firstRow);
      await page.page.getByRole('row').nth(1).getByRole('link').first().click();
      await dialog();
      await judge(page, 'aktivitas, one entry');
      await inPage('pengaturan', () => button(page, 'action.save').waitFor());
      await button(page, 'frame.menu').click();
      await dialog();
      await judge(page, 'menu');
      expect(problems).toEqual([]);
      await expectClean(outside, ['404 /admin/tidak-ada']);
      await expectClean(page);
    },
  );
});
