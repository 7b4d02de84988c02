import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { POLL_INTERVAL_MS } from '../jpeg/poll-pictures.ts';
import { makeTestJpeg, textOfJpeg } from '../jpeg/testing-pictures.ts';
import type { MediaEvent } from '../sample.ts';
import type { MediaSource } from '../source.ts';
import { sniff } from './http-kind.ts';
import { openHttpSource } from './http-source.ts';
import { HttpUpstream, type Answer } from './testing/http-upstream.ts';

let clock: VirtualClock;
let events: MediaEvent[];
beforeEach(() => {
  clock = new VirtualClock();
  events = [];
});

function open(url: string, signal = new AbortController().signal): Promise<MediaSource> {
  return openHttpSource({
    source: { url, username: undefined, password: undefined },
    onEvent: (event) => events.push(event),
    clock,
    logger: silentLogger,
    signal,
  });
}

/** Events as words: a picture by its text. */
function words(): string[] {
  return events.map((event) => {
    if (event.type === 'sample') return textOfJpeg(event.sample.data);
    return event.type === 'config'
      ? `${event.config.video?.width}x${event.config.video?.height}`
      : event.type;
  });
}

const codeOf = (source: MediaSource) =>
  source.ended.then(
    () => 'ended',
    (error: { code?: string }) => error.code,
  );

describe('a stream of pictures', () => {
  const part = (text: string, width?: number) =>
    Buffer.concat([
      Buffer.from('--x\r\nContent-Type: image/jpeg\r\n\r\n'),
      makeTestJpeg(text, width),
      Buffer.from('\r\n'),
    ]);

  it('becomes samples with a config in front and at each new size, and ends with the connection', async () => {
    await using upstream = await HttpUpstream.start((_request, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=y', server: 'cam/1' });
      response.end(Buffer.concat([part('a'), part('b'), part('c', 64)]));
    });
    const source = await open(upstream.url('/'));
    expect([source.server, source.tracks[0]?.encoding]).toEqual(['cam/1', 'MJPEG']);
    expect(await codeOf(source)).toBe('SOURCE_CLOSED');
    expect(words()).toEqual(['32x16', 'a', 'b', '64x16', 'c']);
    const times = events.flatMap((event) => (event.type === 'sample' ? [event.sample] : []));
    expect(times.every(({ keyframe, duration }) => keyframe && duration > 0)).toBe(true);
    expect(times.every(({ dts }, index) => index === 0 || dts > (times[index - 1]?.dts ?? 0))).toBe(true);
  });

  it('is dated by its arrival', async () => {
    let write: (bytes: Buffer) => void = () => undefined;
    await using upstream = await HttpUpstream.start((_request, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace' });
      write = (bytes) => void response.write(bytes);
      write(part('a'));
    });
    await using source = await open(upstream.url('/'));
    await expect.poll(() => words().length).toBe(2);
    await clock.advance(400);
    write(part('b'));
    await expect.poll(() => words().length).toBe(3);
    expect(events.at(-1)).toMatchObject({ sample: { duration: 36_000 } });
    void source;
  });

  it('closes its connection when it is closed, and says nothing more', async () => {
    await using upstream = await HttpUpstream.start((_request, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace' });
      response.write(part('a'));
    });
    const source = await open(upstream.url('/'));
    await source.close();
    expect(await codeOf(source)).toBe('ended');
    await expect.poll(() => upstream.connections).toBe(0);
  });
});

it('a flood of empty pictures, or of empty FLV tags, is made to wait', async () => {
  const flv = Buffer.concat([Buffer.from('464c560105000000090000000000', 'hex'), Buffer.alloc(64)]);
  for (const [type, head, unit] of [
    ['multipart/x-mixed-replace', '', 'ffd8ffd9'],
    ['video/x-flv', flv.toString('hex'), '090000000000000000000000000000'],
  ] as const) {
    await using upstream = await HttpUpstream.start((_request, response) => {
      response.writeHead(200, { 'content-type': type });
      response.write(Buffer.from(head, 'hex'));
      const many = Buffer.from(unit.repeat(16_000), 'hex');
      response.on('drain', () => response.write(many));
      response.write(many);
    });
    clock = new VirtualClock();
    const logs: unknown[] = [];
    const warn = (facts: object) => void logs.push('last' in facts ? facts.last : undefined);
    await using source = await openHttpSource({
      source: { url: upstream.url('/'), username: undefined, password: undefined },
      onEvent: () => undefined,
      clock,
      logger: { ...silentLogger, warn },
      signal: new AbortController().signal,
    });
    source.ended.catch(() => undefined);
    await expect
      .poll(async () => {
        await clock.advance(500);
        return logs;
      })
      .toContain('the camera sends more than is read in a second; it was made to wait');
  }
});

describe('a camera that gives one picture at a time', () => {
  const give =
    (text: string, headers: Record<string, string> = {}): Answer =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg', ...headers }).end(makeTestJpeg(text));
    };

  it('is asked again and again, one request at a time', async () => {
    await using upstream = await HttpUpstream.start((request, response) =>
      give(`${upstream.seen.length}`)(request, response),
    );
    await using source = await open(upstream.url('/snap.jpg'));
    await expect.poll(() => words()).toEqual(['32x16', '1']);
    for (let count = 2; count <= 4; count++) {
      await clock.advance(POLL_INTERVAL_MS);
      await expect.poll(() => words().at(-1)).toBe(`${count}`);
    }
    expect(upstream.seen).toHaveLength(4);
    void source;
  });

  it('says when its picture is the same, by status or by the very bytes', async () => {
    await using upstream = await HttpUpstream.start(
      give('a', { etag: '"1"', 'last-modified': 'Wed, 01 Jan 2025 00:00:00 GMT' }),
    );
    await using source = await open(upstream.url('/'));
    await expect.poll(() => words()).toEqual(['32x16', 'a']);
    upstream.answer = (_request, response) => response.writeHead(304).end();
    await clock.advance(POLL_INTERVAL_MS);
    await expect.poll(() => words().at(-1)).toBe('unchanged');
    expect(upstream.requests[1]?.headers).toMatchObject({
      'if-none-match': '"1"',
      'if-modified-since': 'Wed, 01 Jan 2025 00:00:00 GMT',
    });
    upstream.answer = give('a');
    await clock.advance(POLL_INTERVAL_MS);
    await expect.poll(() => words().slice(2)).toEqual(['unchanged', 'unchanged']);
    void source;
  });

  it('that is slow is asked less often', async () => {
    let reply = () => {};
    await using upstream = await HttpUpstream.start(give('a'));
    await using source = await open(upstream.url('/'));
    await expect.poll(() => words().length).toBe(2);
    upstream.answer = (request, response) => (reply = () => give('b')(request, response));
    await clock.advance(POLL_INTERVAL_MS);
    await expect.poll(() => upstream.seen.length).toBe(2);
    await clock.advance(3000); // it takes three seconds
    reply();
    await expect.poll(() => words().at(-1)).toBe('b');
    await clock.advance(3900);
    expect(upstream.seen).toHaveLength(2);
    await clock.advance(200);
    await expect.poll(() => upstream.seen.length).toBe(3);
    void source;
  });

  it('may fail twice in a row, not three times', async () => {
    await using upstream = await HttpUpstream.start(give('a'));
    const source = await open(upstream.url('/'));
    const ended = codeOf(source);
    await expect.poll(() => words().length).toBe(2);
    upstream.answer = (_request, response) => response.writeHead(503).end();
    let outcome: string | undefined;
    void ended.then((code) => (outcome = code));
    await expect
      .poll(
        async () => {
          await clock.advance(100);
          return outcome;
        },
        { interval: 5 },
      )
      .toBe('SOURCE_REFUSED');
    expect(upstream.seen).toHaveLength(4);
  });

  it('that refuses the login is believed at once', async () => {
    await using upstream = await HttpUpstream.start(give('a'));
    const source = await open(upstream.url('/'));
    await expect.poll(() => words().length).toBe(2);
    upstream.answer = (_request, response) => response.writeHead(401).end();
    await clock.advance(POLL_INTERVAL_MS);
    expect(await codeOf(source)).toBe('SOURCE_UNAUTHORIZED');
  });
});

describe('what an address gives', () => {
  it.each<readonly [string, string, string | Buffer, string]>([
    ['a picture with a wrong type', 'application/octet-stream', makeTestJpeg('a'), 'JPEG'],
    ['a picture without a type', '', makeTestJpeg('a'), 'JPEG'],
    [
      'a stream of pictures called a picture',
      'image/jpeg',
      Buffer.concat([Buffer.from('--b\r\nContent-Type: image/jpeg\r\n\r\n'), makeTestJpeg('a')]),
      'MJPEG',
    ],
    ['a playlist called text', 'text/plain', '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n', 'HLS'],
    [
      'FLV called bytes',
      'application/octet-stream',
      Buffer.from('FLV\x01\x05\0\0\0\x09\0\0\0\0', 'latin1'),
      'FLV',
    ],
  ])('%s', async (_name, type, body, encoding) => {
    await using upstream = await HttpUpstream.start((_request, response) => {
      response.writeHead(200, type === '' ? {} : { 'content-type': type }).end(body);
    });
    await using source = await open(upstream.url('/x'));
    expect(source.tracks[0]?.encoding).toBe(encoding);
  });

  it.each<readonly [string, string, string | Buffer]>([
    ['a login page', 'text/html', '<!doctype html><title>Login</title>'],
    ['MPEG-TS', 'video/mp2t', Buffer.concat([Buffer.alloc(188, 0x47), Buffer.alloc(188, 0x47)])],
    ['an archive', 'application/zip', 'PK'],
    ['nothing', 'application/octet-stream', ''],
  ])('%s is nothing to show', async (_name, type, body) => {
    await using upstream = await HttpUpstream.start((_request, response) => {
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    await expect(open(upstream.url('/x'))).rejects.toMatchObject({ code: 'CODEC_UNSUPPORTED' });
    await expect.poll(() => upstream.connections).toBe(0);
  });

  it('is not waited for when it is not wanted any more', async () => {
    await using upstream = await HttpUpstream.start(() => undefined);
    const stopper = new AbortController();
    const opening = open(upstream.url('/'), stopper.signal).catch((error: unknown) => error);
    await expect.poll(() => upstream.seen.length).toBe(1);
    const reason = new Error('no more');
    stopper.abort(reason);
    expect(await opening).toBe(reason);
    await expect.poll(() => upstream.connections).toBe(0);
  });

  it('is told by few bytes', () => {
    expect(sniff(Buffer.from([0xff, 0xd8, 0xff]))).toBe('picture');
    expect(sniff(Buffer.from('\u00ef\u00bb\u00bf#EXTM3U', 'latin1'))).toBe('playlist');
    expect(sniff(Buffer.alloc(0))).toBeUndefined();
  });
});
