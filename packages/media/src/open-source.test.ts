import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { openByScheme } from './open-source.ts';
import { TestSources } from './stream/testing-source.ts';

async function open(url: string) {
  const rtsp = new TestSources();
  const outcome = await openByScheme(rtsp.open)({
    source: { url, username: undefined, password: undefined },
    onEvent: () => undefined,
    clock: new VirtualClock(),
    logger: silentLogger,
    signal: new AbortController().signal,
    isAddressAllowed: () => false,
  }).catch((error: { code?: string }) => error.code);
  return { outcome, isRtsp: rtsp.attempts > 0 };
}

describe('openByScheme', () => {
  it.each(['rtsp://127.0.0.1/x', 'RTSPS://127.0.0.1/x', ' rtsp://127.0.0.1/x'])('%s is RTSP', async (url) => {
    expect((await open(url)).isRtsp).toBe(true);
  });

  it.each(['http://127.0.0.1/x', 'HTTPS://127.0.0.1/x'])(
    '%s is HTTP, behind the address rule',
    async (url) => {
      expect(await open(url)).toEqual({ outcome: 'SOURCE_ADDRESS_REFUSED', isRtsp: false });
    },
  );

  it.each(['file:///etc/passwd', 'ftp://x/', 'constructor://x/', 'rtmp://x/', '127.0.0.1', ''])(
    '%s is nothing',
    async (url) => {
      expect(await open(url)).toEqual({ outcome: 'SOURCE_URL_INVALID', isRtsp: false });
    },
  );
});
