import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { Secret } from '@pantau/base/secret';
import { PublicAreas } from '@pantau/contract/area';
import { ActiveCameras } from '@pantau/contract/camera';
import { Envelope, ErrorReply } from '@pantau/contract/envelope';
import { Health } from '@pantau/contract/health';
import { StreamDetail, StreamList } from '@pantau/contract/stream';
import { ERROR_CODES } from '@pantau/contract/errors';
import { consoleActor } from './audit/actor.ts';
import type { Context } from './context.ts';
import { createFrontServer } from './http/front-server.ts';
import { makeTestFolder } from './testing/open-test-database.ts';
import { openTestApp, type TestApp } from './testing/open-test-app.ts';

/** Pieces that must never leave the server. */
const SECRETS = ['198.51.100.77', 'rahasia-jalur', 'operator-rtsp', 'S4ndi-Sangat-Rahasia'];
const source = {
  url: 'rtsp://198.51.100.77:8554/rahasia-jalur?x=1',
  username: 'operator-rtsp',
  password: new Secret('S4ndi-Sangat-Rahasia'),
};

const actor = consoleActor('test');

async function seed({ areas, cameras }: Context): Promise<void> {
  const area = await areas.create({ name: 'Kota', latitude: -7.15, longitude: 111.88 }, actor);
  await cameras.create(
    {
      name: 'Simpang Empat',
      source,
      areaId: area.id,
      latitude: -7.15,
      longitude: 111.88,
    },
    actor,
  );
  await cameras.create({ name: 'Pasar', source, areaId: area.id, status: 'maintenance' }, actor);
  await cameras.create({ name: 'Tersembunyi', source, areaId: area.id, enabled: false }, actor);
}

let test: TestApp;
let origin: string;
beforeAll(async () => {
  test = await openTestApp({ seed });
  origin = await test.listen();
});
afterAll(() => test.close());

const get = (url: string, headers: Record<string, string> = {}) => test.app.fastify.inject({ url, headers });

describe('public lists', () => {
  it.each([
    ['/api/cameras/active', Envelope(ActiveCameras), 2],
    ['/api/stream', Envelope(StreamList), 2],
    ['/api/areas/public', Envelope(PublicAreas), 1],
  ])('%s has the shape of the contract', async (url, schema, length) => {
    const response = await get(url);
    expect(response.statusCode).toBe(200);
    const body = response.json();
    expect([...Value.Errors(schema, body)]).toEqual([]);
    expect(body.data).toHaveLength(length);
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      vary: 'accept-encoding',
    });
  });

  it('are the same bytes in every encoding, for HEAD too', async () => {
    const plain = await get('/api/stream');
    const br = await get('/api/stream', { 'accept-encoding': 'gzip, deflate, br' });
    const zipped = await get('/api/stream', { 'accept-encoding': 'br;q=0, gzip;q=0.5' });
    expect(br.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(plain.body);
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body);
    const head = await test.app.fastify.inject({ method: 'HEAD', url: '/api/stream' });
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      plain.headers['content-length'],
    ]);
  });

  it('answer 304 to who has them', async () => {
    const { headers } = await get('/api/cameras/active');
    for (const tag of [headers.etag, `"x", ${String(headers.etag)}`, String(headers.etag).slice(2), '*']) {
      const again = await get('/api/cameras/active', { 'if-none-match': String(tag) });
      expect([again.statusCode, again.body]).toEqual([304, '']);
    }
    expect((await get('/api/cameras/active', { 'if-none-match': 'W/"other"' })).statusCode).toBe(200);
  });

  it('say MISS once after a change, else HIT', async () => {
    await get('/api/cameras/active');
    expect((await get('/api/cameras/active')).headers['x-cache']).toBe('HIT');
    await test.context.cameras.update('Pasar', { location: 'Jl. Pasar' }, actor);
    await test.context.streams.refresh();
    const fresh = await get('/api/cameras/active');
    expect(fresh.headers['x-cache']).toBe('MISS');
    expect(fresh.body).toContain('Jl. Pasar');
    expect((await get('/api/cameras/active')).headers['x-cache']).toBe('HIT');
  });

  it('show what another process changed within a second or so', async () => {
    await test.context.cameras.update('Pasar', { location: 'Jl. Baru' }, actor);
    await expect
      .poll(async () => (await get('/api/cameras/active')).body, { timeout: 3000 })
      .toContain('Jl. Baru');
  });

  it('follow the engine, and pull no camera that is disabled or in maintenance', async () => {
    expect(test.engine.definitions).toHaveLength(1);
    const key = test.engine.definitions[0]?.key ?? '';
    const video = {
      codec: 'H.264',
      codecString: 'avc1.64001f',
      width: 1280,
      height: 720,
      fps: 24.98,
      gopMs: 2000,
    };
    test.engine.change(key, { state: 'live', video, viewers: 3, sinceMs: Date.UTC(2026, 1, 1) });
    const list = async () => (await get('/api/stream')).json().data;
    await expect.poll(list, { timeout: 2000 }).toMatchObject([
      {
        state: 'live',
        is_online: true,
        video_codec: 'h264',
        viewers: 3,
        video: { fps: 25 },
        state_since: '2026-02-01T00:00:00.000Z',
      },
      { state: 'maintenance', is_online: false, reason: null },
    ]);
    const reason = { code: 'SOURCE_TIMEOUT', message: 'The camera is silent.' } as const;
    test.engine.change(key, { state: 'retrying', reason, video: undefined });
    await expect
      .poll(list, { timeout: 2000 })
      .toMatchObject([{ state: 'offline', is_online: false, reason, video: null }, {}]);
  });

  it('say in which sizes a camera can be watched, and that it is seen while one of them comes', async () => {
    const key = test.engine.definitions[0]?.key ?? '';
    const reason = { code: 'SOURCE_TIMEOUT', message: 'The camera is silent.' } as const;
    const facts = { codec: 'H.264', codecString: 'avc1.42c01e', fps: 14.98, gopMs: 1400 };
    const both = { audio: undefined, viewers: 0 };
    test.engine.change(key, {
      state: 'retrying',
      reason,
      renditions: [
        { name: 'main', state: 'retrying', reason, video: undefined, bitrate: undefined, ...both },
        {
          name: 'sub',
          state: 'live',
          reason: undefined,
          video: { ...facts, width: 320, height: 180 },
          bitrate: 250_000,
          ...both,
        },
      ],
    });
    const list = async () => (await get('/api/stream')).json().data;
    await expect.poll(list, { timeout: 2000 }).toMatchObject([
      {
        state: 'live',
        is_online: true,
        reason: null,
        renditions: [
          { name: 'main', is_available: false, video: null, bitrate: null },
          { name: 'sub', is_available: true, video: { height: 180, fps: 15 }, bitrate: 250_000 },
        ],
      },
      {},
    ]);
    test.engine.change(key, { state: 'idle', reason: undefined, renditions: [] });
  });
});

describe('GET /api/stream/:id', () => {
  it('shows one camera', async () => {
    const response = await get('/api/stream/1');
    expect([...Value.Errors(Envelope(StreamDetail), response.json())]).toEqual([]);
    expect(response.json().data.streams).toEqual({
      hls: expect.stringMatching(/^\/hls\/[a-z2-7]{26}\/index\.m3u8$/),
      llhls: expect.stringMatching(/^\/hls\/[a-z2-7]{26}\/low-latency\.m3u8$/),
      mse: expect.stringMatching(/^\/mse\/[a-z2-7]{26}$/),
      whep: null,
    });
  });

  it.each([
    ['/api/stream/3', 404, 'CAMERA_NOT_FOUND'],
    ['/api/stream/99', 404, 'CAMERA_NOT_FOUND'],
    ['/api/stream/0', 404, 'CAMERA_NOT_FOUND'],
    ['/api/stream/01', 404, 'CAMERA_NOT_FOUND'],
    ['/api/stream/abc', 404, 'CAMERA_NOT_FOUND'],
    ['/api/stream/1e0', 404, 'CAMERA_NOT_FOUND'],
    ['/api/stream/99999999999', 404, 'CAMERA_NOT_FOUND'],
    ['/api/stream/%31', 200, undefined],
    ['/api/stream/1%2f..', 404, 'CAMERA_NOT_FOUND'],
    ['/api/stream/%00', 404, 'CAMERA_NOT_FOUND'],
    [`/api/stream/${'1'.repeat(300)}`, 414, 'REQUEST_INVALID'],
  ])('%s is %i', async (url, status, code) => {
    const response = await get(url);
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
    expect(Value.Check(ErrorReply, response.json())).toBe(status !== 200);
  });
});

describe('health', () => {
  it('tells the truth about the parts', async () => {
    const response = await get('/health');
    expect(response.statusCode).toBe(200);
    expect(Value.Check(Health, response.json())).toBe(true);
    expect(response.json()).toMatchObject({
      status: 'ok',
      version: '0.1.0',
      checks: { database: { status: 'ok' } },
    });
  });
});

describe('what is not there', () => {
  it.each([
    ['GET', '/api/nope', 404, 'NOT_FOUND'],
    ['GET', '/nope', 404, 'NOT_FOUND'],
    ['POST', '/api/nope', 404, 'NOT_FOUND'],
    ['POST', '/api/stream', 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', '/api/stream/1', 405, 'METHOD_NOT_ALLOWED'],
    ['PUT', '/health', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/%zz', 400, 'REQUEST_INVALID'],
    ['GET', '/..%2f..%2fetc/passwd', 404, 'NOT_FOUND'],
  ] as const)('%s %s is %i', async (method, url, status, code) => {
    const response = await test.app.fastify.inject({ method, url });
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
    expect(Object.keys(ERROR_CODES)).toContain(response.json().code);
    if (status === 405) expect(response.headers.allow).toBe('GET, HEAD');
  });

  it('is a page for people', async () => {
    const response = await get('/nope', { accept: 'text/html' });
    expect(response.statusCode).toBe(404);
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('an error of ours tells nothing but the request id', async () => {
    const send = test.context.streams.getDetail.bind(test.context.streams);
    test.context.streams.getDetail = () => {
      throw new Error('secret inner workings');
    };
    const response = await get('/api/stream/1');
    const lines = test.log.length;
    for (let count = 0; count < 50; count++) await get('/api/stream/1');
    test.context.streams.getDetail = send;
    // A request that fails for everybody must not fill the log.
    expect(test.log.length - lines).toBeLessThan(45);
    const { request_id: requestId, ...rest } = response.json();
    expect(rest).toEqual({ success: false, code: 'INTERNAL', message: 'The request could not be answered.' });
    expect(test.log.some((line) => line.includes('secret inner workings') && line.includes(requestId))).toBe(
      true,
    );
  });
});

describe('the raw server in front', () => {
  /** Sends bytes, returns everything that comes back until the server closes. */
  const talk = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1', () => socket.write(bytes));
      let reply = '';
      socket.on('data', (chunk) => (reply += chunk.toString()));
      socket.on('close', () => resolve(reply));
      socket.on('error', reject);
    });

  let key: string;
  /** What follows the host in the address of a file of the first camera. */
  let media: (file: string) => string;
  beforeAll(async () => {
    key = test.engine.definitions[0]?.key ?? '';
    const { token } = (await get('/api/stream/1/token')).json().data;
    media = (file) => `/hls/${key}/${token}/${file}`;
  });

  it('gives media to the engine before the framework', async () => {
    const reply = await fetch(origin + media('seg1.m4s?x=1'));
    expect(await reply.text()).toBe(`hls ${key}/seg1.m4s?x=1`);
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    expect(await talk(`GET /mse/${key}?x HTTP/1.1\r\nHost: x\r\n${upgrade}`)).toMatch(
      new RegExp(`^HTTP/1.1 418 [^]*${key}$`),
    );
    expect(await talk(`GET /other HTTP/1.1\r\nHost: x\r\n${upgrade}`)).toMatch(
      /^HTTP\/1.1 404 [^]*NOT_FOUND/,
    );
  });

  it('answers a request that offers another protocol as if it did not', async () => {
    const offer =
      'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n';
    expect(await talk(`GET /health HTTP/1.1\r\nHost: x\r\n${offer}`)).toMatch(/^HTTP\/1.1 200 /);
  });

  it.each([
    ['http://other.example/hls/key/seg1.m4s?x=1', /^HTTP\/1.1 404 [^]*STREAM_NOT_FOUND/],
    ['http://other.example/health', /^HTTP\/1.1 200 [^]*"status"/],
    ['HTTP://other.example?x', /^HTTP\/1.1 503 [^]*npm start/],
    ['*', /^HTTP\/1.1 400 [^]*REQUEST_INVALID/],
  ])('takes the request target %s', async (target, expected) => {
    expect(await talk(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(expected);
  });

  it('ends a connection that asks without waiting for answers', async () => {
    const handleHls = test.engine.handleHls.bind(test.engine);
    let asked = 0;
    test.engine.handleHls = () => void asked++;
    try {
      expect(await talk(`GET ${media('media.m3u8')} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(100))).toBe('');
    } finally {
      test.engine.handleHls = handleHls;
    }
    expect(asked).toBe(16);
    // Requests that were answered do not count.
    const many = `GET ${media('seg1.m4s')} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(100);
    const last = 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    expect((await talk(many + last)).match(/HTTP\/1.1 200/g)).toHaveLength(101);
  });

  it('gives up a reply that nobody reads', async () => {
    const front = createFrontServer(
      test.engine,
      (_request, response) => response.end(Buffer.alloc(64 * 1024 * 1024)),
      200,
    );
    const closed = new Promise<void>((resolve) => {
      front.server.on('connection', (socket) => socket.on('close', () => resolve()));
    });
    const { promise: listening, resolve } = Promise.withResolvers<void>();
    front.server.listen(0, '127.0.0.1', resolve);
    await listening;
    const address = front.server.address();
    const socket = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await closed;
    socket.destroy();
    front.server.close();
  });

  it.each([
    ['nonsense', '\x16\x03\x01\x02\r\n\r\n', 400, 'REQUEST_INVALID'],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
    ],
  ])('answers %s cleanly', async (_name, bytes, status, code) => {
    const reply = await talk(bytes);
    expect(reply).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(reply).toContain(code);
  });
});

describe('the built web client', () => {
  const folder = makeTestFolder();
  mkdirSync(join(folder.path, 'assets'));
  writeFileSync(join(folder.path, 'index.html'), '<!doctype html><title>portal</title>');
  writeFileSync(join(folder.path, 'admin.html'), '<!doctype html><title>admin</title>');
  writeFileSync(join(folder.path, 'admin.html.br'), 'brotli admin');
  writeFileSync(join(folder.path, 'assets', 'app-1a2b.js'), 'plain');
  writeFileSync(join(folder.path, 'assets', 'app-1a2b.js.br'), 'brotli');
  let built: TestApp;
  beforeAll(async () => void (built = await openTestApp({ webFolder: folder.path })));
  afterAll(async () => {
    await built.close();
    folder.remove();
  });

  it.each(['/', '/kamera/1-simpang-empat', '/?area=2'])(
    '%s is the page, with a strict policy',
    async (url) => {
      const response = await built.app.fastify.inject({ url });
      expect([response.statusCode, response.body]).toEqual([200, '<!doctype html><title>portal</title>']);
      expect(response.headers['cache-control']).toBe('no-cache');
      const policy = String(response.headers['content-security-policy']);
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("media-src 'self' blob:");
      expect(policy).not.toContain('unsafe');
      expect(response.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
      });
      expect(response.headers['strict-transport-security']).toBeUndefined();
    },
  );

  it.each(['/admin', '/admin/', '/admin/masuk', '/admin/pengguna?buka=3', '/admin/a/b', '/admin.html'])(
    '%s is the administration, which nobody keeps or lists',
    async (url) => {
      const response = await built.app.fastify.inject({ url });
      expect([response.statusCode, response.body]).toEqual([200, '<!doctype html><title>admin</title>']);
      expect(response.headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' });
      expect(String(response.headers['content-security-policy'])).toContain("script-src 'self';");
      const packed = await built.app.fastify.inject({ url, headers: { 'accept-encoding': 'br' } });
      expect([packed.body, packed.headers['cache-control']]).toEqual(['brotli admin', 'no-store']);
    },
  );

  it('only pages of the administration are hidden from search engines', async () => {
    for (const url of ['/', '/assets/app-1a2b.js'])
      expect((await built.app.fastify.inject({ url })).headers['x-robots-tag']).toBeUndefined();
  });

  it('files with a hash in their name are kept for ever, and sent compressed', async () => {
    const url = '/assets/app-1a2b.js';
    const response = await built.app.fastify.inject({ url, headers: { 'accept-encoding': 'br' } });
    expect([response.body, response.headers['content-encoding']]).toEqual(['brotli', 'br']);
    expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await built.app.fastify.inject({ url })).body).toBe('plain');
  });

  it.each([
    '/administrator',
    '/api/admin',
    '/kamera',
    '/kamera/1/x',
    '/assets/none.js',
    '/assets',
    '/assets/',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/%00',
    '/%5c%5cother.example',
    `/api/stream/${'9'.repeat(300)}`,
  ])('%s is not the page', async (url) => {
    const response = await built.app.fastify.inject({ url });
    expect([response.statusCode, response.json().code, response.json().message]).toEqual([
      404,
      'NOT_FOUND',
      'There is nothing at this address.',
    ]);
  });

  it('says so when it is missing', async () => {
    const response = await get('/');
    expect(response.statusCode).toBe(503);
    expect(response.body).toContain('npm start');
  });
});

describe('secrets', () => {
  it('are in no public reply and in no line of the log', async () => {
    const urls = [
      '/',
      '/health',
      '/api/cameras/active',
      '/api/stream',
      '/api/stream/1',
      '/api/stream/3',
      '/api/areas/public',
      '/nope',
    ];
    const replies = await Promise.all(urls.map((url) => get(url)));
    test.context.log.info({ camera: await test.context.cameras.get('1') }, 'a careless line');
    const text = [...replies.map((reply) => JSON.stringify(reply.headers) + reply.body), ...test.log].join(
      '\n',
    );
    expect(text).toContain('Simpang Empat');
    expect(text).toContain('a careless line');
    for (const secret of SECRETS)
      expect(text.split('\n').filter((line) => line.includes(secret))).toEqual([]);
  });
});

describe('stopping', () => {
  it('answers 503 everywhere, closes the listener, stops the engine', async () => {
    const stopping = await openTestApp({ seed });
    const url = await stopping.listen();
    stopping.context.state.stopping = true;
    stopping.app.front.refuse();
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.json()]).toEqual([
      503,
      expect.objectContaining({ status: 'stopping' }),
    ]);
    for (const path of ['/api/stream', '/hls/key/index.m3u8', '/']) {
      const response = await fetch(url + path);
      expect([response.status, await response.json()]).toEqual([
        503,
        expect.objectContaining({ code: 'STOPPING' }),
      ]);
    }
    await stopping.close();
    expect(stopping.engine.stopped).toBe(true);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });
});
