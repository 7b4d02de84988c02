import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createMediaEngine } from './embedded-engine.ts';
import type { MediaEngine } from './engine.ts';
import { HttpUpstream } from './http/testing/http-upstream.ts';

/** A live stream of another server: the playlist names the newest three segments. */
class LiveUpstream {
  sequence = 10;
  top = false;

  answer(request: IncomingMessage): { status: number; type: string; body: string } {
    const path = request.url ?? '';
    if (path.startsWith('/top'))
      return {
        status: 200,
        type: 'application/vnd.apple.mpegurl',
        body: '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/list.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\nhigh/list.m3u8\n',
      };
    if (path.endsWith('.m3u8')) {
      const segments = [0, 1, 2].map((index) => `#EXTINF:2,\nseg${this.sequence + index}.ts`);
      return {
        status: 200,
        type: 'application/x-mpegURL',
        body: `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:${this.sequence}\n${segments.join('\n')}\n`,
      };
    }
    return { status: path.includes('gone') ? 404 : 200, type: 'text/html', body: `<script>${path}` };
  }
}

let clock: VirtualClock;
let live: LiveUpstream;
let upstream: HttpUpstream;
let engine: MediaEngine;
let server: Server;
const KEY = 'relayed-stream';

beforeEach(async () => {
  clock = new VirtualClock();
  live = new LiveUpstream();
  upstream = await HttpUpstream.start((request, response) => {
    const { status, type, body } = live.answer(request);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  engine = createMediaEngine({ clock, random: () => 0 });
  server = createServer((request, response) =>
    engine.handleHls(request, response, (request.url ?? '').slice(5)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await engine.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await upstream[Symbol.asyncDispose]();
});

function start(path = '/live.m3u8'): void {
  engine.setStreams([
    {
      key: KEY,
      source: { url: upstream.url(path), username: undefined, password: undefined },
      pull: 'on-demand',
    },
  ]);
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function ask(file: string, headers: Record<string, string> = {}): Promise<Reply> {
  // The server listens on a port, so its address is no path.
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: `/hls/${KEY}/${file}`, headers, agent: false }, (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () =>
        resolve({
          status: message.statusCode ?? 0,
          headers: message.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
      message.on('error', reject);
    }).on('error', reject);
  });
}

const names = (playlist: string) =>
  playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const asked = (path: string) => upstream.seen.filter((each) => each === `GET ${path}`).length;

describe('HLS of another server', () => {
  it('is pulled when somebody asks, and every address of it is ours', async () => {
    start();
    expect(upstream.seen).toEqual([]);
    const { status, headers, body } = await ask('index.m3u8');
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'application/vnd.apple.mpegurl',
      'no-store',
    ]);
    expect(names(body)).toHaveLength(3);
    expect(names(body).every((name) => /^relay-[0-9a-f]{24}\.ts$/.test(name))).toBe(true);
    expect(body).not.toContain('127.0.0.1');
    expect(engine.findStatus(KEY)).toMatchObject({ state: 'live', delivery: 'relay', viewers: 1 });
    expect((await ask('low-latency.m3u8')).body).toBe(body);
  });

  it('gives segments a type of ours, whatever the other server calls them', async () => {
    start();
    const [name = ''] = names((await ask('index.m3u8')).body);
    const { status, headers, body } = await ask(name);
    expect([status, headers['content-type'], headers['x-content-type-options']]).toEqual([
      200,
      'video/mp2t',
      'nosniff',
    ]);
    expect(body).toBe('<script>/seg10.ts');
    expect((await ask(name, { range: 'bytes=1-6' })).body).toBe('script');
    expect((await ask(name, { 'if-none-match': headers.etag ?? '' })).status).toBe(304);
    expect(asked('/seg10.ts')).toBe(1);
  });

  it('is asked once, however many ask here', async () => {
    start();
    const [first = '', second = ''] = names((await ask('index.m3u8')).body);
    await Promise.all(Array.from({ length: 40 }, (_, index) => ask(index % 2 === 0 ? first : second)));
    await Promise.all(Array.from({ length: 40 }, () => ask('index.m3u8')));
    expect([asked('/seg10.ts'), asked('/seg11.ts'), asked('/live.m3u8')]).toEqual([1, 1, 1]);
    await clock.advance(1000);
    live.sequence++;
    await Promise.all(Array.from({ length: 40 }, () => ask('index.m3u8')));
    expect(asked('/live.m3u8')).toBe(2);
  });

  it('keeps its variants', async () => {
    start('/top.m3u8');
    const [low = '', high = ''] = names((await ask('index.m3u8')).body);
    const [segment = ''] = names((await ask(high)).body);
    expect((await ask(segment)).body).toBe('<script>/high/seg10.ts');
    expect((await ask(low)).status).toBe(200);
    expect(asked('/top.m3u8')).toBe(1);
  });

  it('has nothing under names that were made up', async () => {
    start();
    await ask('index.m3u8');
    for (const name of [
      'relay-000000000000000000000000.ts',
      'relay-x.m3u8',
      'relay-',
      'part-1.0.m4s',
      'seg10.ts',
    ]) {
      expect((await ask(name)).status, name).toBe(404);
    }
    expect(asked('/seg10.ts')).toBe(0);
  });

  it('that does not go on is refused like a camera that is silent, and comes back', async () => {
    start();
    await ask('index.m3u8');
    await expect
      .poll(async () => {
        await clock.advance(1000);
        return engine.findStatus(KEY)?.state;
      })
      .toBe('retrying');
    await expect.poll(() => engine.findStatus(KEY)?.reason?.code).toBe('SOURCE_TIMEOUT');
    // Its playlist can be had, and still it is not alive.
    const waiting = ask('index.m3u8');
    await expect.poll(() => engine.stats().parkedReloads).toBe(1);
    await clock.advance(9_500);
    const { status, body } = await waiting;
    expect([status, JSON.parse(body)]).toEqual([503, expect.objectContaining({ code: 'SOURCE_TIMEOUT' })]);
    live.sequence++;
    await expect
      .poll(async () => {
        await clock.advance(1000);
        return engine.findStatus(KEY)?.state;
      })
      .toBe('live');
    expect((await ask('index.m3u8')).status).toBe(200);
  });

  it('whose segment is gone says so', async () => {
    live.answer = () => ({
      status: 200,
      type: 'application/x-mpegurl',
      body: '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n/gone.ts\n',
    });
    start();
    const [name = ''] = names((await ask('index.m3u8')).body);
    live.answer = () => ({ status: 404, type: '', body: '' });
    expect((await ask(name)).status).toBe(404);
  });

  it.each([
    ['to the metadata of a cloud', 'http://169.254.169.254/latest/meta-data.ts'],
    ['to what is not allowed', 'http://127.0.0.2/x.ts'],
  ])('does not lead %s', async (_name, address) => {
    await engine.stop();
    engine = createMediaEngine({ clock, isAddressAllowed: (ip) => ip !== '127.0.0.2' });
    live.answer = () => ({
      status: 200,
      type: 'application/x-mpegurl',
      body: `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${address}\n`,
    });
    start();
    const [name = ''] = names((await ask('index.m3u8')).body);
    const { status, body } = await ask(name);
    expect([status, JSON.parse(body)]).toEqual([
      503,
      expect.objectContaining({ code: expect.stringMatching(/^SOURCE_(?:ADDRESS_)?REFUSED$/) }),
    ]);
  });

  it.each<readonly [string, string, (response: ServerResponse) => void, number]>([
    ['drips in', 'SOURCE_TIMEOUT', (response) => void response.writeHead(200).write('x'), 1000],
    [
      'is larger than any',
      'VIDEO_MALFORMED',
      (response) => void response.writeHead(200).end(Buffer.alloc(17 * 1024 * 1024)),
      0,
    ],
    [
      'is compressed',
      'SOURCE_REFUSED',
      (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      0,
    ],
  ])('whose segment %s gives that up for everybody who waits', async (_name, code, give, stepMs) => {
    start();
    const [name = ''] = names((await ask('index.m3u8')).body);
    const answer = upstream.answer;
    upstream.answer = (request, response) => {
      if (request.url?.endsWith('.ts') === true) give(response);
      else answer(request, response);
    };
    const waiting = Promise.all([ask(name), ask(name)]);
    await expect.poll(() => asked('/seg10.ts')).toBe(1);
    let isAnswered = false;
    void waiting.then(() => (isAnswered = true));
    await expect
      .poll(
        async () => {
          live.sequence++;
          await clock.advance(stepMs);
          return isAnswered;
        },
        { interval: 10 },
      )
      .toBe(true);
    for (const { status, body } of await waiting)
      expect([status, JSON.parse(body)]).toEqual([503, expect.objectContaining({ code })]);
    expect(asked('/seg10.ts')).toBe(1);
  });

  it('has no fragments for a WebSocket, and says so', async () => {
    start();
    server.on('upgrade', (request, socket, head) => engine.handleMseUpgrade(request, socket, head, KEY));
    // The server listens on a port, so its address is no path.
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const log: string[] = [];
    socket.on('message', (data: Buffer) => log.push(data.toString()));
    await expect.poll(() => log.some((each) => each.includes('application/vnd.apple.mpegurl'))).toBe(true);
    socket.terminate();
  });

  it('is left alone when nobody watches any more', async () => {
    start();
    await ask('index.m3u8');
    await clock.advance(60_000);
    await expect.poll(() => engine.findStatus(KEY)?.state).toBe('idle');
    const before = upstream.seen.length;
    await clock.advance(60_000);
    expect(upstream.seen).toHaveLength(before);
    expect(engine.stats().bufferedBytes).toBe(0);
  });

  it('is what a probe says', async () => {
    const report = engine.probe({
      url: upstream.url('/live.m3u8'),
      username: undefined,
      password: undefined,
    });
    expect(await report).toMatchObject({ tracks: [{ encoding: 'HLS' }], verdict: { result: 'plays' } });
  });
});
