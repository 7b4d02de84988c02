import { createHash } from 'node:crypto';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { expect, it } from 'vitest';
import { makeTestJpeg } from '../jpeg/testing-pictures.ts';
import type { IsAddressAllowed } from '../source.ts';
import { fetchPicture } from './fetch-picture.ts';
import { HttpUpstream, type Answer } from './testing/http-upstream.ts';

const clock = new VirtualClock();
const PICTURE = makeTestJpeg('one', 640, 368);

interface Settings {
  readonly signal?: AbortSignal;
  readonly isAddressAllowed?: IsAddressAllowed;
}

function fetchFrom(upstream: HttpUpstream, settings: Settings = {}) {
  const source = { url: upstream.url('/snap'), username: 'admin', password: new Secret('s3cret') };
  return fetchPicture({ source, clock, signal: new AbortController().signal, ...settings });
}

it('gives the picture with its size and the time of its arrival', async () => {
  await using upstream = await HttpUpstream.start((_request, response) => response.end(PICTURE));
  expect(await fetchFrom(upstream)).toMatchObject({
    config: { codec: 'jpeg', width: 640, height: 368 },
    data: PICTURE,
    wallMs: clock.now(),
  });
  expect(upstream.seen).toEqual(['GET /snap']);
});

it('takes the first picture of a reply that never ends, and leaves', async () => {
  await using upstream = await HttpUpstream.start((_request, response) => {
    response.write('--frame\r\nContent-Type: image/jpeg\r\n\r\n');
    response.write(PICTURE);
    response.write(`\r\n--frame\r\n\r\n`);
  });
  expect((await fetchFrom(upstream)).data).toEqual(PICTURE);
});

it('signs in with Digest', async () => {
  const challenge = 'Digest realm="cam", nonce="n1", qop="auth"';
  await using upstream = await HttpUpstream.start((request, response) => {
    const sent = request.headers.authorization ?? '';
    const field = (name: string) => new RegExp(`\\b${name}="?([^",]+)`).exec(sent)?.[1] ?? '';
    const hash = (text: string) => createHash('md5').update(text).digest('hex');
    const wanted = hash(
      `${hash('admin:cam:s3cret')}:n1:${field('nc')}:${field('cnonce')}:auth:${hash('GET:/snap')}`,
    );
    if (sent !== '' && field('response') === wanted) response.end(PICTURE);
    else response.writeHead(401, { 'www-authenticate': challenge }).end();
  });
  expect((await fetchFrom(upstream)).data).toEqual(PICTURE);
  expect(upstream.seen).toHaveLength(2);
});

it.each<readonly [string, string, Answer]>([
  ['a web page', 'VIDEO_MALFORMED', (_request, response) => response.end('<html>')],
  ['nothing', 'VIDEO_MALFORMED', (_request, response) => response.end()],
  ['half a picture', 'VIDEO_MALFORMED', (_request, response) => response.end(PICTURE.subarray(0, 700))],
  [
    'bytes without end',
    'VIDEO_MALFORMED',
    (_request, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(65_536, 0x20)));
        response.once('drain', more);
      };
      more();
    },
  ],
  [
    'a picture larger than any',
    'VIDEO_MALFORMED',
    (_request, response) =>
      response.end(
        Buffer.concat([PICTURE.subarray(0, -2), Buffer.alloc(5 * 1024 * 1024), PICTURE.subarray(-2)]),
      ),
  ],
  [
    'a wrong login',
    'SOURCE_UNAUTHORIZED',
    (_request, response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
  ],
  ['an address it does not know', 'SOURCE_NOT_FOUND', (_request, response) => response.writeHead(404).end()],
])('says what is wrong: %s', async (_what, code, answer) => {
  await using upstream = await HttpUpstream.start(answer);
  await expect(fetchFrom(upstream)).rejects.toMatchObject({ code });
});

it('tries a wrong login once', async () => {
  await using upstream = await HttpUpstream.start((_request, response) =>
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
  );
  await expect(fetchFrom(upstream)).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
  expect(upstream.requests.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(1);
});

it('goes nowhere where no camera may be', async () => {
  await using upstream = await HttpUpstream.start((_request, response) => response.end(PICTURE));
  await expect(fetchFrom(upstream, { isAddressAllowed: () => false })).rejects.toMatchObject({
    code: 'SOURCE_ADDRESS_REFUSED',
  });
  expect(upstream.seen).toEqual([]);
});

it('gives up after 15 s, or when it is told to', async () => {
  await using upstream = await HttpUpstream.start((_request, response) => {
    response.write(PICTURE.subarray(0, 300));
  });
  const slow = fetchFrom(upstream);
  slow.catch(() => undefined);
  while (upstream.seen.length === 0) await clock.advance(0);
  await clock.advance(15_000);
  await expect(slow).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
  const stopper = new AbortController();
  const stopped = fetchFrom(upstream, { signal: stopper.signal });
  stopped.catch(() => undefined);
  while (upstream.seen.length === 1) await clock.advance(0);
  stopper.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  expect(clock.pendingTimers).toBe(0);
});
