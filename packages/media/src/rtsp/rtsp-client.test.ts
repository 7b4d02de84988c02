import { createHash } from 'node:crypto';
import type { Logger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, test } from 'vitest';
import { connectRtsp } from './rtsp-connection.ts';
import { openRtspSession, openSessionWith } from './rtsp-client.ts';
import type { RtspSessionOptions } from './rtsp-session.ts';
import {
  behave,
  behaveExcept,
  formatReply,
  SDP_AUDIO,
  SDP_VIDEO,
  startScriptedCamera,
  type CameraLine,
  type CameraScript,
  type ScriptedCamera,
} from './scripted-camera.ts';

const PASSWORD = 'pa ss:w@rd"';

/** A client with everything it said and got. */
function client(url: string, overrides: Partial<RtspSessionOptions> = {}) {
  const clock = new VirtualClock();
  const packets: { track: number; seq: number; lostBefore: number }[] = [];
  const reports: { track: number; rtpTimestamp: number; ntpMs: number }[] = [];
  const log: string[] = [];
  const write = (fields: object, message: string) => void log.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  const controller = new AbortController();
  const options: RtspSessionOptions = {
    source: { url, username: undefined, password: undefined },
    handler: {
      onRtp: (track, packet, lostBefore) =>
        void packets.push({ track, seq: packet.sequenceNumber, lostBefore }),
      onSenderReport: (track, rtpTimestamp, ntpMs) => void reports.push({ track, rtpTimestamp, ntpMs }),
    },
    clock,
    logger,
    signal: controller.signal,
    ...overrides,
  };
  return { clock, packets, reports, log, controller, options, open: () => openRtspSession(options) };
}

const withLogin = (url: string) => ({ source: { url, username: 'joe', password: new Secret(PASSWORD) } });

function rtp(seq: number, payloadType = 96, ssrc = 7): Buffer {
  const bytes = Buffer.alloc(16);
  bytes[0] = 0x80;
  bytes[1] = payloadType;
  bytes.writeUInt16BE(seq, 2);
  bytes.writeUInt32BE(ssrc, 8);
  return bytes;
}

const SENDER_REPORT = Buffer.from('80c8000600000007b44db7052000000000015f9000000001000000ff', 'hex');
const GOODBYE = Buffer.from('81cb000100000007', 'hex');

/** Lets what is under way on the sockets arrive. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 20_000 && !isTrue(); turn++)
    await new Promise<void>((resolve) => setImmediate(resolve));
  expect(isTrue()).toBe(true);
}

const methods = (camera: ScriptedCamera) => camera.seen.map(({ method }) => method);
const firstLine = (camera: ScriptedCamera) => {
  const [line] = camera.lines;
  if (line === undefined) throw new Error('no connection');
  return line;
};

describe('opening', () => {
  test('sets up video and audio, plays, tears down', async () => {
    await using camera = await startScriptedCamera(behave);
    const { open, clock } = client(`${camera.origin}/live?x=1`);
    const session = await open();
    expect(session.tracks.map(({ encoding, setUp }) => [encoding, setUp])).toEqual([
      ['H264', true],
      ['MPEG4-GENERIC', true],
    ]);
    await session.close();
    await session.close();
    await session.ended;
    const base = `${camera.origin}/live?x=1/`;
    expect(camera.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `OPTIONS ${camera.origin}/live?x=1`,
      `DESCRIBE ${camera.origin}/live?x=1`,
      `SETUP ${base}track1`,
      `SETUP ${base}track2`,
      `PLAY ${base}`,
      `TEARDOWN ${base}`,
    ]);
    const [, describeRequest, setup1, setup2, play, teardown] = camera.seen;
    expect(describeRequest?.headers).toMatchObject({ accept: 'application/sdp', 'user-agent': 'Pantau' });
    expect(setup1?.headers).toMatchObject({ transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' });
    expect(setup1?.headers['session']).toBeUndefined();
    expect(setup2?.headers).toMatchObject({
      transport: 'RTP/AVP/TCP;unicast;interleaved=2-3',
      session: '1234',
    });
    expect([play?.headers['session'], teardown?.headers['session']]).toEqual(['1234', '1234']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('packets come in order, after the session, also those sent before the answer to PLAY', async () => {
    const script = behaveExcept({
      PLAY: (request, line) => {
        line.frame(0, rtp(1));
        line.frame(9, rtp(1)); // a channel nobody set up
        line.frame(1, SENDER_REPORT);
        line.socket.write('\r\n');
        line.reply(request, 200);
        line.frame(0, rtp(2));
        line.frame(2, rtp(50, 97));
        line.frame(0, rtp(5));
      },
    });
    await using camera = await startScriptedCamera(script);
    const { open, packets, reports } = client(`${camera.origin}/live`);
    const session = await open();
    expect(packets).toEqual([]);
    await until(() => packets.length === 4);
    expect(packets).toEqual([
      { track: 0, seq: 1, lostBefore: 0 },
      { track: 0, seq: 2, lostBefore: 0 },
      { track: 1, seq: 50, lostBefore: 0 },
      { track: 0, seq: 5, lostBefore: 2 },
    ]);
    expect(reports).toEqual([
      { track: 0, rtpTimestamp: 90_000, ntpMs: Date.UTC(1995, 10, 10, 11, 33, 25, 125) },
    ]);
    expect(session.lostPackets).toBe(2);
    await session.close();
  });

  test('a camera that sends byte by byte', async () => {
    const script: CameraScript = (request, line) => {
      const slow: CameraLine = {
        ...line,
        reply: (...args) => {
          for (const byte of Buffer.from(formatReply(...args))) line.socket.write(Buffer.from([byte]));
        },
      };
      behave(request, slow);
    };
    await using camera = await startScriptedCamera(script);
    const session = await client(`${camera.origin}/live`).open();
    expect(session.tracks).toHaveLength(2);
    await session.close();
  });

  test('channels are those the camera decides on', async () => {
    const channels = ['10-11', '4'];
    const script = behaveExcept({
      SETUP: (request, line) =>
        line.reply(request, 200, {
          Session: '1',
          Transport: `RTP/AVP;unicast;interleaved=${channels.shift()}`,
        }),
    });
    await using camera = await startScriptedCamera(script);
    const { open, packets } = client(`${camera.origin}/live`);
    const session = await open();
    const line = firstLine(camera);
    for (const [channel, payloadType] of [
      [10, 96],
      [4, 97],
      [0, 96],
    ] as const)
      line.frame(channel, rtp(1, payloadType));
    line.frame(10, rtp(2));
    await until(() => packets.length === 3);
    expect(packets.map(({ track }) => track)).toEqual([0, 1, 0]);
    await session.close();
  });

  test('a camera that gives both tracks the same channels, or none, is taken at our word', async () => {
    const transports = ['RTP/AVP/TCP;interleaved=0-1', 'RTP/AVP/TCP;interleaved=0-1'];
    const script = behaveExcept({
      SETUP: (request, line) => line.reply(request, 200, { Transport: transports.shift() ?? '' }),
    });
    await using camera = await startScriptedCamera(script);
    const { open, packets } = client(`${camera.origin}/live`);
    const session = await open();
    firstLine(camera).frame(2, rtp(1, 97));
    await until(() => packets.length === 1);
    expect(packets[0]?.track).toBe(1);
    await session.close();
  });

  test('audio that is refused is left out', async () => {
    const script = behaveExcept({
      SETUP: (request, line) =>
        request.url.endsWith('track2') ? line.reply(request, 459) : behave(request, line),
    });
    await using camera = await startScriptedCamera(script);
    const session = await client(`${camera.origin}/live`).open();
    expect(session.tracks.map(({ setUp }) => setUp)).toEqual([true, false]);
    await session.close();
  });

  test.each([
    [
      'the way back to the camera is not set up',
      `${SDP_VIDEO}m=audio 0 RTP/AVP 97\r\na=rtpmap:97 mpeg4-generic/8000\r\na=sendonly\r\na=control:back\r\n${SDP_AUDIO}`,
      ['track1', 'track2'],
    ],
    ['a picture marked sendonly is the only one', `${SDP_VIDEO}a=sendonly\r\n`, ['track1']],
    [
      'audio we cannot carry is left out',
      `${SDP_VIDEO}m=audio 0 RTP/AVP 8\r\na=control:track8\r\n`,
      ['track1'],
    ],
    [
      'the first video that we carry',
      `m=video 0 RTP/AVP 98\r\na=rtpmap:98 H265/90000\r\na=control:track0\r\n${SDP_VIDEO}`,
      ['track1'],
    ],
  ])('%s', async (_name, sdp, controls) => {
    await using camera = await startScriptedCamera(
      behaveExcept({ DESCRIBE: (request, line) => line.reply(request, 200, {}, sdp) }),
    );
    const session = await client(`${camera.origin}/live`).open();
    await session.close();
    const setups = camera.seen.filter(({ method }) => method === 'SETUP');
    expect(setups.map(({ url }) => url)).toEqual(
      controls.map((control) => `${camera.origin}/live/${control}`),
    );
  });

  test('a description shorter than announced is read as far as it came', async () => {
    const script = behaveExcept({
      DESCRIBE: (request, line) =>
        line.socket.write(
          `RTSP/1.0 200 OK\r\nCSeq: ${request.headers['cseq']}\r\nContent-Length: 900\r\n\r\n${SDP_VIDEO}`,
        ),
    });
    await using camera = await startScriptedCamera(script);
    const { open, clock } = client(`${camera.origin}/live`);
    const opening = open();
    await camera.until(() => methods(camera).includes('DESCRIBE'));
    await clock.advance(4000);
    await clock.advance(1000);
    await (await opening).close();
    expect(methods(camera)).toContain('PLAY');
  });

  test('answers with a foreign CSeq are skipped, one without is taken', async () => {
    const script = behaveExcept({
      OPTIONS: (request, line) => {
        line.reply(request, 500, { CSeq: '150' });
        line.socket.write('RTSP/1.0 100 Continue\r\n\r\n');
        line.socket.write('RTSP/1.0 200\r\nPublic: OPTIONS\r\n\r\n');
      },
    });
    await using camera = await startScriptedCamera(script);
    await (await client(`${camera.origin}/live`).open()).close();
  });

  test('"100 Continue" is not the answer yet', async () => {
    const script = behaveExcept({
      DESCRIBE: (request, line) => {
        line.reply(request, 100);
        behave(request, line);
      },
    });
    await using camera = await startScriptedCamera(script);
    const session = await client(`${camera.origin}/live`).open();
    expect(session.tracks).toHaveLength(2);
    await session.close();
  });

  test('a session id for each track: the first stays', async () => {
    let id = 231_960;
    const script = behaveExcept({
      SETUP: (request, line) => line.reply(request, 200, { Session: String((id += 10)), Transport: '' }),
    });
    await using camera = await startScriptedCamera(script);
    await (await client(`${camera.origin}/live`).open()).close();
    expect(camera.seen.slice(3).map(({ headers }) => headers['session'])).toEqual([
      '231970',
      '231970',
      '231970',
    ]);
  });

  test('OPTIONS that is refused does not matter', async () => {
    await using camera = await startScriptedCamera(
      behaveExcept({ OPTIONS: (request, line) => line.reply(request, 501) }),
    );
    await (await client(`${camera.origin}/live`).open()).close();
  });
});

describe('failures of opening', () => {
  const STEPS = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY'];

  test.each(STEPS)('no answer to %s', async (method) => {
    await using camera = await startScriptedCamera(behaveExcept({ [method]: () => {} }));
    const { open, clock } = client(`${camera.origin}/live`);
    const opening = open();
    const failed = expect(opening).rejects.toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: `The camera did not answer ${method} in time`,
    });
    await camera.until(() => methods(camera).includes(method));
    await clock.advance(5000);
    await failed;
    await camera.until(() => camera.lines.size === 0);
    // whoever gave out a session is told that it is over
    expect(methods(camera).includes('TEARDOWN')).toBe(method === 'PLAY');
    await until(() => clock.pendingTimers === 0);
  });

  test('a camera that answers each step just in time, for ever', async () => {
    const script: CameraScript = (request, line) =>
      line.reply(request, request.method === 'OPTIONS' ? 200 : 302, { Location: '/next' });
    const held: (() => void)[] = [];
    await using camera = await startScriptedCamera(
      (request, line) => void held.push(() => script(request, line)),
    );
    const { open, clock } = client(`${camera.origin}/live`);
    const failed = expect(open()).rejects.toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: expect.stringMatching(/too long/),
    });
    for (let step = 0; step < 7; step++) {
      await camera.until(() => held.length > 0);
      await clock.advance(4500);
      held.shift()?.();
      if (step === 6) break;
    }
    await failed;
    await until(() => clock.pendingTimers === 0);
  });

  test.each(STEPS)('the connection closes at %s', async (method) => {
    await using camera = await startScriptedCamera(
      behaveExcept({ [method]: (_request, line) => void line.socket.end() }),
    );
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({ code: 'SOURCE_CLOSED' });
  });

  test.each(STEPS)('junk without end at %s', async (method) => {
    const junk = Buffer.alloc(300 * 1024, 'x');
    await using camera = await startScriptedCamera(
      behaveExcept({ [method]: (_request, line) => void line.socket.write(junk) }),
    );
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({ code: 'RTSP_MALFORMED' });
  });

  test.each([
    [404, 'SOURCE_NOT_FOUND', /path/],
    [400, 'SOURCE_REFUSED', /400/],
    [403, 'SOURCE_REFUSED', /forbids/],
    [453, 'SOURCE_REFUSED', /busy/],
    [461, 'SOURCE_REFUSED', /TCP/],
    [503, 'SOURCE_REFUSED', /busy/],
    [551, 'SOURCE_REFUSED', /551/],
  ])('status %i is %s', async (status, code, message) => {
    await using camera = await startScriptedCamera(
      behaveExcept({ DESCRIBE: (request, line) => line.reply(request, status) }),
    );
    const opening = client(`${camera.origin}/live`).open();
    await expect(opening).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      details: { status },
    });
  });

  test.each([
    [
      'nothing we can show',
      'm=video 0 RTP/AVP 98\r\na=rtpmap:98 H265/90000\r\nm=audio 0 RTP/AVP 8\r\n',
      'CODEC_UNSUPPORTED',
      /H265, PCMA/,
    ],
    ['sound only', SDP_AUDIO, 'CODEC_UNSUPPORTED', /MPEG4-GENERIC/],
    ['no description', 'hello', 'SDP_MALFORMED', /described/],
  ])('%s', async (_name, sdp, code, message) => {
    await using camera = await startScriptedCamera(
      behaveExcept({ DESCRIBE: (request, line) => line.reply(request, 200, {}, sdp) }),
    );
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('a camera that insists on UDP', async () => {
    const Transport = 'RTP/AVP;unicast;client_port=1-2;server_port=3-4';
    await using camera = await startScriptedCamera(
      behaveExcept({ SETUP: (request, line) => line.reply(request, 200, { Transport }) }),
    );
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringMatching(/TCP/),
    });
  });

  test('trouble before a failure is reported, and no timer stays', async () => {
    const script = behaveExcept({
      DESCRIBE: (request, line) => {
        line.socket.write('?!');
        line.reply(request, 404);
      },
    });
    await using camera = await startScriptedCamera(script);
    const { open, clock, log } = client(`${camera.origin}/live`);
    await expect(open()).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    expect(log).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test('nothing listens, no such name, no such scheme', async () => {
    const camera = await startScriptedCamera(behave);
    await camera[Symbol.asyncDispose]();
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
    });
    await expect(client('rtsp://no-such-host.invalid/').open()).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
    });
    await expect(client('http://127.0.0.1/').open()).rejects.toMatchObject({ code: 'SOURCE_URL_INVALID' });
  });

  test('the signal ends it at any step, with its reason', async () => {
    for (const method of STEPS) {
      await using camera = await startScriptedCamera(behaveExcept({ [method]: () => {} }));
      const { open, controller, clock } = client(`${camera.origin}/live`);
      const failed = expect(open()).rejects.toThrow('enough');
      await camera.until(() => methods(camera).includes(method));
      controller.abort(new Error('enough'));
      await failed;
      await camera.until(() => camera.lines.size === 0);
      await until(() => clock.pendingTimers === 0);
    }
    const aborted = client('rtsp://127.0.0.1:1/', { signal: AbortSignal.abort(new Error('before')) });
    await expect(aborted.open()).rejects.toThrow('before');
  });
});

describe('login', () => {
  const md5 = (value: string) => createHash('md5').update(value).digest('hex');

  /** Checks the signature by RFC 2069 and says what is wrong. */
  function isSigned(authorization: string | undefined, method: string, nonce: string): boolean {
    const field = (name: string) =>
      new RegExp(`${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(authorization ?? '')?.[1] ?? '';
    const expected = md5(`${md5(`joe:cam:${PASSWORD}`)}:${nonce}:${md5(`${method}:${field('uri')}`)}`);
    return field('nonce') === nonce && field('response') === expected && field('username') === 'joe';
  }

  /** Wants every request signed with `nonceOf(request)`. */
  const guarded = (nonceOf: (count: number) => string, isStale = false): CameraScript => {
    let count = 0;
    let nonce = '';
    return (request, line) => {
      if (isSigned(request.headers['authorization'], request.method, nonce)) {
        behave(request, line);
        return;
      }
      nonce = nonceOf(++count);
      const stale = isStale ? ', stale=true' : '';
      line.reply(request, 401, { 'WWW-Authenticate': `Digest realm="cam", nonce="${nonce}"${stale}` });
    };
  };

  test('every request is signed, one 401 is enough', async () => {
    await using camera = await startScriptedCamera(guarded(() => 'n'));
    const { open, log } = client(`${camera.origin}/live`, withLogin(`${camera.origin}/live`));
    await (await open()).close();
    expect(methods(camera)).toEqual(['OPTIONS', 'OPTIONS', 'DESCRIBE', 'SETUP', 'SETUP', 'PLAY', 'TEARDOWN']);
    expect(JSON.stringify(camera.seen.map(({ url }) => url))).not.toContain('joe');
    expect(log).toEqual([]);
  });

  test('credentials in the URL work and stay off the wire', async () => {
    await using camera = await startScriptedCamera(guarded(() => 'n'));
    const session = await client(
      `rtsp://joe:${encodeURIComponent(PASSWORD)}@127.0.0.1:${camera.port}/live`,
    ).open();
    await session.close();
    expect(camera.seen.every(({ url }) => url.startsWith(`${camera.origin}/live`))).toBe(true);
  });

  test('a nonce for each request', async () => {
    let nonce = 0;
    let isAnswered = true;
    const script: CameraScript = (request, line) => {
      if (!isAnswered && isSigned(request.headers['authorization'], request.method, `n${nonce}`)) {
        isAnswered = true;
        behave(request, line);
        return;
      }
      isAnswered = false;
      line.reply(request, 401, { 'WWW-Authenticate': `Digest realm="cam", nonce="n${++nonce}"` });
    };
    await using camera = await startScriptedCamera(script);
    await (await client('', withLogin(`${camera.origin}/live`)).open()).close();
    expect(methods(camera)).toEqual(
      ['OPTIONS', 'DESCRIBE', 'SETUP', 'SETUP', 'PLAY', 'TEARDOWN'].flatMap((method) => [method, method]),
    );
  });

  test.each([
    ['wrong password', guarded((count) => `n${count}-${Math.random()}`), 2],
    [
      'a nonce that is stale for ever',
      ((request, line) =>
        line.reply(request, 401, {
          'WWW-Authenticate': `Digest realm="cam", nonce="${Math.random()}", stale=true`,
        })) satisfies CameraScript,
      4,
    ],
    ['a 401 without challenge', ((request, line) => line.reply(request, 401)) satisfies CameraScript, 1],
    [
      'a Basic login that is refused',
      ((request, line) =>
        line.reply(request, 401, { 'WWW-Authenticate': 'Basic realm="cam"' })) satisfies CameraScript,
      2,
    ],
  ])('%s ends after few tries, and the error says nothing secret', async (_name, script, tries) => {
    await using camera = await startScriptedCamera(script);
    const source = { url: `${camera.origin}/live`, username: 'joe', password: new Secret('not-it') };
    const error: unknown = await client('', { source })
      .open()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
    expect(camera.seen).toHaveLength(tries);
    expect(`${String(error)}${JSON.stringify(error)}`).not.toMatch(/joe|not-it|127\.0/);
  });

  test('no credentials', async () => {
    await using camera = await startScriptedCamera(guarded(() => 'n'));
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({
      code: 'SOURCE_UNAUTHORIZED',
      details: { reason: 'no-credentials' },
    });
    expect(camera.seen).toHaveLength(1);
  });
});

describe('redirects', () => {
  const redirectTo = (location: () => string): CameraScript =>
    behaveExcept({
      DESCRIBE: (request, line) =>
        request.connection === 1 ? line.reply(request, 302, { Location: location() }) : behave(request, line),
    });

  test('to another path, on a connection of its own', async () => {
    await using camera = await startScriptedCamera(redirectTo(() => '/elsewhere?a=1'));
    await (await client(`${camera.origin}/live`).open()).close();
    expect(
      camera.seen
        .filter(({ method }) => method === 'DESCRIBE')
        .map(({ url, connection }) => [connection, url]),
    ).toEqual([
      [1, `${camera.origin}/live`],
      [2, `${camera.origin}/elsewhere?a=1`],
    ]);
  });

  test('credentials stay with the host they were given for', async () => {
    const challenge: CameraScript = (request, line) =>
      request.headers['authorization'] === undefined
        ? line.reply(request, 401, { 'WWW-Authenticate': 'Basic realm="x"' })
        : behave(request, line);
    await using other = await startScriptedCamera(challenge);
    await using sameHost = await startScriptedCamera((request, line) =>
      line.reply(request, 301, { Location: `${other.origin}/a` }),
    );
    await (await client('', withLogin(`${sameHost.origin}/live`)).open()).close();

    await using foreign = await startScriptedCamera((request, line) =>
      line.reply(request, 301, { Location: `rtsp://joe:x@localhost:${other.port}/b` }),
    );
    const before = other.seen.length;
    await expect(client('', withLogin(`${foreign.origin}/live`)).open()).rejects.toMatchObject({
      code: 'SOURCE_UNAUTHORIZED',
    });
    expect(other.seen.slice(before).every(({ headers }) => headers['authorization'] === undefined)).toBe(
      true,
    );
  });

  test('in circles', async () => {
    await using camera = await startScriptedCamera((request, line) =>
      line.reply(request, request.method === 'OPTIONS' ? 200 : 307, { Location: '/again' }),
    );
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringMatching(/circles/),
    });
    expect(methods(camera).filter((method) => method === 'DESCRIBE')).toHaveLength(6);
  });

  test.each(['http://127.0.0.1/', 'file:///etc/passwd', '', 'rtsp://'])(
    'to %j is refused',
    async (location) => {
      await using camera = await startScriptedCamera(redirectTo(() => location));
      await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
      expect(camera.seen.every(({ connection }) => connection === 1)).toBe(true);
    },
  );

  test.each([
    ['10.0.0.5', [false, true]],
    ['169.254.1.1', [false, true]],
    ['127.0.0.1', [false, false]],
    ['::1', [false, false]],
  ])(
    'from a camera at %s: guarded from the second connection on, unless it is loopback itself',
    async (address, guards) => {
      await using camera = await startScriptedCamera(redirectTo(() => 'rtsp://other.example/b'));
      const seen: boolean[] = [];
      const connect: typeof connectRtsp = async (options) => {
        seen.push(options.outwardOnly);
        const connection = await connectRtsp({
          ...options,
          host: '127.0.0.1',
          port: camera.port,
          outwardOnly: false,
        });
        return Object.defineProperty(connection, 'remoteAddress', { value: address });
      };
      const { clock, logger, signal, handler } = client('').options;
      const source = { url: 'rtsp://camera.example/a', username: undefined, password: undefined };
      const session = await openSessionWith(connect, { source, clock, logger, signal, handler });
      await session.close();
      expect(seen).toEqual(guards);
    },
  );

  test.each(['127.0.0.1', '::1', '0.0.0.0', 'localhost', '169.254.169.254'])(
    'inward, to %s, is refused before anything is sent',
    async (host) => {
      await using camera = await startScriptedCamera(behave);
      const handler = {
        onChunk() {},
        onFrame() {},
        onRequest() {},
        onStrayResponse() {},
        onResync() {},
        onFailure() {},
      };
      const connecting = connectRtsp({
        host,
        port: camera.port,
        outwardOnly: true,
        clock: new VirtualClock(),
        timeoutMs: 1000,
        signal: new AbortController().signal,
        handler,
      });
      await expect(connecting).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
      expect(camera.lines.size).toBe(0);
    },
  );
});

describe('playing', () => {
  /** An open session on a camera; `say` sends media and waits until it was read. */
  async function playing(script: CameraScript, overrides: Partial<RtspSessionOptions> = {}) {
    const camera = await startScriptedCamera(script);
    const made = client(`${camera.origin}/live`, overrides);
    const session = await made.open();
    const line = firstLine(camera);
    let seq = 0;
    const say = async () => {
      const count = made.packets.length;
      line.frame(0, rtp(++seq));
      await until(() => made.packets.length > count);
    };
    return { ...made, camera, session, line, say };
  }

  test('silence of the picture ends the session', async () => {
    const { camera, session, clock, line, packets, say } = await playing(behave);
    await using _camera = camera;
    const failed = expect(session.ended).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    await clock.advance(9000);
    await say();
    for (let second = 0; second < 10; second++) {
      // sound alone is not enough
      const count = packets.length;
      line.frame(2, rtp(second, 97));
      await until(() => packets.length > count);
      expect(camera.lines.size).toBe(1);
      await clock.advance(1000);
    }
    await failed;
    expect(clock.pendingTimers).toBe(0);
    await session.close();
    await camera.until(() => camera.lines.size === 0);
  });

  test('a camera that never sends a picture is called that', async () => {
    const { camera, session, clock } = await playing(behave, { silenceTimeoutMs: 3000 });
    await using _camera = camera;
    const failed = expect(session.ended).rejects.toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: 'The camera accepted the session but sends no pictures',
    });
    await clock.advance(3000);
    await failed;
  });

  test('keep-alive by GET_PARAMETER each 30 s, receiver reports each 5 s, both without waiting', async () => {
    const { camera, session, clock, say } = await playing(behaveExcept({ GET_PARAMETER: () => {} }));
    await using _camera = camera;
    for (let step = 0; step < 13; step++) {
      await say();
      await clock.advance(5000);
    }
    await camera.until(() => methods(camera).filter((method) => method === 'GET_PARAMETER').length === 2);
    const keepAlive = camera.seen.find(({ method }) => method === 'GET_PARAMETER');
    expect(keepAlive).toMatchObject({ url: `${camera.origin}/live/`, headers: { session: '1234' } });
    await camera.until(() => camera.frames.length === 26);
    const reports = camera.frames.filter(({ channel }) => channel === 1);
    expect(reports).toHaveLength(13);
    expect(reports[0]?.payload.toString('hex', 0, 4)).toBe('81c90007');
    expect(reports[0]?.payload.readUInt32BE(8)).toBe(7);
    // nothing came on the audio track yet: an empty report
    expect(camera.frames.find(({ channel }) => channel === 3)?.payload.toString('hex', 0, 4)).toBe(
      '80c90001',
    );
    await session.close();
  });

  test.each([
    [
      'not offered',
      {
        OPTIONS: ((request, line) =>
          line.reply(request, 200, { Public: 'OPTIONS, PLAY' })) satisfies CameraScript,
      },
      [],
    ],
    [
      'no Public at all',
      { OPTIONS: ((request, line) => line.reply(request, 200)) satisfies CameraScript },
      [],
    ],
    [
      'offered but refused',
      { GET_PARAMETER: ((request, line) => line.reply(request, 454, { CSeq: '1' })) satisfies CameraScript },
      ['GET_PARAMETER'],
    ],
  ])('GET_PARAMETER %s: OPTIONS keeps the session alive, which goes on', async (_name, exceptions, first) => {
    const { camera, session, clock, say } = await playing(behaveExcept(exceptions));
    await using _camera = camera;
    const before = camera.seen.length;
    for (let step = 0; step < 7; step++) {
      await say();
      await clock.advance(9000);
    }
    await camera.until(() => methods(camera).slice(before).length >= 2 + first.length);
    expect(methods(camera).slice(before)).toEqual([...first, 'OPTIONS', 'OPTIONS']);
    await say();
    await session.close();
  });

  test('a keep-alive with a spent nonce is signed again, once', async () => {
    let nonce = 'n0';
    const script: CameraScript = (request, line) => {
      if (request.headers['authorization']?.includes(`nonce="${nonce}"`)) behave(request, line);
      else line.reply(request, 401, { 'WWW-Authenticate': `Digest realm="cam", nonce="${nonce}"` });
    };
    const camera = await startScriptedCamera(script);
    await using _camera = camera;
    const { open, clock, packets } = client('', {
      ...withLogin(`${camera.origin}/live`),
      silenceTimeoutMs: 100_000,
    });
    const session = await open();
    const before = camera.seen.length;
    nonce = 'n1';
    await clock.advance(30_000);
    await camera.until(() => camera.seen.length === before + 2);
    firstLine(camera).frame(0, rtp(1));
    await until(() => packets.length === 1);
    expect(methods(camera).slice(before)).toEqual(['GET_PARAMETER', 'GET_PARAMETER']);
    await session.close();
  });

  test('a session timeout of 2 s is kept alive each second', async () => {
    const script = behaveExcept({
      PLAY: (request, line) => line.reply(request, 200, { Session: '1234;timeout=2' }),
    });
    const { camera, session, clock } = await playing(script);
    await using _camera = camera;
    await clock.advance(5000);
    await camera.until(() => methods(camera).filter((method) => method === 'GET_PARAMETER').length === 5);
    await session.close();
  });

  test('of several session timeouts the smallest counts', async () => {
    const script = behaveExcept({
      SETUP: (request, line) => line.reply(request, 200, { Session: '1; timeout=4' }),
      PLAY: (request, line) => line.reply(request, 200, { Session: '1; timeout=120' }),
    });
    const { camera, session, clock } = await playing(script);
    await using _camera = camera;
    await clock.advance(6000);
    await camera.until(() => methods(camera).filter((method) => method === 'GET_PARAMETER').length === 3);
    await session.close();
  });

  test("the camera's requests are answered", async () => {
    const { camera, session, line, say } = await playing(behave);
    await using _camera = camera;
    const request = (method: string, cseq: number, more = '') =>
      `${method} rtsp://cam/ RTSP/1.0\r\nCSeq: ${cseq}\r\n${more}\r\n`;
    line.socket.write(request('OPTIONS', 71) + request('SET_PARAMETER', 72, 'Content-Length: 3\r\n'));
    line.socket.write(
      `a=b${request('ANNOUNCE', 73)}${request('REDIRECT', 74)}${request('PLAY', 75)}${request('GET_PARAMETER', 76, 'Require: magic\r\n')}`,
    );
    await camera.until(() => camera.answers.length === 6);
    expect(
      camera.answers.map((answer) => /^RTSP\/1.0 (\d+).*CSeq: (\d+)/s.exec(answer)?.slice(1).join(' ')),
    ).toEqual(['200 71', '200 72', '200 73', '501 74', '501 75', '551 76']);
    await say();
    await session.close();
  });

  test.each([
    [
      'the connection closes',
      (camera: ScriptedCamera) => void firstLine(camera).socket.end(),
      'SOURCE_CLOSED',
    ],
    [
      'the connection is reset',
      (camera: ScriptedCamera) => void firstLine(camera).socket.resetAndDestroy(),
      'SOURCE_CLOSED',
    ],
    [
      'the camera tears down',
      (camera: ScriptedCamera) =>
        void firstLine(camera).socket.write('TEARDOWN * RTSP/1.0\r\nCSeq: 1\r\n\r\n'),
      'SOURCE_CLOSED',
    ],
    [
      'junk',
      (camera: ScriptedCamera) => void firstLine(camera).socket.write(Buffer.alloc(300_000, 'y')),
      'RTSP_MALFORMED',
    ],
  ])('%s: ended rejects', async (_name, act, code) => {
    const { camera, session, clock } = await playing(behave);
    await using _camera = camera;
    act(camera);
    await expect(session.ended).rejects.toMatchObject({ code });
    expect(clock.pendingTimers).toBe(0);
    await session.close();
  });

  test('BYE on every track ends the session, on one it does not', async () => {
    const { camera, session, clock, line, packets, say } = await playing(behave);
    await using _camera = camera;
    line.frame(2, rtp(1, 97));
    await until(() => packets.length === 1);
    line.frame(3, GOODBYE);
    await say();
    await clock.advance(1000);
    line.frame(1, GOODBYE);
    line.frame(1, GOODBYE);
    const failed = expect(session.ended).rejects.toMatchObject({ code: 'SOURCE_CLOSED' });
    await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 5; turn++) await clock.advance(500);
    await failed;
  });

  test('packets that cannot be read are counted, reported once a second, and cost nothing else', async () => {
    const { camera, session, clock, line, log, packets, say } = await playing(behave);
    await using _camera = camera;
    for (let index = 0; index < 500; index++) line.frame(0, Buffer.from('00'.repeat(20), 'hex'));
    await say();
    expect(log).toHaveLength(1);
    await clock.advance(1000);
    expect(log).toHaveLength(2);
    expect(log[1]).toContain('"total":500');
    expect(packets).toHaveLength(1);
    await session.close();
  });

  test('what was counted is reported when the session closes, and no timer stays', async () => {
    const { camera, session, clock, line, log, say } = await playing(behave);
    await using _camera = camera;
    for (let index = 0; index < 5; index++) line.frame(0, Buffer.from('00'.repeat(20), 'hex'));
    await say();
    await session.close();
    expect(log.map((entry) => /"total":(\d+)/.exec(entry)?.[1])).toEqual(['1', '5']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('framing that breaks in the very bytes that answer PLAY', async () => {
    const broken = Buffer.concat(
      Array.from({ length: 12 }, () => Buffer.from('x$\0\0\x10'.concat('\x80'.repeat(16)), 'latin1')),
    );
    const script = behaveExcept({
      PLAY: (request, line) => {
        line.socket.cork();
        line.reply(request, 200);
        line.socket.write(broken);
        line.socket.uncork();
      },
    });
    const { camera, session, clock } = await playing(script);
    await using _camera = camera;
    await expect(session.ended).rejects.toMatchObject({ code: 'RTSP_MALFORMED' });
    expect(clock.pendingTimers).toBe(0);
  });

  test('a camera that refuses every keep-alive login is asked twice per interval, not for ever', async () => {
    let nonce = 0;
    const GET_PARAMETER: CameraScript = (request, line) =>
      line.reply(request, 401, { 'WWW-Authenticate': `Digest realm="cam", nonce="n${++nonce}"` });
    await using camera = await startScriptedCamera(behaveExcept({ GET_PARAMETER }));
    const made = client('', { ...withLogin(`${camera.origin}/live`), silenceTimeoutMs: 100_000 });
    const session = await made.open();
    await made.clock.advance(30_000);
    await camera.until(() => nonce === 2);
    await made.clock.advance(1000);
    firstLine(camera).frame(0, rtp(1));
    await until(() => made.packets.length === 1);
    expect(nonce).toBe(2);
    await made.clock.advance(29_000);
    await camera.until(() => nonce === 4);
    await session.close();
  });

  test('the signal ends it without TEARDOWN', async () => {
    const { camera, session, controller, clock } = await playing(behave);
    await using _camera = camera;
    controller.abort();
    await session.ended;
    await camera.until(() => camera.lines.size === 0);
    expect(methods(camera)).not.toContain('TEARDOWN');
    expect(clock.pendingTimers).toBe(0);
  });

  test('closing waits for the answer to TEARDOWN one second at most', async () => {
    const { camera, session, clock } = await playing(behaveExcept({ TEARDOWN: () => {} }));
    await using _camera = camera;
    const closing = session.close();
    await camera.until(() => methods(camera).includes('TEARDOWN'));
    await clock.advance(1000);
    await closing;
    await session.ended;
    expect(clock.pendingTimers).toBe(0);
    await camera.until(() => camera.lines.size === 0);
  });

  test('no packet is handed out once close was called', async () => {
    const script = behaveExcept({
      TEARDOWN: (request, line) => {
        line.frame(0, rtp(99));
        line.reply(request, 200);
      },
    });
    const { camera, session, packets, say } = await playing(script);
    await using _camera = camera;
    await say();
    await session.close();
    expect(packets).toHaveLength(1);
  });
});
