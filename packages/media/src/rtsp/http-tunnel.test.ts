/** RTSP through HTTP, against the fake camera and against web servers that offer no such thing. */
import { createServer, type Socket } from 'node:net';
import { Secret } from '@pantau/base/secret';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MediaError } from '../media-error.ts';
import { openFakeCamera, type FakeCameraOptions } from '../testing/fake-camera.ts';
import { createSelfSigned } from '../testing/self-signed.ts';
import { createSyntheticClip } from '../testing/synthetic-clip.ts';
import { parseHttpReplyHead } from './http-reply-head.ts';
import type { RtspSessionOptions } from './rtsp-session.ts';
import { client, until } from './testing/recorded-client.ts';

const CLIP = createSyntheticClip({
  width: 320,
  height: 240,
  gop: 25,
  pictures: 25,
  fillerBytes: 3000,
  audio: { sampleRate: 16_000, channels: 1 },
});
const LOGIN = { scheme: 'digest-md5', username: 'joe', password: 'secret' } as const;
const CREDENTIALS = { username: 'joe', password: new Secret('secret') };
const OPEN = { username: undefined, password: undefined };

async function watch(
  options: Partial<FakeCameraOptions>,
  credentials: typeof CREDENTIALS | typeof OPEN = OPEN,
  overrides: Partial<RtspSessionOptions> = {},
) {
  const made = client('', overrides);
  const camera = await openFakeCamera({
    mounts: [{ path: '/live?x=1', clip: CLIP }],
    clock: made.clock,
    tunnel: {},
    ...options,
  });
  const source = { url: camera.url(), ...credentials, transport: 'http' as const };
  return { ...made, camera, open: () => made.openWith({ ...made.options, source }) };
}

const play = async (clock: { advance(ms: number): Promise<void> }, ms: number) => {
  for (let at = 0; at < ms; at += 40) {
    await clock.advance(40);
    for (let turn = 0; turn < 8; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }
};

test('plays through two connections, which end together', async () => {
  const { camera, open, packets, clock } = await watch({});
  await using _camera = camera;
  const session = await open();
  expect(session.path).toEqual({ transport: 'http', tls: undefined });
  expect(camera.tunnelCounters).toMatchObject({ gets: 1, posts: 1 });
  await play(clock, 11_000);
  expect(packets.length).toBeGreaterThan(200);
  expect(packets.every(({ lostBefore }) => lostBefore === 0)).toBe(true);
  // reports arrive through the base64 of the POST
  expect(camera.counters.receiverReports).toBe(4);
  await session.close();
  expect(camera.counters.teardowns).toBe(1);
  await until(() => camera.clients === 0);
  await camera.close();
  expect(clock.pendingTimers).toBe(0);
});

test('over TLS', async () => {
  const certificate = createSelfSigned();
  const { camera, open, packets, clock } = await watch({ tls: certificate });
  await using _camera = camera;
  await using session = await open();
  expect(session.path).toEqual({
    transport: 'http',
    tls: { fingerprint: certificate.fingerprint, verified: false },
  });
  await play(clock, 1000);
  expect(packets.length).toBeGreaterThan(10);
});

test("the web server's login and that of RTSP", async () => {
  const { camera, open } = await watch(
    { tunnel: { login: LOGIN }, mounts: [{ path: '/live?x=1', clip: CLIP, login: LOGIN }] },
    CREDENTIALS,
  );
  await using _camera = camera;
  await using _session = await open();
  // the first GET is refused, then both are signed
  expect(camera.tunnelCounters).toEqual({ gets: 2, posts: 1, wrongLogins: 0 });
});

test.each([
  ['no login', OPEN, 'no-credentials', 1],
  ['a wrong one', { username: 'joe', password: new Secret('wrong') }, 'rejected', 2],
])('%s', async (_name, credentials, reason, gets) => {
  const { camera, open, clock } = await watch({ tunnel: { login: LOGIN } }, credentials);
  await using _camera = camera;
  await expect(open()).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED', details: { reason } });
  expect(camera.tunnelCounters?.gets).toBe(gets);
  await camera.close();
  expect(clock.pendingTimers).toBe(0);
});

test.each([
  [404, 'SOURCE_NOT_FOUND'],
  [405, 'SOURCE_REFUSED'],
  [302, 'SOURCE_REFUSED'],
  [503, 'SOURCE_REFUSED'],
])('a web server that answers %i', async (status, code) => {
  const { camera, open } = await watch({ tunnel: { status } });
  await using _camera = camera;
  await expect(open()).rejects.toMatchObject({ code, details: { status } });
});

test('the POST goes where the GET went, and the address is asked for both', async () => {
  const asked: string[] = [];
  const { camera, open } = await watch({}, OPEN, {
    isAddressAllowed: (address) => asked.push(address) < 2,
  });
  await using _camera = camera;
  await expect(open()).rejects.toMatchObject({ code: 'SOURCE_ADDRESS_REFUSED' });
  expect(asked).toEqual(['127.0.0.1', '127.0.0.1']);
});

test('a camera that drops one of the two has dropped both', async () => {
  const { camera, open, clock } = await watch({});
  await using _camera = camera;
  const session = await open();
  const failed = expect(session.ended).rejects.toMatchObject({ code: 'SOURCE_CLOSED' });
  camera.dropConnections();
  await failed;
  await camera.close();
  expect(clock.pendingTimers).toBe(0);
});

/** A server that answers every connection with `reply`. */
async function startServer(reply: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => reply(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `rtsp://127.0.0.1:${port}/live`,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test.each<[string, (socket: Socket) => void]>([
  ['RTSP', (socket) => void socket.write('RTSP/1.0 400 Bad Request\r\n\r\n')],
  ['nothing and closes', (socket) => void socket.end()],
  ['a head without end', (socket) => void socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`)],
  ['a page', (socket) => void socket.end('<html>hello</html>')],
])('a server that answers %s', async (_name, reply) => {
  await using server = await startServer(reply);
  const { open, clock } = client('', {
    source: { url: server.url, ...OPEN, transport: 'http' },
  });
  await expect(open()).rejects.toMatchObject({
    code: 'SOURCE_REFUSED',
    message: expect.stringMatching(/RTSP over HTTP/),
  });
  expect(clock.pendingTimers).toBe(0);
});

test('a server that accepts and says nothing', async () => {
  await using server = await startServer(() => {});
  const { open, clock } = client('', { source: { url: server.url, ...OPEN, transport: 'http' } });
  const failed = expect(open()).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
  await until(() => server.sockets.size === 1);
  await clock.advance(5000);
  await failed;
  expect(clock.pendingTimers).toBe(0);
});

test('whatever a web server answers, wherever it is cut: a head, more to come, or MediaError', () => {
  const head = fc
    .tuple(fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.0 401', 'HTTP/9', 'RTSP/1.0 200 OK'), fc.string())
    .map(([first, rest]) => `${first}\r\n${rest}\r\n\r\nbody`);
  fc.assert(
    fc.property(fc.oneof(head, fc.string()), fc.nat(), (text, cut) => {
      const bytes = Buffer.from(text, 'latin1');
      for (const part of [bytes, bytes.subarray(0, cut % (bytes.length + 1))]) {
        try {
          const parsed = parseHttpReplyHead(part);
          if (parsed === undefined) continue;
          expect(parsed.byteLength).toBeLessThanOrEqual(part.length);
          expect(parsed.status).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }
    }),
  );
});

test('a GET that closes while the POST is being opened', async () => {
  let connections = 0;
  await using server = await startServer((socket) => {
    if (++connections === 1) socket.end('HTTP/1.0 200 OK\r\n\r\n');
  });
  const { open, clock } = client('', { source: { url: server.url, ...OPEN, transport: 'http' } });
  await expect(open()).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_/) });
  expect(clock.pendingTimers).toBe(0);
});
