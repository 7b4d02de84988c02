import { createServer, get, type ClientRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createMediaEngine } from './embedded-engine.ts';
import type { MediaEngine } from './engine.ts';
import { JpegFinder } from './jpeg/jpeg-finder.ts';
import { jpegConfig } from './jpeg/picture-timeline.ts';
import { makeTestJpeg, textOfJpeg } from './jpeg/testing-pictures.ts';
import type { MediaEvent } from './sample.ts';
import { SampleFeed, TestSources, VIDEO_ONLY } from './stream/testing-source.ts';

const KEY = 'picture-stream';
const CONFIG: MediaEvent = {
  type: 'config',
  config: { video: jpegConfig({ width: 32, height: 16 }), audio: undefined },
};
let clock: VirtualClock;
let sources: TestSources;
let engine: MediaEngine;
let server: Server;
let dts: number;
const closing: (() => void)[] = [];

beforeEach(async () => {
  clock = new VirtualClock();
  sources = new TestSources();
  dts = 0;
  engine = createMediaEngine({ clock, openSource: sources.open, random: () => 0 });
  engine.setStreams([
    {
      key: KEY,
      source: { url: 'http://camera/', username: undefined, password: undefined },
      pull: 'on-demand',
    },
  ]);
  server = createServer((request, response) =>
    engine.handleHls(request, response, (request.url ?? '').slice(5)),
  );
  server.on('upgrade', (request, socket, head) =>
    engine.handleMseUpgrade(request, socket, head, (request.url ?? '').slice(5)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await engine.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

// The server listens on a port, so its address is no path.
const port = () => (server.address() as AddressInfo).port;

function picture(text: string, bytes = 0): MediaEvent {
  dts += 9000;
  const data = Buffer.concat([makeTestJpeg(text), Buffer.alloc(bytes)]);
  return {
    type: 'sample',
    sample: { kind: 'video', data, dts, pts: dts, duration: 9000, keyframe: true, wallMs: clock.now() },
  };
}

/** What a WebSocket viewer was sent: messages by type, pictures by text. */
async function watch(): Promise<{ readonly log: string[]; readonly socket: WebSocket }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/mse/${KEY}`);
  closing.push(() => socket.terminate());
  const log: string[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) log.push(textOfJpeg(data));
    else {
      // Our own message, of which the test looks at these two.
      const message = JSON.parse(data.toString()) as { type: string; mime?: string };
      log.push(message.mime ?? message.type);
    }
  });
  await new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  await expect.poll(() => sources.opened.length).toBeGreaterThan(0);
  return { log, socket };
}

interface Reading {
  readonly pictures: string[];
  readonly message: Promise<IncomingMessage>;
  readonly request: ClientRequest;
  isOver: boolean;
}

function read(file = 'live.mjpeg'): Reading {
  const request = get({ host: '127.0.0.1', port: port(), path: `/hls/${KEY}/${file}`, agent: false });
  closing.push(() => request.destroy());
  const answered = Promise.withResolvers<IncomingMessage>();
  const reading: Reading = { pictures: [], message: answered.promise, request, isOver: false };
  request.on('error', answered.reject);
  answered.promise.catch(() => undefined);
  request.on('response', (message) => {
    const finder = new JpegFinder({
      onPicture: (data) => reading.pictures.push(textOfJpeg(data)),
      onTrouble: () => undefined,
    });
    message.on('data', (chunk: Buffer) => finder.push(chunk));
    message.on('error', () => undefined);
    message.on('close', () => (reading.isOver = true));
    answered.resolve(message);
  });
  return reading;
}

describe('a camera that sends single pictures, over the WebSocket', () => {
  it('is announced as such; then a picture in each message', async () => {
    const { log } = await watch();
    sources.last.emit(CONFIG, picture('a'));
    await clock.advance(100);
    sources.last.emit(picture('b'));
    await expect.poll(() => log.filter((each) => each !== 'status')).toEqual(['image/jpeg', 'a', 'b']);
    expect(engine.findStatus(KEY)).toMatchObject({
      state: 'live',
      delivery: 'pictures',
      viewers: 1,
      video: { codec: 'JPEG', width: 32 },
    });
    const second = await watch();
    await expect.poll(() => second.log).toEqual(['image/jpeg', 'b']);
  });

  it('brings at most 15 pictures a second, the newest ones', async () => {
    const { log } = await watch();
    sources.last.emit(CONFIG);
    for (let count = 0; count < 100; count++) {
      sources.last.emit(picture(`${count}`));
      await clock.advance(10);
    }
    await clock.advance(100);
    await expect.poll(() => log.at(-1)).toBe('99');
    expect(log.filter((each) => /^\d+$/.test(each)).length).toBeLessThanOrEqual(17);
  });

  it('leaves out for a slow viewer what is not the newest, and nothing for the others', async () => {
    const slow = await watch();
    const fast = await watch();
    sources.last.emit(CONFIG, picture('start'));
    await expect.poll(() => fast.log.at(-1)).toBe('start');
    slow.socket.pause();
    for (let count = 0; count < 40; count++) {
      sources.last.emit(picture(`${count}`, 1_000_000));
      await clock.advance(100);
      await expect.poll(() => fast.log.at(-1)).toBe(`${count}`);
    }
    slow.socket.resume();
    await expect.poll(() => slow.log.at(-1)).toBe('39');
    expect(slow.log.filter((each) => /^\d+$/.test(each)).length).toBeLessThan(30);
  });

  it('tells of a picture that stays the same', async () => {
    const { log } = await watch();
    sources.last.emit(CONFIG, picture('a'), { type: 'unchanged' });
    await expect.poll(() => log.slice(-2)).toEqual(['a', 'status']);
    for (let second = 0; second < 20; second++) {
      await clock.advance(1000);
      sources.last.emit({ type: 'unchanged' });
    }
    expect(engine.findStatus(KEY)?.state).toBe('live');
  });

  it('that becomes a camera with video is told, and brings fragments', async () => {
    const { log } = await watch();
    sources.last.emit(CONFIG, picture('a'));
    await expect.poll(() => log.at(-1)).toBe('a');
    sources.last.emit({ type: 'config', config: VIDEO_ONLY }, ...new SampleFeed().take(3));
    await expect.poll(() => log.some((each) => each.startsWith('video/mp4'))).toBe(true);
    expect(engine.findStatus(KEY)?.delivery).toBe('media');
  });

  it('that was a camera with video has nothing left of it', async () => {
    const { log } = await watch();
    sources.last.emit({ type: 'config', config: VIDEO_ONLY }, ...new SampleFeed().take(200));
    expect(engine.stats().bufferedBytes).toBeGreaterThan(10_000);
    sources.last.emit(CONFIG, picture('a'));
    await expect.poll(() => log.slice(-2)).toEqual(['image/jpeg', 'a']);
    expect(engine.stats().bufferedBytes).toBeLessThan(2000);
    expect((await read('relay-0.ts').message).statusCode).toBe(404);
  });

  it('has no playlist, and says so in a way that players know', async () => {
    const asking = read('index.m3u8');
    await expect.poll(() => sources.opened.length).toBe(1);
    sources.last.emit(CONFIG, picture('a'));
    const message = await asking.message;
    expect(message.statusCode).toBe(406);
    expect((await read('low-latency.m3u8').message).statusCode).toBe(406);
  });
});

describe('a camera that sends single pictures, as one endless reply', () => {
  it('begins when the first picture is there, and counts as watched until it is left', async () => {
    const reading = read();
    await expect.poll(() => sources.opened.length).toBe(1);
    sources.last.emit(CONFIG, picture('a'));
    const { headers, statusCode } = await reading.message;
    expect([statusCode, headers['content-type'], headers.connection, headers['cache-control']]).toEqual([
      200,
      'multipart/x-mixed-replace; boundary=pantau-picture',
      'close',
      'no-store',
    ]);
    await clock.advance(100);
    sources.last.emit(picture('b'));
    await expect.poll(() => reading.pictures).toEqual(['a', 'b']);
    expect(engine.findStatus(KEY)?.viewers).toBe(1);
    reading.request.destroy();
    await expect.poll(() => engine.findStatus(KEY)?.viewers).toBe(0);
    await clock.advance(31_000);
    expect(engine.findStatus(KEY)?.state).toBe('idle');
  });

  it('ends when no picture came for 10 s: nothing in it could say that the last one is old', async () => {
    const reading = read();
    await expect.poll(() => sources.opened.length).toBe(1);
    sources.last.emit(CONFIG, picture('a'));
    await reading.message;
    sources.last.fail('SOURCE_CLOSED');
    await clock.advance(11_000);
    await expect.poll(() => reading.isOver).toBe(true);
  });

  it('gives a slow reader the newest, and cuts off who reads nothing', async () => {
    const reading = read();
    await expect.poll(() => sources.opened.length).toBe(1);
    sources.last.emit(CONFIG, picture('start'));
    const message = await reading.message;
    message.pause();
    for (let count = 0; count < 30; count++) {
      sources.last.emit(picture(`${count}`, 1_000_000));
      await clock.advance(100);
    }
    message.resume();
    await expect.poll(() => reading.pictures.at(-1)).toBe('29');
    expect(reading.pictures.length).toBeLessThan(25);
    message.pause();
    await expect
      .poll(
        async () => {
          sources.last.emit(picture('x', 1_000_000));
          await clock.advance(500);
          return engine.findStatus(KEY)?.viewers;
        },
        { interval: 5, timeout: 5000 },
      )
      .toBe(0);
  });

  it('is refused for a camera with video, and for one that is away', async () => {
    const asking = read();
    await expect.poll(() => sources.opened.length).toBe(1);
    sources.last.emit({ type: 'config', config: VIDEO_ONLY }, ...new SampleFeed().take(1));
    expect(engine.findStatus(KEY)?.state).toBe('live');
    await clock.advance(10_000);
    expect((await asking.message).statusCode).toBe(404);
    sources.failWith = 'SOURCE_UNREACHABLE';
    sources.last.fail('SOURCE_CLOSED');
    await expect.poll(() => engine.findStatus(KEY)?.state).toBe('retrying');
    expect((await read().message).statusCode).toBe(503);
  });

  it('ends with the stream', async () => {
    const reading = read();
    await expect.poll(() => sources.opened.length).toBe(1);
    sources.last.emit(CONFIG, picture('a'));
    await reading.message;
    engine.setStreams([]);
    await expect.poll(() => reading.isOver).toBe(true);
  });
});
