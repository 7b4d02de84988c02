import { createServer, get, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

beforeEach(async () => {
  clock = new VirtualClock();
  sources = new TestSources();
  engine = createMediaEngine({ clock, openSource: sources.open, random: () => 0 });
  server = createServer((request, response) => {
    engine.handleHls(request, response, (request.url ?? '').slice('/hls/'.length));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port; // a TCP server's address is never a string
});

afterEach(async () => {
  await engine.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function fetchFile(
  file: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: `/hls/${KEY}/${file}`, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on('error', reject);
  });
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
    for (let round = 0; round < 60; round++) await feed(samples, 25);
    expect(source.isClosed).toBe(true);
    expect(engine.findStatus(KEY)?.state).toBe('idle');
    expect(engine.stats().bufferedBytes).toBe(0);
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
    const known = await fetchFile(name, { headers: { 'If-None-Match': `"${name}"` } });
    expect(known.status).toBe(304);
  });
});
