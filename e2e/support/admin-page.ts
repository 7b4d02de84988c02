/** The administration in a browser: its words, signing in by its page, and what every page of it must be. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Login } from './api-session.ts';
import type { TestPage } from './browser.ts';
import { eventually } from './eventually.ts';

const CATALOGS = ['admin.id.json', 'id.json'].map((name): Readonly<Record<string, string>> => {
  // Our own catalogs: texts by id.
  const path = new URL(`../../web/src/locales/${name}`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
});

/** A text of the pages, as a visitor reads it. @throws Error for an id that no catalog has. */
export function words(id: string, values: Readonly<Record<string, string>> = {}): string {
  const text = CATALOGS.map((catalog) => catalog[id]).find((found) => found !== undefined);
  if (text === undefined) throw new Error(`no text ${id}`);
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The names of things on a page, exactly. */
export function button(page: TestPage, id: string, values?: Readonly<Record<string, string>>) {
  return page.page.getByRole('button', { name: words(id, values), exact: true });
}

export function heading(page: TestPage, id: string, values?: Readonly<Record<string, string>>) {
  return page.page.getByRole('heading', { name: words(id, values), exact: true });
}

export function field(page: TestPage, id: string) {
  return page.page.getByLabel(words(id), { exact: true });
}

/** Fills in the sign-in page and sends it. */
export async function typeLogin(page: TestPage, { username, password }: Login): Promise<void> {
  await field(page, 'signIn.username').fill(username);
  await field(page, 'signIn.password').fill(password);
  await button(page, 'signIn.submit').click();
}

/** Signs in by the page, and waits for the first page behind it. */
export async function signIn(page: TestPage, origin: string, login: Login): Promise<void> {
  await page.goto(`${origin}/admin/masuk`);
  await typeLogin(page, login);
  await untilSignedIn(page);
}

export async function untilSignedIn(page: TestPage): Promise<void> {
  await page.page.waitForURL((url) => /^\/admin\/(?!masuk|siapkan)/.test(url.pathname), { timeout: 15_000 });
  await page.page.locator('main h1').waitFor();
}

/** Signs out by the button of the frame, on a wide screen. */
export async function signOut(page: TestPage): Promise<void> {
  await button(page, 'frame.signOut').click();
  await page.page.waitForURL('**/admin/masuk*');
}

/** Waits for a text anywhere on the page. */
export async function untilSaid(page: TestPage, id: string, timeoutMs = 10_000): Promise<void> {
  const text = words(id);
  await eventually(
    `the page to say "${text}"`,
    async () => (await page.page.locator('body').innerText()).includes(text),
    { timeoutMs },
  );
}

/**
 * No console complaint, no violation of the policy. Browsers write each reply of 400 and more into the console;
 * `answers` names those that the test provoked, `404 /hls/*` all that begin so. `401 /api/auth/verify` says that nobody is
 * signed in, which the sign-in page has to ask.
 */
export async function expectClean(page: TestPage, answers: readonly string[] = []): Promise<void> {
  const known = ['401 /api/auth/verify', ...answers];
  const isKnown = (answer: string) =>
    known.some((each) => (each.endsWith('*') ? answer.startsWith(each.slice(0, -1)) : answer === each));
  expect(page.complaints.filter((line) => !isKnown(answerIn(line) ?? ''))).toEqual([]);
  expect(await page.violations()).toEqual([]);
}

/** `error: Failed to load resource: the server responded with a status of 401 (…) (http://…/api/x)` → `401 /api/x`. */
function answerIn(complaint: string): string | undefined {
  const found = /status of (\d{3}) \([^)]*\) \((\S+)\)$/.exec(complaint);
  return found === null ? undefined : `${found[1]} ${new URL(found[2] ?? '').pathname}`;
}
