/** A camera with a sub stream, as its viewers meet it: playlists, pulls, numbers and times of both renditions. */
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createMediaEngine } from './embedded-engine.ts';
import type { MediaEngine } from './engine.ts';
import { findBox, readBoxes } from './fmp4/box-reader.ts';
import { AUDIO, VIDEO } from './fmp4/testing-configs.ts';
import type { StreamConfig } from './sample.ts';
import type { OpenSource } from './source.ts';
import type { SourceDefinition, StreamDefinition } from './source-definition.ts';
import { SampleFeed, TestSources, type FeedOptions } from './stream/testing-source.ts';

const KEY = 'cam-00000001';
const MAIN: SourceDefinition = { url: 'rtsp://c.test/main', username: undefined, password: undefined };
const SUB: SourceDefinition = { ...MAIN, url: 'rtsp://c.test/sub' };
const LARGE: StreamConfig = {
  video: { ...VIDEO, width: 1280, height: 720, codecString: 'avc1.64001f' },
  audio: undefined,
};
const SMALL: StreamConfig = { video: { ...VIDEO, width: 320, height: 180 }, audio: undefined };
const FPS = 25;

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: Buffer;
}

/** One of the camera's two sources, with the pictures that it sends while it is open. */
class Camera {
  readonly sources = new TestSources();
  readonly #clock: VirtualClock;
  readonly #options: FeedOptions;
  readonly config: StreamConfig;
  /** How late the first second of a session seems to be taken, ms. */
  startsLateMs = 0;
  #feed: SampleFeed | undefined;
  #sentFrames = 0;

  constructor(clock: VirtualClock, config: StreamConfig, options: FeedOptions) {
    this.#clock = clock;
    this.config = config;
    this.#options = options;
  }

  get isPulled(): boolean {
    const source = this.sources.opened.at(-1);
    return source !== undefined && !source.isClosed;
  }

  /** A frame, if somebody pulls. */
  send(): void {
    if (!this.isPulled) {
      this.#feed = undefined;
      return;
    }
    if (this.#feed === undefined) {
      this.#feed = new SampleFeed({ ...this.#options, startWallMs: this.#clock.now() });
      this.#sentFrames = 0;
      this.sources.last.emit({ type: 'config', config: this.config });
    }
    const lateMs = this.#sentFrames++ < FPS ? this.startsLateMs : 0;
    for (const event of this.#feed.next()) {
      if (event.type !== 'sample') continue;
      const { sample } = event;
      this.sources.last.emit({ type: 'sample', sample: { ...sample, wallMs: sample.wallMs + lateMs } });
    }
  }

  /** The connection breaks. */
  async lose(): Promise<void> {
    this.#feed = undefined;
    this.sources.last.fail('SOURCE_CLOSED');
    await this.#clock.advance(0);
  }
}

let clock: VirtualClock;
let main: Camera;
let sub: Camera;
let engine: MediaEngine;
let server: Server;
let port: number;

function setUp(mainConfig: StreamConfig, subConfig: StreamConfig): void {
  main = new Camera(clock, mainConfig, {
    gop: 50,
    keyframeBytes: 20_000,
    frameBytes: 5_000,
    audio: mainConfig.audio !== undefined,
  });
  sub = new Camera(clock, subConfig, { gop: 37, audio: subConfig.audio !== undefined });
}

beforeEach(async () => {
  clock = new VirtualClock();
  setUp(LARGE, SMALL);
  const openSource: OpenSource = (options) =>
    (options.source.url === MAIN.url ? main : sub).sources.open(options);
  engine = createMediaEngine({ clock, openSource, random: () => 0 });
  server = createServer((request, response) => {
    engine.handleHls(request, response, (request.url ?? '').slice('/hls/'.length));
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

function start(fields: Partial<StreamDefinition> = {}): void {
  engine.setStreams([{ key: KEY, source: MAIN, sub: SUB, pull: 'on-demand', ...fields }]);
}

function fetchFile(file: string, userAgent = 'player'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { 'user-agent': userAgent };
    get({ host: '127.0.0.1', port, path: `/hls/${KEY}/${file}`, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, text: body.toString(), body });
      });
    }).on('error', reject);
  });
}

/** Lets the real network deliver what is on its way. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Both cameras send for so long, if they are pulled. */
async function play(seconds: number): Promise<void> {
  for (let frame = 0; frame < seconds * FPS; frame++) {
    main.send();
    sub.send();
    await clock.advance(1000 / FPS);
  }
  await settle();
}

/** Asks, then lets time pass until there is an answer. */
async function fetchPlaying(file: string, limitS = 12): Promise<Reply> {
  let reply: Reply | undefined;
  const asking = fetchFile(file).then((answer) => (reply = answer));
  await settle();
  for (let waitedS = 0; reply === undefined && waitedS < limitS; waitedS += 0.2) await play(0.2);
  return reply ?? asking;
}

function variants(playlist: string): string[] {
  return playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

interface Listed {
  readonly uri: string;
  readonly discontinuitySequence: number;
  readonly wallMs: number;
}

function listed(playlist: string): Listed[] {
  let discontinuitySequence = Number(/DISCONTINUITY-SEQUENCE:(\d+)/.exec(playlist)?.[1] ?? 0);
  let wallMs = 0;
  const segments: Listed[] = [];
  for (const line of playlist.split('\n')) {
    if (line === '#EXT-X-DISCONTINUITY') discontinuitySequence++;
    if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) wallMs = Date.parse(line.slice(25));
    if (line !== '' && !line.startsWith('#')) segments.push({ uri: line, discontinuitySequence, wallMs });
  }
  return segments;
}

/** First decode time of the video in a segment, seconds. */
async function mediaS(uri: string): Promise<number> {
  const { body } = await fetchFile(uri);
  const tfdt = findBox(readBoxes(body), 'moof/traf/tfdt');
  return Number(tfdt?.content.readBigUInt64BE(4) ?? -1n) / VIDEO.timescale;
}

/** Media time minus wall time of each listed segment, seconds: the same everywhere when the timelines fit. */
async function offsets(playlist: string): Promise<number[]> {
  return Promise.all(listed(playlist).map(async ({ uri, wallMs }) => (await mediaS(uri)) - wallMs / 1000));
}

describe('the multivariant playlist', () => {
  it('learns both renditions at the first request, and lists what was measured', async () => {
    start();
    const { status, text } = await fetchPlaying('index.m3u8');
    expect(status).toBe(200);
    expect(variants(text)).toEqual(['media.m3u8', 'sub-media.m3u8']);
    expect(text).toMatch(/CODECS="avc1\.64001f",RESOLUTION=1280x720/);
    expect(text).toMatch(/CODECS="avc1\.64001e",RESOLUTION=320x180/);
    expect(variants((await fetchFile('low-latency.m3u8')).text)).toEqual([
      'media-ll.m3u8',
      'sub-media-ll.m3u8',
    ]);
  });

  it('remembers what a rendition is while it sleeps, and pulls nothing for the list', async () => {
    start({ idleCloseMs: 1000 });
    await fetchPlaying('index.m3u8');
    await play(25);
    expect([main.isPulled, sub.isPulled]).toEqual([false, false]);
    const attempts = [main.sources.attempts, sub.sources.attempts];
    const { text } = await fetchFile('index.m3u8');
    expect(variants(text)).toEqual(['media.m3u8', 'sub-media.m3u8']);
    expect(text.match(/FRAME-RATE=25\.000/g)).toHaveLength(2);
    await play(1);
    expect([main.sources.attempts, sub.sources.attempts]).toEqual(attempts);
  });

  it('does not wait for a dead sub, and does not list it', async () => {
    sub.sources.failWith = 'SOURCE_REFUSED';
    start();
    const { text } = await fetchPlaying('index.m3u8');
    expect(variants(text)).toEqual(['media.m3u8']);
  });

  it('waits only so long for a sub that never says anything', async () => {
    sub.sources.hangs = true;
    start();
    const { status, text } = await fetchPlaying('index.m3u8', 5);
    expect([status, variants(text)]).toEqual([200, ['media.m3u8']]);
  });

  it('serves the sub alone while the main is dead, and says so', async () => {
    main.sources.failWith = 'SOURCE_REFUSED';
    start();
    const { status, text } = await fetchPlaying('index.m3u8');
    expect([status, variants(text)]).toEqual([200, ['sub-media.m3u8']]);
    const found = engine.findStatus(KEY);
    expect(found?.state).toBe('retrying');
    expect(found?.renditions.map(({ name, state }) => [name, state])).toEqual([
      ['main', 'retrying'],
      ['sub', 'live'],
    ]);
  });

  it('says why when both are dead', async () => {
    main.sources.failWith = 'SOURCE_REFUSED';
    sub.sources.failWith = 'SOURCE_REFUSED';
    start();
    const { status, text } = await fetchPlaying('index.m3u8');
    expect([status, JSON.parse(text)]).toMatchObject([503, { code: 'SOURCE_REFUSED' }]);
  });

  it('lists one rendition for who asks for one, and does not open the other', async () => {
    start();
    const { text } = await fetchPlaying('index.m3u8?rendition=sub');
    expect(variants(text)).toEqual(['sub-media.m3u8']);
    expect(main.sources.attempts).toBe(0);
  });

  it('leaves a camera without a sub stream as it is', async () => {
    engine.setStreams([{ key: KEY, source: MAIN, pull: 'on-demand' }]);
    const { text } = await fetchPlaying('index.m3u8');
    expect(variants(text)).toEqual(['media.m3u8']);
    expect(variants((await fetchFile('index.m3u8?rendition=sub')).text)).toEqual(['media.m3u8']);
    expect((await fetchFile('sub-media.m3u8')).status).toBe(404);
    expect((await fetchFile('sub-seg-1.m4s')).status).toBe(404);
  });
});

describe('pulling the sub', () => {
  it('happens for who asks for its playlist, and ends after the last', async () => {
    start({ pull: 'always', idleCloseMs: 5000 });
    await play(10);
    expect(sub.sources.attempts).toBe(0);
    expect((await fetchPlaying('sub-media.m3u8')).status).toBe(200);
    expect(sub.isPulled).toBe(true);
    await play(20);
    expect([main.isPulled, sub.isPulled]).toEqual([true, false]);
  });

  it('begins anew when only its address changes, and leaves viewers of the main alone', async () => {
    start();
    await fetchPlaying('index.m3u8');
    const { opened } = main.sources;
    const before = opened.length;
    engine.setStreams([{ key: KEY, source: MAIN, pull: 'on-demand' }]);
    await play(1);
    expect([main.isPulled, sub.isPulled, opened.length]).toEqual([true, false, before]);
    expect(variants((await fetchFile('index.m3u8')).text)).toEqual(['media.m3u8']);
  });
});

describe('the common timeline', () => {
  /** Both playlists after the sub was woken beside a main that had played for a while. */
  async function wakeSub(): Promise<{ main: string; sub: string }> {
    start({ pull: 'always' });
    await play(13);
    await fetchPlaying('sub-media.m3u8');
    await play(7);
    return { main: (await fetchFile('media.m3u8')).text, sub: (await fetchFile('sub-media.m3u8')).text };
  }

  it('gives the same media time to the same wall time', async () => {
    const playlists = await wakeSub();
    const all = [...(await offsets(playlists.main)), ...(await offsets(playlists.sub))];
    expect(all.length).toBeGreaterThan(8);
    expect(Math.max(...all) - Math.min(...all)).toBeLessThan(1 / FPS);
  });

  it('is not misled by a first second that arrives late', async () => {
    start({ pull: 'always', idleCloseMs: 3000 });
    await fetchPlaying('index.m3u8');
    await play(20);
    expect(sub.isPulled).toBe(false);
    sub.startsLateMs = 800;
    await fetchPlaying('sub-media.m3u8');
    await play(5);
    const texts = [(await fetchFile('media.m3u8')).text, (await fetchFile('sub-media.m3u8')).text];
    const all = (await Promise.all(texts.map(offsets))).flat();
    expect(Math.max(...all) - Math.min(...all)).toBeLessThan(1 / FPS);
  });

  it('has one target duration', async () => {
    setUp(LARGE, SMALL);
    main = new Camera(clock, LARGE, { gop: 100 });
    const playlists = await wakeSub();
    const targets = [playlists.main, playlists.sub].map((text) => /TARGETDURATION:(\d+)/.exec(text)?.[1]);
    expect(targets).toEqual(['4', '4']);
  });

  it('keeps it over an outage of the main, and numbers discontinuities alike', async () => {
    await wakeSub();
    await main.lose();
    main.sources.failWith = 'SOURCE_REFUSED';
    for (let second = 0; second < 3; second++) {
      await fetchFile('sub-media.m3u8');
      await play(1);
    }
    main.sources.failWith = undefined;
    for (let second = 0; second < 16; second++) {
      void fetchFile('media.m3u8').catch(() => undefined);
      await fetchFile('sub-media.m3u8');
      await play(1);
    }
    const [mainText, subText] = [
      (await fetchFile('media.m3u8')).text,
      (await fetchFile('sub-media.m3u8')).text,
    ];
    const all = [...(await offsets(mainText)), ...(await offsets(subText))];
    expect(Math.max(...all) - Math.min(...all)).toBeLessThan(1 / FPS);
    expect(listed(mainText).at(-1)?.discontinuitySequence).toBe(1);
    expect(listed(subText).at(-1)?.discontinuitySequence).toBe(1);
  });

  it('lets a sub that slept through an outage begin with the present number', async () => {
    await wakeSub();
    await play(50);
    expect(sub.isPulled).toBe(false);
    await main.lose();
    await play(5);
    await fetchPlaying('sub-media.m3u8');
    await play(5);
    const { text } = await fetchFile('sub-media.m3u8');
    expect(text).toContain('sub-seg-');
    expect(listed(text).at(-1)?.discontinuitySequence).toBe(1);
    expect(text.match(/#EXT-X-DISCONTINUITY\n#EXT-X-MAP/g)).toBeNull();
    const all = [...(await offsets((await fetchFile('media.m3u8')).text)), ...(await offsets(text))];
    expect(Math.max(...all) - Math.min(...all)).toBeLessThan(1 / FPS);
  });

  it('reports the other rendition in low-latency playlists while it is live', async () => {
    start({ pull: 'always' });
    await play(5);
    expect((await fetchFile('media-ll.m3u8')).text).not.toContain('RENDITION-REPORT');
    const subText = (await fetchPlaying('sub-media-ll.m3u8')).text;
    const mainText = (await fetchFile('media-ll.m3u8')).text;
    const report = /RENDITION-REPORT:URI="sub-media-ll.m3u8",LAST-MSN=(\d+),LAST-PART=(\d+)/.exec(mainText);
    expect(report).not.toBeNull();
    expect(subText).toContain('RENDITION-REPORT:URI="media-ll.m3u8"');
    const next = `_HLS_msn=${report?.[1] ?? ''}&_HLS_part=${Number(report?.[2]) + 1}`;
    expect((await fetchPlaying(`sub-media-ll.m3u8?${next}`)).status).toBe(200);
  });
});

describe('the bridge', () => {
  /** A main that plays beside a sub that was seen once and sleeps. */
  async function sleepingSub(): Promise<void> {
    start({ pull: 'always', idleCloseMs: 5_000 });
    await fetchPlaying('index.m3u8');
    await watch('media.m3u8', 20);
    expect(sub.isPulled).toBe(false);
  }

  /** A player reads a playlist for so long. */
  async function watch(file: string, seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await fetchPlaying(file);
      await play(1);
    }
  }

  /** Start and end of each listed segment on the media timeline, seconds. */
  async function spans(text: string): Promise<{ uri: string; startS: number; endS: number }[]> {
    const durations = [...text.matchAll(/#EXTINF:([\d.]+)/g)].map((match) => Number(match[1]));
    return Promise.all(
      listed(text).map(async ({ uri }, index) => {
        const startS = await mediaS(uri);
        return { uri, startS, endS: startS + (durations[index] ?? 0) };
      }),
    );
  }

  it('answers at once with what the main has, and goes over to the sub without a hole', async () => {
    await sleepingSub();
    const first = await fetchFile('sub-media.m3u8');
    expect(first.status).toBe(200);
    const mainText = (await fetchFile('media.m3u8')).text;
    expect(listed(first.text).map(({ uri }) => uri.replace('sub-bridge-', 'seg-'))).toEqual(
      listed(mainText).map(({ uri }) => uri),
    );
    const [borrowed, original] = await Promise.all(
      [listed(first.text), listed(mainText)].map((list) => fetchFile(list[0]?.uri ?? '')),
    );
    expect(borrowed?.body.equals(original?.body ?? Buffer.alloc(0))).toBe(true);

    await play(7);
    const later = (await fetchFile('sub-media.m3u8')).text;
    const all = await spans(later);
    expect(all.map(({ uri }) => /^sub-(seg|bridge)/.exec(uri)?.[1])).toContain('seg');
    expect(all[0]?.uri).toMatch(/^sub-bridge-/);
    for (const [index, span] of all.entries())
      if (index > 0) expect(Math.abs(span.startS - (all[index - 1]?.endS ?? 0))).toBeLessThan(1 / FPS);
    expect(later.match(/#EXT-X-MAP/g)).toHaveLength(2);
    const sequence = (text: string) => Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]);
    const firstUri = listed(later)[0]?.uri;
    const slid = listed(first.text).findIndex(({ uri }) => uri === firstUri);
    expect(slid).toBeGreaterThanOrEqual(0);
    expect(sequence(later)).toBe(sequence(first.text) + slid);
  });

  it('lends nothing that players of the sub could not play', async () => {
    const { video } = LARGE;
    if (video === undefined) throw new Error('the test has no video');
    setUp({ ...LARGE, video: { ...video, codec: 'h265', codecString: 'hvc1.1.6.L93.B0' } }, SMALL);
    await sleepingSub();
    const { text } = await fetchPlaying('sub-media.m3u8');
    expect(listed(text).every(({ uri }) => uri.startsWith('sub-seg-'))).toBe(true);
  });

  it('ends when the sub cannot be had: the main is not shown as the sub for ever', async () => {
    await sleepingSub();
    sub.sources.failWith = 'SOURCE_REFUSED';
    await fetchFile('sub-media.m3u8');
    await play(3);
    expect((await fetchPlaying('sub-media.m3u8')).status).toBe(503);
    expect(variants((await fetchFile('index.m3u8')).text)).toEqual(['media.m3u8']);
  });

  it('is seen by nobody who was not in the middle of the main', async () => {
    await sleepingSub();
    expect((await fetchFile('sub-media.m3u8')).text).toContain('sub-bridge-');
    const other = fetchFile('sub-media.m3u8', 'ffmpeg');
    await play(6);
    const [ours, theirs] = [(await fetchFile('sub-media.m3u8')).text, (await other).text];
    expect(listed(theirs).every(({ uri }) => uri.startsWith('sub-seg-'))).toBe(true);
    const sequence = (text: string) => Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]);
    const index = listed(ours).findIndex(({ uri }) => uri === listed(theirs)[0]?.uri);
    expect(sequence(theirs)).toBe(sequence(ours) + index);
    expect((await fetchFile('sub-media-ll.m3u8')).text).not.toContain('sub-bridge-');
  });

  it('keeps lent bytes as long as they are listed, whatever the lender does', async () => {
    await sleepingSub();
    const { text } = await fetchFile('sub-media.m3u8');
    const uri = listed(text).at(-1)?.uri ?? '';
    const { body } = await fetchFile(uri);
    await play(6);
    expect((await fetchFile(uri)).body.equals(body)).toBe(true);
  });

  it('works the other way round, for a main that sleeps beside a sub that is watched', async () => {
    start({ idleCloseMs: 15_000 });
    await fetchPlaying('index.m3u8');
    await watch('sub-media.m3u8', 30);
    expect([main.isPulled, sub.isPulled]).toEqual([false, true]);
    const { status, text } = await fetchFile('media.m3u8');
    expect([status, listed(text)[0]?.uri]).toEqual([200, expect.stringMatching(/^bridge-\d+\.m4s$/)]);
  });
});

describe('sound', () => {
  const tracksOf = async (name: string): Promise<string[]> => {
    const text = (await fetchFile(`${name}media.m3u8`)).text;
    const { body } = await fetchFile(/MAP:URI="([^"]+)"/.exec(text)?.[1] ?? '');
    return readBoxes(body)
      .flatMap((box) => box.children)
      .filter((box) => box.type === 'trak')
      .map((trak) => findBox([trak], 'trak/mdia/hdlr')?.content.toString('latin1', 8, 12) ?? '');
  };

  it.each([
    ['sound in both', AUDIO, AUDIO, ['vide', 'soun']],
    ['silence beside a main with sound', AUDIO, undefined, ['vide', 'soun']],
    ['no sound beside a silent main', undefined, AUDIO, ['vide']],
  ] as const)('the sub has %s', async (_what, mainAudio, subAudio, tracks) => {
    setUp({ ...LARGE, audio: mainAudio }, { ...SMALL, audio: subAudio });
    start({ pull: 'always' });
    await play(3);
    await fetchPlaying('sub-media.m3u8');
    await play(3);
    expect(await tracksOf('')).toEqual(mainAudio ? ['vide', 'soun'] : ['vide']);
    expect(await tracksOf('sub-')).toEqual(tracks);
    const { text } = await fetchFile('index.m3u8');
    const codecs = [...text.matchAll(/CODECS="([^"]+)"/g)].map((match) => match[1]?.includes('mp4a'));
    expect(codecs).toEqual([mainAudio !== undefined, mainAudio !== undefined]);
  });
});

describe('a WebSocket viewer', () => {
  interface Viewer {
    readonly socket: WebSocket;
    /** Type and rendition of each text, `binary` for bytes. */
    readonly log: string[];
  }

  async function openViewer(query = ''): Promise<Viewer> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/mse/${KEY}${query}`);
    const log: string[] = [];
    socket.on('message', (data: Buffer, isBinary) => {
      // Messages of the protocol always have a type.
      const message = isBinary ? undefined : (JSON.parse(data.toString()) as Record<string, unknown>);
      log.push(message ? [message['type'], message['rendition']].join(' ').trim() : 'binary');
    });
    await new Promise((resolve) => socket.once('open', resolve));
    await settle();
    return { socket, log };
  }

  it('is told the renditions, and goes on with the other at its next key frame', async () => {
    start({ pull: 'always' });
    await play(3);
    const { socket, log } = await openViewer();
    await play(1);
    expect(log.slice(0, 2)).toEqual(['renditions', 'config main']);
    socket.send(JSON.stringify({ type: 'switch', rendition: 'sub' }));
    await settle();
    await play(3);
    expect(log.filter((entry) => entry.startsWith('config'))).toEqual(['config main', 'config sub']);
    expect(engine.findStatus(KEY)?.renditions.map(({ viewers }) => viewers)).toEqual([0, 1]);
    socket.send(JSON.stringify({ type: 'switch', rendition: 'main' }));
    await settle();
    await play(3);
    expect(log.filter((entry) => entry.startsWith('config')).at(-1)).toBe('config main');
    socket.close();
    await settle();
    expect(engine.findStatus(KEY)?.viewers).toBe(0);
  });

  it('begins with the rendition it wishes, and the main is not pulled for it', async () => {
    start();
    const { socket, log } = await openViewer('?rendition=sub');
    await play(3);
    expect(log).toContain('config sub');
    expect(main.sources.attempts).toBe(0);
    socket.terminate();
  });

  it('stays where it is when the wished one cannot be had', async () => {
    sub.sources.failWith = 'SOURCE_REFUSED';
    start({ pull: 'always' });
    await play(3);
    const { socket, log } = await openViewer();
    socket.send(JSON.stringify({ type: 'switch', rendition: 'sub' }));
    await settle();
    await play(2);
    expect(log).toContain('switch-failed sub');
    const before = log.length;
    await play(1);
    expect(log.slice(before).every((entry) => entry === 'binary')).toBe(true);
    expect(log.length).toBeGreaterThan(before + 20);
    socket.terminate();
  });

  it.each([
    '{',
    '{"type":"switch"}',
    '{"type":"switch","rendition":"x"}',
    'null',
    '[]',
    '{"type":"switch","rendition":["sub"]}',
  ])('may say %s without effect', async (text) => {
    start({ pull: 'always' });
    await play(3);
    const { socket, log } = await openViewer();
    socket.send(text);
    await settle();
    await play(3);
    expect(log.filter((entry) => entry.startsWith('config'))).toEqual(['config main']);
    expect(sub.sources.attempts).toBe(0);
    socket.terminate();
  });
});
