/** Chromium for tests: pages that keep what they said, and a probe inside that reports what the video does. */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { decodeClock } from './clock-bits.ts';
import { eventually } from './eventually.ts';
import { findChromium } from './requirements.ts';

const PROBE = fileURLToPath(new URL('in-page.js', import.meta.url));
const ARTIFACTS = fileURLToPath(new URL('../artifacts/', import.meta.url));

/** Console lines kept per page; later ones are counted only. */
const MAX_CONSOLE_LINES = 500;

/** What the page's first video element does. Times in seconds, as the element gives them. */
export interface VideoFacts {
  readonly currentTime: number;
  readonly paused: boolean;
  readonly readyState: number;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly droppedFrames: number;
  readonly audioBytes: number;
  readonly bufferedAhead: number;
  readonly bufferedBehind: number;
  readonly error: string | null;
}

/** A picture as it came on screen. */
export interface ShownPicture {
  /** When, ms of the page's own clock. */
  readonly atMs: number;
  /** Its place in the media, seconds. */
  readonly mediaTime: number;
  readonly width: number;
  /** When it was taken, UTC ms, by the clock in it; undefined when that cannot be read. */
  readonly drawnMs: number | undefined;
}

export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async open(): Promise<TestBrowser> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error('no Chromium on this machine');
    const browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--autoplay-policy=no-user-gesture-required',
        '--disable-background-timer-throttling',
        // WebRTC over loopback, with addresses instead of names that nobody here resolves
        '--allow-loopback-in-peer-connection',
        '--disable-features=WebRtcHideLocalIpsWithMdns',
      ],
    });
    return new TestBrowser(browser);
  }

  /** A page in a profile of its own: no cache, no storage, no cookies of another. */
  async openPage(options: BrowserContextOptions = {}): Promise<TestPage> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    await context.addInitScript({ path: PROBE });
    return new TestPage(await context.newPage());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

export class TestPage implements AsyncDisposable {
  /** Playwright's page, for clicks and locators. */
  readonly page: Page;
  /** Lines of the console from `console.warn` and `console.error`, uncaught errors, and requests that failed. */
  readonly complaints: string[] = [];
  readonly console: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      keep(this.console, `${message.type()}: ${message.text()}`);
      if (message.type() === 'error' || message.type() === 'warning') {
        keep(this.complaints, `${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => keep(this.complaints, `uncaught: ${error.message}`));
  }

  /** Another tab of the same browser profile; it closes with this one. */
  async openTab(): Promise<TestPage> {
    return new TestPage(await this.page.context().newPage());
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'domcontentloaded' });
  }

  /** What the first video does; undefined while the page has none. */
  async video(): Promise<VideoFacts | undefined> {
    return (await this.#ask<VideoFacts | null>('video()')) ?? undefined;
  }

  /** How old the picture on screen is, ms, by the clock in it; undefined while none can be read. */
  async pictureAgeMs(): Promise<number | undefined> {
    const look = await this.#ask<{ nowMs: number; brightness: number[] } | null>('clock()');
    const drawnMs = look === null ? undefined : decodeClock(look.brightness);
    return look === null || drawnMs === undefined ? undefined : look.nowMs - drawnMs;
  }

  /** Begins to keep every picture that is shown; returns those kept since the call before. */
  async recordPictures(): Promise<ShownPicture[]> {
    const kept =
      await this.#ask<{ atMs: number; mediaTime: number; width: number; cells: string }[]>('record()');
    return kept.map(({ cells, ...picture }) => ({
      ...picture,
      drawnMs: plausible(decodeClock(cells.split('').map((cell) => (cell === '1' ? 255 : 0)))),
    }));
  }

  violations(): Promise<string[]> {
    return this.#ask('violations()');
  }

  accessibilityProblems(): Promise<string[]> {
    return this.#ask('accessibility()');
  }

  /** CSS pixels by which the page is wider than its window. */
  overflow(): Promise<number> {
    return this.#ask('overflow()');
  }

  smallTargets(minimum: number): Promise<string[]> {
    return this.#ask(`smallTargets(${minimum})`);
  }

  /** Waits until the video moves on by itself: a second of media within the time a second and a bit takes. */
  async untilPlaying(timeoutMs = 20_000): Promise<VideoFacts> {
    let before = await this.video();
    let beforeMs = performance.now();
    return eventually(
      'the video to play',
      async () => {
        const now = await this.video();
        const nowMs = performance.now();
        if (
          now &&
          before &&
          now.frames > before.frames &&
          now.currentTime > before.currentTime &&
          !now.paused
        ) {
          return now;
        }
        if (now && before && now.error !== null) throw new Error(`the element says ${now.error}`);
        if (nowMs - beforeMs > 1_000) {
          before = now;
          beforeMs = nowMs;
        }
        before ??= now;
        throw new Error(`last seen: ${JSON.stringify(now)}`);
      },
      { timeoutMs, everyMs: 250 },
    );
  }

  /** Waits until the picture stands still although the page is in front: an outage as a visitor sees it. */
  async untilStalled(timeoutMs = 20_000): Promise<void> {
    let last = (await this.video())?.frames ?? 0;
    let stillSinceMs = performance.now();
    await eventually(
      'the video to stand still',
      async () => {
        const frames = (await this.video())?.frames ?? 0;
        if (frames !== last) stillSinceMs = performance.now();
        last = frames;
        return performance.now() - stillSinceMs > 1_500;
      },
      { timeoutMs, everyMs: 250 },
    );
  }

  /** Screenshot and console into `e2e/artifacts`, for a test that failed. */
  async saveEvidence(name: string): Promise<void> {
    await this.page
      .screenshot({ path: await artifactPath(name, 'png'), timeout: 5_000 })
      .catch(() => undefined);
    await saveArtifact(
      name,
      'console.txt',
      [...this.console, '--- complaints', ...this.complaints].join('\n'),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }

  async #ask<T>(question: string): Promise<T> {
    // The answers' shapes are those of `in-page.js`, which is ours and loaded before anything else.
    return (await this.page.evaluate(`pantauProbe.${question}`)) as T;
  }
}

/** Writes a text of a failed test into `e2e/artifacts`. */
export async function saveArtifact(name: string, extension: string, text: string): Promise<void> {
  await writeFile(await artifactPath(name, extension), text);
}

async function artifactPath(name: string, extension: string): Promise<string> {
  await mkdir(ARTIFACTS, { recursive: true });
  return `${ARTIFACTS}${name.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 120)}.${extension}`;
}

/** One in sixteen half-decoded pictures passes the clock's check: a time far from now is none. */
function plausible(drawnMs: number | undefined): number | undefined {
  return drawnMs !== undefined && Math.abs(Date.now() - drawnMs) < 600_000 ? drawnMs : undefined;
}

function keep(lines: string[], line: string): void {
  if (lines.length < MAX_CONSOLE_LINES) lines.push(line);
}
