/** RTSP over TLS: whose certificate is taken, and where credentials go. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Secret } from '@pantau/base/secret';
import { expect, test } from 'vitest';
import { openFakeCamera, type FakeCameraOptions } from '../testing/fake-camera.ts';
import { createSelfSigned } from '../testing/self-signed.ts';
import { createSyntheticClip } from '../testing/synthetic-clip.ts';
import type { SourceDefinition } from '../source-definition.ts';
import { client } from './testing/recorded-client.ts';
import { startScriptedCamera } from './testing/scripted-camera.ts';

const CLIP = createSyntheticClip({ width: 320, height: 240, gop: 25, pictures: 25 });
const CERTIFICATE = createSelfSigned();
const OTHER = createSelfSigned();
const LOGIN = { scheme: 'digest-sha256', username: 'joe', password: 'secret' } as const;

async function watch(source: Partial<SourceDefinition>, options: Partial<FakeCameraOptions> = {}) {
  const made = client('');
  const camera = await openFakeCamera({
    mounts: [{ path: '/live', clip: CLIP, login: LOGIN }],
    clock: made.clock,
    tls: CERTIFICATE,
    ...options,
  });
  const url = camera.url();
  const whole = { url, username: 'joe', password: new Secret('secret'), ...source };
  return { ...made, camera, open: () => made.openWith({ ...made.options, source: whole }) };
}

const turns = async (clock: { advance(ms: number): Promise<void> }, ms: number) => {
  for (let at = 0; at < ms; at += 40) {
    await clock.advance(40);
    for (let turn = 0; turn < 8; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }
};

test('without a fingerprint every certificate is taken, and reported so that it can be pinned', async () => {
  const { camera, open, packets, clock } = await watch({});
  await using _camera = camera;
  expect(camera.url()).toMatch(/^rtsps:/);
  const session = await open();
  expect(session.path).toEqual({
    transport: 'tcp',
    tls: { fingerprint: CERTIFICATE.fingerprint, verified: false },
  });
  await turns(clock, 2000);
  expect(packets.length).toBeGreaterThan(20);
  expect(packets.every(({ lostBefore }) => lostBefore === 0)).toBe(true);
  await session.close();
  expect(camera.counters.teardowns).toBe(1);
  await camera.close();
  expect(clock.pendingTimers).toBe(0);
});

test('the pinned certificate is taken', async () => {
  const { camera, open } = await watch({ tlsFingerprint: CERTIFICATE.fingerprint });
  await using _camera = camera;
  await using session = await open();
  expect(session.path.tls?.fingerprint).toBe(CERTIFICATE.fingerprint);
});

test('any other is refused before a word is said', async () => {
  const { camera, open, clock } = await watch({ tlsFingerprint: OTHER.fingerprint });
  await using _camera = camera;
  await expect(open()).rejects.toMatchObject({
    code: 'SOURCE_REFUSED',
    message: expect.stringMatching(/another certificate/),
    details: { reason: 'certificate-changed', fingerprint: CERTIFICATE.fingerprint },
  });
  expect(camera.counters.requests).toEqual({});
  await camera.close();
  expect(clock.pendingTimers).toBe(0);
});

test('media over UDP beside a connection of TLS', async () => {
  const { camera, open, packets, clock } = await watch({ transport: 'udp' });
  await using _camera = camera;
  const opening = open();
  await turns(clock, 1000);
  await using session = await opening;
  expect(session.path).toMatchObject({ transport: 'udp', tls: { verified: false } });
  await turns(clock, 1000);
  expect(packets.length).toBeGreaterThan(20);
});

test('a port that does not speak TLS', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    socket.end('RTSP/1.0 400 Bad Request\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(client(`rtsps://127.0.0.1:${port}/live`).open()).rejects.toMatchObject({
    code: 'SOURCE_UNREACHABLE',
    message: expect.stringMatching(/TLS/),
  });
  await new Promise((resolve) => server.close(resolve));
});

test('a port that accepts and says nothing', async () => {
  const server = createServer((socket) => void socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { open, clock } = client(`rtsps://127.0.0.1:${port}/live`);
  const failed = expect(open()).rejects.toMatchObject({
    code: 'SOURCE_TIMEOUT',
    message: expect.stringMatching(/does not answer in TLS/),
  });
  // TCP is there before the time is over
  await once(server, 'connection');
  for (let turn = 0; turn < 8; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  await clock.advance(5000);
  await failed;
  expect(clock.pendingTimers).toBe(0);
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  ['without a pinned certificate: followed without the login', undefined, 'SOURCE_UNAUTHORIZED'],
  ['with one: not followed', CERTIFICATE.fingerprint, 'SOURCE_REFUSED'],
])('a redirect from TLS to the open, %s', async (_name, tlsFingerprint, code) => {
  await using plain = await startScriptedCamera((request, line) => {
    line.reply(request, 401, { 'WWW-Authenticate': 'Basic realm="trap"' });
  });
  const { camera, open } = await watch(
    { tlsFingerprint },
    { faults: { redirectTo: `${plain.origin}/live` } },
  );
  await using _camera = camera;
  await expect(open()).rejects.toMatchObject({ code });
  expect(plain.seen.filter(({ headers }) => headers['authorization'] !== undefined)).toEqual([]);
  expect(plain.seen.length > 0).toBe(tlsFingerprint === undefined);
});

const SRTP = (sdp: string) => sdp.replaceAll('RTP/AVP', 'RTP/SAVP');

test.each(['auto', 'udp'] as const)(
  'MediaMTX: described as SRTP inside TLS, sent plain when asked for on the connection (%s)',
  async (transport) => {
    const { camera, open, packets, clock } = await watch({ transport }, { faults: { rewriteSdp: SRTP } });
    await using _camera = camera;
    await using session = await open();
    expect(session.path.transport).toBe('tcp');
    await turns(clock, 1000);
    expect(packets.length).toBeGreaterThan(10);
  },
);

test('SRTP inside TLS that cannot be had otherwise', async () => {
  const { camera, open } = await watch(
    {},
    { faults: { rewriteSdp: SRTP, refuse: { method: 'SETUP', status: 461 } } },
  );
  await using _camera = camera;
  await expect(open()).rejects.toMatchObject({
    code: 'CODEC_UNSUPPORTED',
    message: expect.stringMatching(/SRTP/),
  });
});
