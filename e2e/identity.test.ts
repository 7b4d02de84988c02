/** Who somebody is: the first administrator, passwords, second factors, passkeys and sessions, through the real pages. */
import { Secret, TOTP } from 'otpauth';
import { expect, it } from 'vitest';
import { addAccount, GOOD_PASSWORD, type TestAccount } from './support/accounts.ts';
import {
  button,
  expectClean,
  field,
  heading,
  signIn,
  signOut,
  typeLogin,
  untilSaid,
  untilSignedIn,
  words,
} from './support/admin-page.ts';
import { ApiSession, codeOf } from './support/api-session.ts';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { eventually } from './support/eventually.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';
import { VirtualAuthenticator } from './support/virtual-authenticator.ts';

/** All tests come from one address and sign in far more often than a neighbourhood. */
const MANY = { PANTAU_RATE_AUTH: '1000', PANTAU_RATE_ADMIN: '1000', PANTAU_RATE_PUBLIC: '1000' };

const TOTP_STEP_MS = 30_000;

function codeAt(secret: string, timestamp: number): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });
}

describeWith('the first administrator', ['chromium'], () => {
  const stage = useStage(async (stack) => {
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    return { server, browser };
  });

  it('is made by the link on the console, once, and by nobody else', async () => {
    const { server } = stage.props;
    const link = /(http:\S+\/admin\/siapkan)#(\S+)/.exec(server.console);
    const [url = '', address = '', token = ''] = link ?? [];
    expect(token.length, 'a token nobody can guess').toBeGreaterThanOrEqual(32);
    expect(server.log.split(token).length - 1, 'times the token was printed').toBe(1);

    const stranger = new ApiSession(server.url);
    const wrong = { token: `${token.slice(0, -1)}_`, username: 'penyusup', password: GOOD_PASSWORD };
    const guess = await stranger.call('POST', '/api/auth/setup', wrong);
    expect([guess.status, codeOf(guess)]).toEqual([403, 'SETUP_TOKEN_INVALID']);

    const page = await stage.openPage();
    await page.goto(url);
    await heading(page, 'setup.title').waitFor();
    expect(page.page.url(), 'the token is gone from the address').toBe(address);
    await field(page, 'signIn.username').fill('kepala');
    await field(page, 'signIn.password').fill('kepala-kepala');
    await button(page, 'setup.submit').click();
    await untilSaid(page, 'field.CONTAINS_USERNAME');
    await field(page, 'signIn.password').fill(GOOD_PASSWORD);
    await button(page, 'setup.submit').click();
    await untilSignedIn(page);
    await heading(page, 'users.title').waitFor();
    await page.page.getByRole('row').filter({ hasText: 'kepala' }).waitFor();
    await expectClean(page, ['400 /api/auth/setup']);

    const again = await stage.openPage();
    await again.goto(url);
    await untilSaid(again, 'setup.done');
    expect(again.page.url()).toBe(address);
    await expectClean(again);
    const second = await stranger.call('POST', '/api/auth/setup', {
      token,
      username: 'penyusup',
      password: GOOD_PASSWORD,
    });
    expect([second.status, codeOf(second)], 'the link a second time').toEqual([403, 'SETUP_TOKEN_INVALID']);
    const login = { username: 'penyusup', password: GOOD_PASSWORD };
    expect((await stranger.call('POST', '/api/auth/login', login)).status).toBe(401);
  });

  it('gets no new link when the server starts again', async () => {
    const { server } = stage.props;
    await server.stop();
    await server.restart();
    expect(server.console).not.toContain('siapkan');
  });
});

describeWith('signing in', ['chromium'], () => {
  const stage = useStage(async (stack) => {
    const server = stack.use(await PantauServer.open({ env: MANY }));
    const browser = stack.use(await TestBrowser.open());
    // So that no other account of a test is the last administrator.
    await addAccount(server, 'administrator');
    return { server, browser };
  });

  async function openSignedIn(account: TestAccount, path = '/admin/akun'): Promise<TestPage> {
    const { server } = stage.props;
    const page = await stage.openPage();
    await signIn(page, server.localUrl, account);
    await page.goto(`${server.localUrl}${path}`);
    await page.page.locator('main h1').waitFor();
    return page;
  }

  /** Adds a code app by the account page, as a person with a phone would. */
  async function addCodeApp(page: TestPage): Promise<{ secret: string; recoveryCodes: string[] }> {
    await button(page, 'totp.add').click();
    const dialog = page.page.getByRole('dialog', { name: words('totp.add') });
    const shown = await dialog.locator('code').innerText();
    const secret = shown.replaceAll(/\s/g, '');
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    await dialog.getByRole('img', { name: words('totp.qr') }).waitFor();
    await field(page, 'totp.step2').fill(codeAt(secret, Date.now()));
    await button(page, 'totp.confirm').click();
    const codes = page.page.getByRole('dialog', { name: words('recovery.title') });
    await codes.waitFor();
    const recoveryCodes = await codes.locator('li').allInnerTexts();
    await button(page, 'recovery.kept').click();
    await button(page, 'totp.remove').waitFor();
    return { secret, recoveryCodes };
  }

  /** A wrong proof costs a second: presses the button again until the answer is in. */
  async function sendCode(page: TestPage, id: 'factor.code' | 'factor.recoveryCode', code: string) {
    await field(page, id).fill(code);
    await button(page, 'factor.submit').click({ timeout: 15_000 });
  }

  it('refuses a wrong password in words that help nobody guess, and takes the right one', async () => {
    const { server } = stage.props;
    const account = await addAccount(server, 'administrator');
    const page = await stage.openPage();
    await page.goto(`${server.localUrl}/admin/aktivitas`);
    await page.page.waitForURL('**/admin/masuk*');
    await typeLogin(page, { ...account, password: `${GOOD_PASSWORD}8` });
    await untilSaid(page, 'error.LOGIN_FAILED');
    // The server wants a second between tries; the page counts it down, and a person needs as long to type.
    await eventually('the right password to be taken', async () => {
      if (!page.page.url().includes('/admin/masuk')) return true;
      await typeLogin(page, account);
      await page.page.waitForURL('**/admin/aktivitas', { timeout: 1_500 });
      return true;
    });
    await heading(page, 'audit.title').waitFor();
    await expectClean(page, ['401 /api/auth/login', '429 /api/auth/login']);
  });

  it('ends where it is ended: signing out kills the cookie too', async () => {
    const { server } = stage.props;
    const account = await addAccount(server, 'administrator');
    const page = await openSignedIn(account);
    const cookies = await page.page.context().cookies(server.localUrl);
    const kept = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    expect(cookies.find(({ name }) => name === 'pantau')).toMatchObject({
      httpOnly: true,
      sameSite: 'Lax',
      secure: false,
      expires: -1,
    });
    const stolen = new ApiSession(server.url, { headers: { Cookie: kept } });
    expect((await stolen.call('GET', '/api/auth/verify')).status).toBe(200);
    await signOut(page);
    await untilSaid(page, 'signIn.end.signedOut');
    expect((await stolen.call('GET', '/api/auth/verify')).status).toBe(401);
    await page.goto(`${server.localUrl}/admin/pengguna`);
    await page.page.waitForURL('**/admin/masuk*');
    await expectClean(page);
  });

  it('takes the other tabs along when one of them signs out', async () => {
    const { server } = stage.props;
    const first = await openSignedIn(await addAccount(server, 'administrator'));
    const second = await first.openTab();
    await second.goto(`${server.localUrl}/admin/pengguna`);
    await heading(second, 'users.title').waitFor();
    await signOut(second);
    await first.page.waitForURL('**/admin/masuk*', { timeout: 5_000 });
    await untilSaid(first, 'signIn.end.otherTab');
    await expectClean(first);
    await expectClean(second);
  });

  it('asks for a code of the app that was added, and takes each code once', async () => {
    const { server } = stage.props;
    const account = await addAccount(server, 'administrator');
    const page = await openSignedIn(account);
    const { secret } = await addCodeApp(page);
    await expectClean(page);
    await signOut(page);

    await typeLogin(page, account);
    await heading(page, 'factor.title').waitFor();
    const pending = new ApiSession(server.localUrl, { headers: { Cookie: await cookieOf(page, server) } });
    expect((await pending.call('GET', '/api/auth/verify')).status, 'a password alone is no session').toBe(
      401,
    );
    await sendCode(page, 'factor.code', codeAt(secret, Date.now() - 10 * TOTP_STEP_MS));
    await untilSaid(page, 'error.SECOND_FACTOR_FAILED');
    // The code of the enrolment is used up; the next one is taken early, as clocks differ.
    const next = codeAt(secret, Date.now() + TOTP_STEP_MS);
    await eventually('the code to be taken', async () => {
      if (!page.page.url().includes('/admin/masuk')) return true;
      await sendCode(page, 'factor.code', next);
      await page.page.waitForURL('**/admin/pengguna', { timeout: 1_500 });
      return true;
    });
    await signOut(page);

    await typeLogin(page, account);
    await heading(page, 'factor.title').waitFor();
    await sendCode(page, 'factor.code', next);
    await untilSaid(page, 'error.SECOND_FACTOR_FAILED');
    await expectClean(page, ['401 /api/auth/login/totp', '429 /api/auth/login/totp']);
  });

  it('takes a recovery code when the phone is lost, once', async () => {
    const { server } = stage.props;
    const account = await addAccount(server, 'administrator');
    const page = await openSignedIn(account);
    const { recoveryCodes } = await addCodeApp(page);
    const [code = ''] = recoveryCodes;
    expect(new Set(recoveryCodes).size).toBe(10);
    await signOut(page);

    for (const attempt of ['first', 'second'] as const) {
      await typeLogin(page, account);
      await heading(page, 'factor.title').waitFor();
      await button(page, 'factor.useRecovery').click();
      await sendCode(page, 'factor.recoveryCode', code);
      if (attempt === 'second') break;
      await untilSignedIn(page);
      await page.goto(`${server.localUrl}/admin/akun`);
      await eventually('nine codes to be left', async () =>
        (await page.page.locator('main').innerText()).includes('9 kode tersisa'),
      );
      await signOut(page);
    }
    await untilSaid(page, 'error.SECOND_FACTOR_FAILED');
    await expectClean(page, ['401 /api/auth/login/recovery-code']);
  });

  it('takes a passkey alone, and a passkey after the password', async () => {
    const { server } = stage.props;
    const account = await addAccount(server, 'administrator');
    const page = await openSignedIn(account);
    const finger = await VirtualAuthenticator.open(page);
    await finger.makeNoOffers();
    await button(page, 'passkey.add').click();
    await button(page, 'recovery.kept').click({ timeout: 15_000 });
    expect(await finger.count()).toBe(1);
    await signOut(page);

    await button(page, 'signIn.passkey').click();
    await untilSignedIn(page);
    expect(await page.page.locator('aside').innerText()).toContain(account.username);
    await signOut(page);

    await typeLogin(page, account);
    await heading(page, 'factor.title').waitFor();
    await button(page, 'factor.passkey').click();
    await untilSignedIn(page);
    await signOut(page);

    // Offered inside the name field, where the finger alone is enough.
    await page.goto(`${server.localUrl}/admin/masuk`);
    await untilSignedIn(page);
    await expectClean(page);
  });

  it('shows the sessions of the account, and ends one that is not wanted', async () => {
    const { server } = stage.props;
    const account = await addAccount(server, 'administrator');
    const elsewhere = await ApiSession.signIn(server.url, account);
    const page = await openSignedIn(account);
    await untilSaid(page, 'session.current');
    await page.page.getByRole('button', { name: /^Akhiri sesi/ }).click();
    await eventually(
      'the other session to be over',
      async () => (await elsewhere.call('GET', '/api/auth/verify')).status === 401,
    );
    expect(await page.page.locator('h1').innerText(), 'this one goes on').toBe(words('account.title'));
    await expectClean(page);
  });
});

async function cookieOf(page: TestPage, server: PantauServer): Promise<string> {
  const cookies = await page.page.context().cookies(server.localUrl);
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}
