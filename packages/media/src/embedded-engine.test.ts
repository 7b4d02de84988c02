import { createServer, request as openRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createMediaEngine } from './embedded-engine.ts';
import type { MediaEngine } from './engine.ts';
import type { StreamDefinition } from './source-definition.ts';
import { SampleFeed, TestSources, VIDEO_ONLY } from './stream/testing-source.ts';

const KEY = 'cam-00000001';

function definition(fields: Partial<StreamDefinition> = {}): StreamDefinition {
  return {
    key: KEY,
    source: { url: 'rtsp://camera.test/live', username: undefined, password: undefined },
    pull: 'on-demand',
    ...fields,
  };
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let clock: VirtualClock;
let sources: TestSources;
let engine: MediaEngine;
let server: Server;
let port: number;
/** Whether requests are handed over as those for a private stream. */
let isPrivate: boolean;

beforeEach(async () => {
  isPrivate = false;
  clock = new VirtualClock();
  sources = new TestSources();
  engine = createMediaEngine({ clock, openSource: sources.open, random: () => 0 });
  server = createServer((request, response) => {
    const path = (request.url ?? '').slice('/hls/'.length);
    if (isPrivate) engine.handleHls(request, response, path, { isPrivate });
    else engine.handleHls(request, response, path);
  });
  server.on('upgrade', (request, socket, head) => {
    engine.handleMseUpgrade(request, socket, head, (request.url ?? '').slice('/mse/'.length));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port; // a TCP server's address is never a string
});

afterEach(async () => {
  await engine.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

interface FetchOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

function fetchFile(file: string, { key = KEY, ...options }: FetchOptions = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = openRequest(
      { host: '127.0.0.1', port, path: `/hls/${key}/${file}`, ...options },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end();
  });
}

async function fetchText(file: string): Promise<string> {
  return (await fetchFile(file)).body.toString();
}

/** Media sequence numbers of the finished segments in a playlist. */
function sequences(playlist: string): number[] {
  return [...playlist.matchAll(/^seg-(\d+)\.m4s$/gm)].map((match) => Number(match[1]));
}

/** A WebSocket viewer that keeps what it was sent: the type of each text, `binary` for bytes. */
async function openViewer(
  key = KEY,
): Promise<{ socket: WebSocket; log: string[]; bytes: Buffer[]; closed: Promise<number> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/mse/${key}`);
  const log: string[] = [];
  const bytes: Buffer[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (data: Buffer, isBinary) => {
    // Messages of the protocol always have a type.
    log.push(isBinary ? 'binary' : (JSON.parse(data.toString()) as { type: string }).type);
    if (isBinary) bytes.push(data);
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  return { socket, log, bytes, closed };
}

/** Waits on the real loop until `condition` holds. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('condition never held');
}

async function feed(samples: SampleFeed, frames: number, fps = 25): Promise<void> {
  for (let frame = 0; frame < frames; frame++) {
    sources.last.emit(...samples.next());
    await clock.advance(1000 / fps);
  }
}

async function goLive(options: ConstructorParameters<typeof SampleFeed>[0] = {}): Promise<SampleFeed> {
  engine.setStreams([definition({ pull: 'always' })]);
  await clock.advance(0);
  const samples = new SampleFeed(options);
  sources.last.emit({ type: 'config', config: VIDEO_ONLY });
  return samples;
}

describe('a private reply', () => {
  it('is kept by no cache and read by no other site, whatever it is; the next public one is', async () => {
    const samples = await goLive();
    await feed(samples, 110);
    const [segment] = sequences(await fetchText('media.m3u8'));
    const file = `seg-${segment}.m4s`;
    const { etag = '' } = (await fetchFile(file)).headers;
    const asked: [string, FetchOptions, number][] = [
      ['index.m3u8', {}, 200],
      ['media.m3u8', { headers: { 'accept-encoding': 'gzip' } }, 200],
      ['media-ll.m3u8', { method: 'HEAD' }, 200],
      [file, {}, 200],
      [file, { headers: { range: 'bytes=0-9' } }, 206],
      [file, { headers: { range: 'bytes=999999999-' } }, 416],
      [file, { headers: { 'if-none-match': etag } }, 304],
      ['seg-1.m4s', {}, 404],
      ['media-ll.m3u8?_HLS_msn=99999999999', {}, 400],
    ];
    for (isPrivate of [true, false]) {
      for (const [name, options, status] of asked) {
        const { headers, ...reply } = await fetchFile(name, options);
        expect([name, reply.status]).toEqual([name, status]);
        expect(headers['access-control-allow-origin']).toBe(isPrivate ? undefined : '*');
        if (!isPrivate) expect(headers['cache-control'] ?? '').not.toContain('private');
        else {
          expect(headers['cache-control']).toBe('private, no-store');
          expect(headers.vary).toMatch(/(^|, )Cookie$/);
        }
      }
    }
  });
});

describe('an on-demand stream', () => {
  it('opens with the first playlist request, answers once there is a segment, closes when nobody watches', async () => {
    engine.setStreams([definition()]);
    await clock.advance(1000);
    expect(sources.attempts).toBe(0);
    expect(engine.findStatus(KEY)?.state).toBe('idle');
    const reply = fetchFile('index.m3u8');
    await until(() => engine.stats().parkedReloads === 1);
    await clock.advance(0);
    expect(engine.findStatus(KEY)?.state).toBe('connecting');
    sources.last.emit({ type: 'config', config: VIDEO_ONLY });
    const samples = new SampleFeed();
    await feed(samples, 51);
    const { status, headers, body } = await reply;
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/vnd.apple.mpegurl');
    expect(headers['cache-control']).toBe('no-store');
    expect(body.toString()).toContain('media.m3u8');
    expect(engine.findStatus(KEY)).toMatchObject({
      state: 'live',
      viewers: 1,
      video: { width: 640, fps: 25, gopMs: 2000 },
    });
    const source = sources.last;
    for (let round = 0; round < 60; round++) {
      engine.setStreams([definition()]); // the same list again is nobody watching
      await feed(samples, 25);
    }
    expect(source.isClosed).toBe(true);
    expect(engine.findStatus(KEY)?.state).toBe('idle');
    expect(engine.stats().bufferedBytes).toBe(0);
  });

  it('judges what a first request asks for once it can', async () => {
    engine.setStreams([definition()]);
    await clock.advance(1000);
    const absurd = fetchFile('media.m3u8?_HLS_msn=99999999999');
    const plain = fetchFile('media.m3u8');
    await until(() => engine.stats().parkedReloads === 2);
    await clock.advance(0);
    sources.last.emit({ type: 'config', config: VIDEO_ONLY });
    await feed(new SampleFeed(), 51);
    expect((await absurd).status).toBe(400);
    expect((await plain).status).toBe(200);
  });

  it('has a low-latency picture a second after the first key frame, however far away the next one is', async () => {
    engine.setStreams([definition()]);
    await clock.advance(1000);
    const lowLatency = fetchFile('media-ll.m3u8');
    const standard = fetchFile('media.m3u8');
    await until(() => engine.stats().parkedReloads === 2);
    await clock.advance(0);
    sources.last.emit({ type: 'config', config: VIDEO_ONLY });
    const samples = new SampleFeed({ gop: 100 });
    await feed(samples, 27);
    const first = (await lowLatency).body.toString();
    expect(sequences(first)).toHaveLength(1);
    expect(first).toContain('#EXTINF:1.04000,');
    expect(first).toContain('#EXT-X-INDEPENDENT-SEGMENTS');
    expect(engine.stats().parkedReloads).toBe(1);
    await feed(samples, 74);
    const playlist = (await standard).body.toString();
    expect(sequences(playlist)).toHaveLength(2);
    expect(playlist).toContain('#EXTINF:2.96000,');
    expect(playlist).not.toContain('INDEPENDENT');
    await feed(samples, 800);
    expect(await fetchText('media-ll.m3u8')).toContain('#EXT-X-INDEPENDENT-SEGMENTS');
  });

  it('answers 503 with the reason when the camera cannot be opened', async () => {
    engine.setStreams([definition()]);
    sources.failWith = 'SOURCE_UNREACHABLE';
    const reply = fetchFile('index.m3u8');
    await until(() => sources.attempts === 1);
    const { status, headers, body } = await reply;
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('1');
    expect(JSON.parse(body.toString())).toEqual({
      success: false,
      code: 'SOURCE_UNREACHABLE',
      message: 'The camera cannot be reached.',
    });
  });

  it('has one verdict for all who ask, and says when to ask again', async () => {
    const source = { ...definition().source, username: 'admin', password: new Secret('pw') };
    engine.setStreams([definition({ source }), definition({ source, key: 'cam-00000002' })]);
    expect(engine.stats().verdicts).toEqual({ idle: 2 });
    sources.failWith = 'SOURCE_UNAUTHORIZED';
    await fetchFile('index.m3u8');
    await clock.advance(1_000);
    const { status, headers, body } = await fetchFile('index.m3u8');
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(JSON.parse(body.toString())).toMatchObject({
      code: 'SOURCE_UNAUTHORIZED',
      message: expect.stringContaining('half an hour'),
    });
    expect(engine.findStatus(KEY)?.verdict).toEqual({
      kind: 'wrong-login',
      sinceMs: clock.now() - 1_000,
      code: 'SOURCE_UNAUTHORIZED',
      nextAttemptMs: clock.now() + 1_800_000,
      attemptsLastHour: 2,
      lastLiveMs: undefined,
    });
    expect(engine.stats().verdicts).toEqual({ idle: 1, 'wrong-login': 1 });
    // The other camera has the same login on the same device: it is not tried, and says why.
    expect((await fetchFile('index.m3u8', { key: 'cam-00000002' })).status).toBe(503);
    expect(sources.attempts).toBe(2);
    expect(engine.stats().verdicts).toEqual({ 'wrong-login': 2 });
  });

  it('is tried at once when its device was heard of', async () => {
    engine.setStreams([definition({ pull: 'always' })]);
    sources.failWith = 'SOURCE_CLOSED';
    await clock.advance(100_000);
    const [before, waitMs] = [sources.attempts, engine.findStatus(KEY)?.nextAttemptMs ?? 0];
    expect(waitMs - clock.now()).toBeGreaterThan(5_000);
    engine.noteSignOfLife('elsewhere.test');
    await clock.advance(100);
    expect(sources.attempts).toBe(before);
    engine.noteSignOfLife('CAMERA.test');
    await clock.advance(100);
    expect(sources.attempts).toBe(before + 1);
  });
});

describe('a key frame on demand', () => {
  it('is asked for by the owner’s own way, of the rendition whose source has no other', async () => {
    const asked: string[] = [];
    await using other = createMediaEngine({
      clock,
      openSource: sources.open,
      askForKeyframe: (key, rendition) => void asked.push(`${key} ${rendition}`),
    });
    const one = definition({ pull: 'always' });
    other.setStreams([{ ...one, sub: { ...one.source, url: `${one.source.url}sub` } }]);
    await clock.advance(0);
    sources.last.options.askForKeyframe?.();
    expect(asked).toEqual([`${KEY} main`]);
  });
});

describe('a live stream', () => {
  it('serves playlists, init, segments and parts that belong together', async () => {
    const samples = await goLive();
    await feed(samples, 320);
    const media = (await fetchFile('media.m3u8')).body.toString();
    const names = media.split('\n').filter((line) => line.startsWith('seg-'));
    expect(names).toHaveLength(6);
    const init = /URI="(init-\d+\.mp4)"/.exec(media)?.[1] ?? '';
    expect((await fetchFile(init)).status).toBe(200);
    const segment = await fetchFile(names[0] ?? '');
    expect(segment.headers['cache-control']).toBe('public, max-age=3600, immutable');
    expect(segment.body.length).toBeGreaterThan(50 * 500);
    const lowLatency = (await fetchFile('media-ll.m3u8')).body.toString();
    const parts = [...lowLatency.matchAll(/#EXT-X-PART:.*URI="([^"]+)"/g)].map((match) => match[1] ?? '');
    for (const part of parts) expect((await fetchFile(part)).status).toBe(200);
    expect(media).toMatchSnapshot();
    expect(lowLatency).toMatchSnapshot();
  });

  it('sends a segment whole to a viewer so slow that it is forgotten and its memory used again meanwhile', async () => {
    const samples = await goLive({ keyframeBytes: 12_000_000, frameBytes: 1_000 });
    await feed(samples, 60);
    const name = /seg-\d+\.m4s/.exec(await fetchText('media.m3u8'))?.[0] ?? '';
    const whole = (await fetchFile(name)).body;
    const slow = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    slow.write(`GET /hls/${KEY}/${name} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    await new Promise((resolve) => slow.once('readable', resolve));
    for (let second = 0; second < 20; second++) await feed(samples, 25);
    expect((await fetchFile(name)).status).toBe(404);
    slow.on('data', (chunk) => chunks.push(chunk));
    await new Promise((resolve) => slow.once('close', resolve));
    const reply = Buffer.concat(chunks);
    expect(reply.subarray(reply.indexOf('\r\n\r\n') + 4).equals(whole)).toBe(true);
  });

  it('gives ranges, and refuses what lies beyond', async () => {
    const samples = await goLive();
    await feed(samples, 120);
    const name = /seg-\d+\.m4s/.exec((await fetchFile('media.m3u8')).body.toString())?.[0] ?? '';
    const whole = (await fetchFile(name)).body;
    const some = await fetchFile(name, { headers: { Range: 'bytes=10-19' } });
    expect(some.status).toBe(206);
    expect(some.headers['content-range']).toBe(`bytes 10-19/${whole.length}`);
    expect(some.headers['content-length']).toBe('10');
    expect(some.body.equals(whole.subarray(10, 20))).toBe(true);
    const beyond = await fetchFile(name, { headers: { Range: `bytes=${whole.length}-` } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers['content-range']).toBe(`bytes */${whole.length}`);
    const head = await fetchFile(name, { method: 'HEAD' });
    expect(head.headers['content-length']).toBe(String(whole.length));
    expect(head.body).toHaveLength(0);
    const headOfRange = await fetchFile(name, { method: 'HEAD', headers: { Range: 'bytes=0-1' } });
    expect(headOfRange.status).toBe(200);
    const known = await fetchFile(name, { headers: { 'If-None-Match': `"${name}"` } });
    expect(known.status).toBe(304);
    for (const [named, status] of [
      ['*', 304],
      [`"other", W/"${name}"`, 304],
      [`"not-${name}"`, 200],
    ] as const) {
      expect((await fetchFile(name, { headers: { 'If-None-Match': named } })).status).toBe(status);
    }
  });
});

describe('what is not there', () => {
  it.each([
    ['an unknown key', 'index.m3u8', { key: 'nobody-here' }, 404, 'STREAM_NOT_FOUND'],
    ['an unknown file', 'secret.txt', {}, 404, 'NOT_FOUND'],
    ['a prototype', '__proto__', {}, 404, 'NOT_FOUND'],
    ['a path upwards', '..%2f..%2fetc%2fpasswd', {}, 404, 'NOT_FOUND'],
    ['an expired segment', 'seg-17.m4s', {}, 404, 'NOT_FOUND'],
    ['a part far ahead', 'part-999999999999999.m4s', {}, 404, 'NOT_FOUND'],
    ['another method', 'index.m3u8', { method: 'POST' }, 405, 'METHOD_NOT_ALLOWED'],
    ['a number that is none', 'media-ll.m3u8?_HLS_msn=x', {}, 400, 'REQUEST_INVALID'],
    ['an absurd number', 'media-ll.m3u8?_HLS_msn=999999999999', {}, 400, 'REQUEST_INVALID'],
  ])('%s', async (_, file, options, status, code) => {
    const samples = await goLive();
    await feed(samples, 120);
    const reply = await fetchFile(file, options);
    expect(reply.status).toBe(status);
    expect(reply.headers['access-control-allow-origin']).toBe('*');
    expect(JSON.parse(reply.body.toString())).toMatchObject({ success: false, code });
    expect(engine.stats().parkedReloads).toBe(0);
  });

  it('answers a preflight', async () => {
    await goLive();
    const reply = await fetchFile('seg-1.m4s', { method: 'OPTIONS' });
    expect(reply.status).toBe(204);
    expect(reply.headers['access-control-allow-headers']).toContain('Range');
  });
});

describe('low latency', () => {
  it('holds a reload until its part is there, and the hinted part until it is made', async () => {
    const samples = await goLive();
    await feed(samples, 105);
    const newest = (sequences(await fetchText('media-ll.m3u8')).at(-1) ?? 0) + 1;
    const hint = /PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec(await fetchText('media-ll.m3u8'))?.[1] ?? '';
    const replies = [
      fetchFile(`media-ll.m3u8?_HLS_msn=${newest}&_HLS_part=0`),
      fetchFile(`media-ll.m3u8?_HLS_msn=${newest}`),
      fetchFile(hint),
    ];
    await until(() => engine.stats().parkedReloads === 3);
    await feed(samples, 12);
    const [reload, part] = [await replies[0], await replies[2]];
    expect(reload?.body.toString()).toContain(`URI="${hint}"`);
    expect(part?.headers['cache-control']).toContain('immutable');
    expect(engine.stats().parkedReloads).toBe(1);
    await feed(samples, 50);
    expect(sequences((await replies[1])?.body.toString() ?? '')).toContain(newest);
    expect(engine.stats().parkedReloads).toBe(0);
  });

  it('gives a parked reload up after three target durations, and forgets one whose client left', async () => {
    const samples = await goLive();
    await feed(samples, 105);
    const newest = (sequences(await fetchText('media-ll.m3u8')).at(-1) ?? 0) + 1;
    const reply = fetchFile(`media-ll.m3u8?_HLS_msn=${newest}`);
    const leaver = connect(port, '127.0.0.1');
    leaver.write(`GET /hls/${KEY}/media-ll.m3u8?_HLS_msn=${newest} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await until(() => engine.stats().parkedReloads === 2);
    leaver.destroy();
    await until(() => engine.stats().parkedReloads === 1);
    await clock.advance(6_500);
    expect((await reply).status).toBe(503);
    expect(engine.stats().parkedReloads).toBe(0);
  });

  it('lets no client wait for everything', async () => {
    await engine.stop();
    const clientAddress = (request: { headers: IncomingHttpHeaders }) => String(request.headers['x-client']);
    engine = createMediaEngine({
      clock,
      openSource: sources.open,
      clientAddress,
      limits: { maxParkedPerClient: 5 },
    });
    const samples = await goLive();
    await feed(samples, 105);
    const newest = (sequences(await fetchText('media-ll.m3u8')).at(-1) ?? 0) + 1;
    const ask = (client: string) =>
      fetchFile(`media-ll.m3u8?_HLS_msn=${newest}`, { headers: { 'x-client': client } });
    const greedy = Array.from({ length: 8 }, () => ask('greedy'));
    await until(() => engine.stats().parkedReloads === 5);
    const other = ask('other');
    await until(() => engine.stats().parkedReloads === 6);
    await feed(samples, 60);
    expect((await other).status).toBe(200);
    const statuses = (await Promise.all(greedy)).map((reply) => reply.status);
    expect(statuses.filter((status) => status === 503)).toHaveLength(3);
  });

  it('refuses to park more than its bound', async () => {
    await engine.stop();
    engine = createMediaEngine({ clock, openSource: sources.open, limits: { maxParked: 20 } });
    const samples = await goLive();
    await feed(samples, 105);
    const newest = (sequences(await fetchText('media-ll.m3u8')).at(-1) ?? 0) + 1;
    const replies = Array.from({ length: 25 }, () => fetchFile(`media-ll.m3u8?_HLS_msn=${newest}`));
    await until(() => engine.stats().parkedReloads === 20);
    await feed(samples, 60);
    const statuses = (await Promise.all(replies)).map((reply) => reply.status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([
      ...Array.from({ length: 20 }, () => 200),
      ...Array.from({ length: 5 }, () => 503),
    ]);
  });
});

describe('playlists', () => {
  it('are compressed for who accepts it', async () => {
    const samples = await goLive();
    await feed(samples, 105);
    const plain = await fetchFile('media.m3u8');
    const packed = await fetchFile('media.m3u8', { headers: { 'Accept-Encoding': 'gzip, br' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
  });

  it('are as long as the limit says, within reason, and long ones are sent as what is new', async () => {
    await engine.stop();
    engine = createMediaEngine({ clock, openSource: sources.open, limits: { windowSegments: 12 } });
    const samples = await goLive();
    await feed(samples, 30 * 50 + 5);
    const before = await fetchText('media-ll.m3u8');
    expect(sequences(before)).toHaveLength(12);
    expect(before).toMatch(/#EXT-X-SERVER-CONTROL:.*,CAN-SKIP-UNTIL=12\n/);
    await feed(samples, 50);
    const delta = await fetchText('media-ll.m3u8?_HLS_skip=YES');
    const skipped = Number(/#EXT-X-SKIP:SKIPPED-SEGMENTS=(\d+)/.exec(delta)?.[1]);
    expect(skipped).toBe(6);
    const full = sequences(await fetchText('media-ll.m3u8'));
    expect([...full.slice(0, skipped), ...sequences(delta)]).toEqual(full);
    for (const sequence of full.slice(0, skipped)) expect(sequences(before)).toContain(sequence);
    await engine.stop();
    engine = createMediaEngine({ clock, openSource: sources.open, limits: { windowSegments: 1 } });
    await feed(await goLive(), 10 * 50);
    expect(sequences(await fetchText('media.m3u8'))).toHaveLength(3);
  });

  it('list nothing that is gone two reloads later', async () => {
    const samples = await goLive();
    await feed(samples, 12 * 50 + 1);
    const listed = sequences(await fetchText('media.m3u8'));
    await feed(samples, 100);
    for (const sequence of listed) expect((await fetchFile(`seg-${sequence}.m4s`)).status).toBe(200);
  });

  it('do not show old pictures as live', async () => {
    const samples = await goLive();
    await feed(samples, 105);
    sources.failWith = 'SOURCE_UNREACHABLE';
    sources.last.fail('SOURCE_CLOSED');
    await clock.advance(5_000);
    expect((await fetchFile('media.m3u8')).status).toBe(200);
    await clock.advance(20_000);
    const reply = await fetchFile('media.m3u8');
    expect(reply.status).toBe(503);
    expect(reply.body.toString()).toContain('SOURCE_UNREACHABLE');
  });

  it('end when the engine stops, and nobody is left waiting', async () => {
    const samples = await goLive();
    await feed(samples, 105);
    const newest = (sequences(await fetchText('media-ll.m3u8')).at(-1) ?? 0) + 1;
    const parked = fetchFile(`media-ll.m3u8?_HLS_msn=${newest}`);
    await until(() => engine.stats().parkedReloads === 1);
    await engine.stop();
    expect((await parked).body.toString()).toMatch(/#EXT-X-ENDLIST\n$/);
    expect(await fetchText('media.m3u8')).toMatch(/#EXT-X-ENDLIST\n$/);
    expect(sources.last.isClosed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('MSE over WebSocket', () => {
  it('starts with the last key frame and goes on frame by frame', async () => {
    const samples = await goLive();
    await feed(samples, 70);
    const viewer = await openViewer();
    await until(() => viewer.log.length >= 4);
    const before = viewer.bytes.length;
    expect(viewer.log.slice(0, 2)).toEqual(['config', 'binary']);
    expect(viewer.bytes[0]?.toString('latin1', 4, 8)).toBe('ftyp');
    await feed(samples, 10);
    await until(() => viewer.bytes.length === before + 10);
    expect(engine.findStatus(KEY)?.viewers).toBe(1);
    viewer.socket.close();
    await until(() => engine.findStatus(KEY)?.viewers === 0);
  });

  it('opens the source, says what the camera does meanwhile, and survives its return', async () => {
    engine.setStreams([definition()]);
    const viewer = await openViewer();
    await until(() => sources.opened.length === 1);
    sources.last.emit({ type: 'config', config: VIDEO_ONLY });
    await feed(new SampleFeed(), 10);
    await until(() => viewer.bytes.length === 11);
    sources.last.fail('SOURCE_CLOSED');
    await clock.advance(2_000);
    sources.last.emit({ type: 'config', config: VIDEO_ONLY });
    await feed(new SampleFeed(), 10);
    await until(() => viewer.bytes.length === 21);
    const texts = viewer.log.filter((entry) => entry !== 'binary');
    expect(texts).toEqual([
      'status',
      'status',
      'status',
      'config',
      'status',
      'status',
      'status',
      'discontinuity',
    ]);
  });

  it('counts nobody who fails the handshake', async () => {
    await engine.stop();
    engine = createMediaEngine({ clock, openSource: sources.open, limits: { maxMseViewersPerClient: 1 } });
    engine.setStreams([definition()]);
    for (let attempt = 0; attempt < 3; attempt++) {
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `GET /mse/${KEY} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
      const reply = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
      expect(reply.toString()).toContain('HTTP/1.1 400');
      socket.destroy();
    }
    const viewer = await openViewer();
    await expect(openViewer()).rejects.toThrow('503');
    viewer.socket.terminate();
    await until(() => engine.findStatus(KEY)?.viewers === 0);
    await openViewer();
  });

  it('refuses an unknown key and a crowd', async () => {
    await expect(openViewer('nobody-here')).rejects.toThrow('404');
    await engine.stop();
    engine = createMediaEngine({ clock, openSource: sources.open, limits: { maxMseViewers: 1 } });
    engine.setStreams([definition()]);
    await openViewer();
    await expect(openViewer()).rejects.toThrow('503');
  });

  it('cuts off a viewer that stops reading, and nobody else notices', async () => {
    const samples = await goLive({ keyframeBytes: 100_000, frameBytes: 40_000 });
    await feed(samples, 5);
    const dead = await openViewer();
    const good = await openViewer();
    dead.socket.pause();
    const before = good.bytes.length;
    // 8 Mbit/s for two minutes: more than the kernel's buffers and ours together.
    for (let second = 0; second < 120 && engine.findStatus(KEY)?.viewers === 2; second++)
      await feed(samples, 25);
    expect(engine.findStatus(KEY)?.viewers).toBe(1);
    expect(good.socket.readyState).toBe(WebSocket.OPEN);
    expect(good.bytes.length - before).toBeGreaterThan(100);
    expect(good.log).not.toContain('discontinuity');
    dead.socket.terminate();
  }, 30_000);

  it('tells viewers when the stream is replaced, removed or stopped', async () => {
    engine.setStreams([definition()]);
    const [first] = [await openViewer()];
    engine.setStreams([
      definition({ source: { url: 'rtsp://other.test/', username: 'u', password: new Secret('p') } }),
    ]);
    expect(await first.closed).toBe(1012);
    const second = await openViewer();
    engine.setStreams([]);
    expect(await second.closed).toBe(1001);
    expect(second.log.at(-1)).toBe('bye');
    engine.setStreams([definition()]);
    const third = await openViewer();
    await engine.stop();
    expect(await third.closed).toBe(1001);
    await expect(openViewer()).rejects.toThrow('503');
  });

  it.each<[string, number, (socket: WebSocket) => void]>([
    ['a message larger than a viewer has reason to send', 1009, (socket) => socket.send(Buffer.alloc(2048))],
    [
      'such a message in pieces',
      1009,
      (socket) => {
        for (let piece = 0; piece < 4; piece++) socket.send(Buffer.alloc(400), { fin: false });
      },
    ],
    [
      'many messages',
      1008,
      (socket) => {
        for (let count = 0; count < 150; count++) socket.send('hello');
      },
    ],
    [
      'many pings at once, without a goodbye',
      1006,
      (socket) => {
        for (let count = 0; count < 150; count++) socket.ping();
      },
    ],
  ])('closes on %s', async (_, code, attack) => {
    engine.setStreams([definition()]);
    const viewer = await openViewer();
    const good = await openViewer();
    attack(viewer.socket);
    expect(await viewer.closed).toBe(code);
    await until(() => engine.findStatus(KEY)?.viewers === 1);
    expect(good.socket.readyState).toBe(WebSocket.OPEN);
  });
});

describe('setStreams', () => {
  it('keeps what did not change, and numbers never come twice', async () => {
    const samples = await goLive();
    await feed(samples, 105);
    const before = sequences(await fetchText('media.m3u8'));
    engine.setStreams([definition({ pull: 'on-demand', idleCloseMs: 60_000 })]);
    expect(sources.opened).toHaveLength(1);
    expect(engine.findStatus(KEY)?.state).toBe('live');
    engine.setStreams([definition({ pull: 'always', source: { ...definition().source, username: 'new' } })]);
    await clock.advance(0);
    expect(sources.opened).toHaveLength(2);
    expect(sources.opened[0]?.isClosed).toBe(true);
    sources.last.emit({ type: 'config', config: VIDEO_ONLY });
    await feed(new SampleFeed(), 105);
    const after = sequences(await fetchText('media.m3u8'));
    expect(Math.min(...after)).toBeGreaterThan(Math.max(...before));
  });

  it('tells who waited for a stream that was replaced or removed', async () => {
    engine.setStreams([definition()]);
    const replaced = fetchFile('media.m3u8');
    await until(() => engine.stats().parkedReloads === 1);
    engine.setStreams([definition({ source: { ...definition().source, username: 'new' } })]);
    expect(JSON.parse((await replaced).body.toString())).toMatchObject({ code: 'SOURCE_CLOSED' });
    const removed = fetchFile('media.m3u8');
    await until(() => engine.stats().parkedReloads === 1);
    engine.setStreams([]);
    expect(JSON.parse((await removed).body.toString())).toMatchObject({ code: 'STREAM_NOT_FOUND' });
    expect(engine.stats()).toMatchObject({ parkedReloads: 0, bufferedBytes: 0 });
  });

  it('calls listeners back on each state, until they leave', async () => {
    const states: string[] = [];
    const leave = engine.onStateChange((status) => states.push(status.state));
    await feed(await goLive(), 1);
    expect(states).toEqual(['connecting', 'live']);
    leave();
    sources.last.fail('SOURCE_CLOSED');
    await clock.advance(0);
    expect(states).toHaveLength(2);
  });
});
