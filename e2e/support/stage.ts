/**
 * What the tests of one file share: cameras, a server, a browser. Opened before the first test, closed in reverse order
 * after the last; a failed test leaves screenshots, consoles and the server's log in `e2e/artifacts`.
 */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { saveArtifact, type TestBrowser, type TestPage } from './browser.ts';
import type { PantauServer } from './pantau-server.ts';

export interface Props {
  readonly server?: PantauServer;
  readonly browser?: TestBrowser;
  /** Whatever else the tests need. */
  readonly camera?: unknown;
}

export interface Stage<T> {
  /** What `open` returned. */
  readonly props: T;
  /** A page that lives until the end of the running test. Needs `props.browser`. */
  openPage(options?: BrowserContextOptions): Promise<TestPage>;
}

/** Call it inside `describe`. */
export function useStage<T extends Props>(open: (stack: AsyncDisposableStack) => Promise<T>): Stage<T> {
  const pages: TestPage[] = [];
  let stack: AsyncDisposableStack | undefined;
  let props: T | undefined;

  const getProps = (): T => {
    if (props === undefined) throw new Error('the stage is not open');
    return props;
  };

  beforeAll(async () => {
    // What was opened before a failure is closed too.
    await using opening = new AsyncDisposableStack();
    props = await open(opening);
    stack = opening.move();
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') {
      await Promise.all(pages.map((page, index) => page.saveEvidence(`${task.name} ${index}`)));
      if (props?.server) await saveArtifact(task.name, 'server.log', props.server.log);
    }
    await Promise.all(pages.splice(0).map((page) => page[Symbol.asyncDispose]()));
  });

  afterAll(async () => {
    await stack?.disposeAsync();
  });

  return {
    get props() {
      return getProps();
    },
    async openPage(options) {
      const { browser } = getProps();
      if (browser === undefined) throw new Error('this stage has no browser');
      const page = await browser.openPage(options);
      pages.push(page);
      return page;
    },
  };
}
