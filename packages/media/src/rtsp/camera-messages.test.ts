/**
 * Habits of makers in RTSP messages, each with what it taught. The messages are written anew from what is known of each
 * camera; rows without a maker were seen in several.
 */
import { Secret } from '@pantau/base/secret';
import { describe, expect, test } from 'vitest';
import { client, firstLine, methods, rtp, until, withLogin } from './testing/recorded-client.ts';
import {
  behave,
  behaveExcept,
  SDP_AUDIO,
  SDP_VIDEO,
  startScriptedCamera,
  type CameraScript,
  type ScriptedCamera,
} from './testing/scripted-camera.ts';

const PLAIN = { username: undefined, password: undefined };
const setups = (camera: ScriptedCamera) =>
  camera.seen.filter(({ method }) => method === 'SETUP').map(({ url }) => url.slice(camera.origin.length));

/** Writes an answer as it stands: start line, header lines, body. */
const raw =
  (startLine: string, headers: (cseq: string) => readonly string[], body = ''): CameraScript =>
  (request, line) =>
    line.socket.write(
      `${startLine}\r\n${headers(request.headers['cseq'] ?? '').join('\r\n')}\r\n\r\n${body}`,
      'latin1',
    );

const describeWith = (headers: Readonly<Record<string, string>>, sdp = SDP_VIDEO): CameraScript =>
  behaveExcept({ DESCRIBE: (request, line) => line.reply(request, 200, headers, sdp) });
const setUpWith = (transport: string, session = '1'): CameraScript =>
  behaveExcept({
    DESCRIBE: (request, line) => line.reply(request, 200, {}, SDP_VIDEO),
    SETUP: (request, line) => line.reply(request, 200, { Session: session, Transport: transport }),
  });
const length = (body: string) => `Content-Length: ${body.length}`;

describe('status lines and headers: the session opens', () => {
  test.each<[maker: string, taught: string, script: CameraScript]>([
    ['any', 'no reason phrase', behaveExcept({ OPTIONS: raw('RTSP/1.0 200', (cseq) => [`CSeq: ${cseq}`]) })],
    [
      'any',
      'an empty reason phrase',
      behaveExcept({ OPTIONS: raw('RTSP/1.0 200 ', (cseq) => [`CSeq: ${cseq}`]) }),
    ],
    [
      'Xiongmai, VStarcam',
      'Cseq',
      behaveExcept({ OPTIONS: raw('RTSP/1.0 200 OK', (cseq) => [`Cseq: ${cseq}`]) }),
    ],
    [
      'Longse',
      'a space behind the number',
      behaveExcept({
        OPTIONS: raw('RTSP/1.0 200 OK', (cseq) => [
          `CSeq: ${cseq} `,
          'Server: Rtsp Server 1920*1080*20*2048',
        ]),
      }),
    ],
    [
      'Hikvision',
      'many spaces before values',
      behaveExcept({
        OPTIONS: raw('RTSP/1.0 200 OK', (cseq) => [
          `CSeq:    ${cseq}`,
          'Date:  Wed, Jan 01 2025 00:00:00 GMT',
        ]),
      }),
    ],
    [
      'any',
      'no space behind the colon, an empty value',
      behaveExcept({ OPTIONS: raw('RTSP/1.0 200 OK', (cseq) => [`CSeq:${cseq}`, 'Public:']) }),
    ],
    [
      'a server on libavformat',
      'no Content-Type',
      behaveExcept({
        DESCRIBE: raw('RTSP/1.0 200 OK', (cseq) => [`CSeq: ${cseq}`, length(SDP_VIDEO)], SDP_VIDEO),
      }),
    ],
    ['any', 'a charset in Content-Type', describeWith({ 'Content-Type': 'application/sdp; charset=utf-8' })],
    [
      'any',
      'line ends before an answer',
      behaveExcept({ OPTIONS: raw('\r\n\nRTSP/1.0 200 OK', (cseq) => [`CSeq: ${cseq}`]) }),
    ],
    [
      'Hikvision',
      'spaces in Session',
      setUpWith('RTP/AVP/TCP;unicast;interleaved=0-1', '       708345999;timeout=60'),
    ],
    ['Reolink', 'Session without timeout', setUpWith('RTP/AVP/TCP;unicast;interleaved=0-1', '3E1F')],
    ['any', 'timeout=0', setUpWith('RTP/AVP/TCP;unicast;interleaved=0-1', '3E1F;timeout=0')],
    [
      'Reolink',
      'TEARDOWN answered without Session',
      behaveExcept({ TEARDOWN: (request, line) => line.reply(request, 200) }),
    ],
    [
      'Hikvision DS-2CD2032',
      'TEARDOWN answered with 500',
      behaveExcept({ TEARDOWN: (request, line) => line.reply(request, 500) }),
    ],
    [
      'any',
      'Content-Length smaller than the description',
      behaveExcept({
        DESCRIBE: raw(
          'RTSP/1.0 200 OK',
          (cseq) => [
            `CSeq: ${cseq}`,
            'Content-Type: application/sdp',
            `Content-Length: ${SDP_VIDEO.length - 30}`,
          ],
          SDP_VIDEO,
        ),
      }),
    ],
    [
      'any',
      'junk between an answer and the next',
      behaveExcept({
        OPTIONS: (request, line) => {
          behave(request, line);
          line.socket.write('\0\0\x01junk');
        },
      }),
    ],
    [
      'Reolink',
      'unknown keys in RTP-Info, a relative url',
      behaveExcept({
        PLAY: (request, line) =>
          line.reply(request, 200, { 'RTP-Info': 'url=trackID=1;seq=9;rtptime=0;ssrc=dcc4a0d8' }),
      }),
    ],
    [
      'some',
      'RTP-Info with negative numbers',
      behaveExcept({
        PLAY: (request, line) => line.reply(request, 200, { 'RTP-Info': 'url=x;seq=-1;rtptime=-5' }),
      }),
    ],
  ])('%s: %s', async (_maker, _taught, script) => {
    await using camera = await startScriptedCamera(script);
    const { open, clock } = client(`${camera.origin}/live`);
    const opening = open();
    // a body of uncertain length is whole after half a second without more of it
    for (let turn = 0; turn < 4; turn++) {
      for (let wait = 0; wait < 20; wait++) await new Promise<void>((resolve) => setImmediate(resolve));
      await clock.advance(250);
    }
    await (await opening).close();
    expect(methods(camera)).toEqual(expect.arrayContaining(['SETUP', 'PLAY', 'TEARDOWN']));
    expect(setups(camera)[0]).toMatch(/track1$/);
  });

  test('what we send: canonical CSeq, Accept and User-Agent, no mode, no Require', async () => {
    await using camera = await startScriptedCamera(behave);
    let wire = '';
    const { open } = client(`${camera.origin}/live`);
    const opening = open();
    await camera.until(() => camera.lines.size === 1);
    firstLine(camera).socket.on('data', (bytes) => void (wire += bytes.toString('latin1')));
    await (await opening).close();
    expect(wire.match(/^CSeq: /gm)?.length).toBe(camera.seen.length);
    expect(wire.match(/^cseq/gim)?.length).toBe(camera.seen.length);
    for (const { method, headers } of camera.seen) {
      expect(headers['user-agent']).toBe('Pantau');
      expect(headers['require']).toBeUndefined();
      if (method === 'DESCRIBE') expect(headers['accept']).toBe('application/sdp');
      expect(headers['transport'] ?? '').not.toMatch(/mode/);
    }
    // cheap cameras: one DESCRIBE on a connection
    expect(methods(camera).filter((method) => method === 'DESCRIBE')).toHaveLength(1);
  });
});

describe('a description without any Content-Length', () => {
  const without = (headers: readonly string[], after?: string): CameraScript =>
    behaveExcept({
      DESCRIBE: raw('RTSP/1.0 200 OK', (cseq) => [`CSeq: ${cseq}`, ...headers], SDP_VIDEO + (after ?? '')),
    });

  test.each<[string, CameraScript]>([
    ['that says what it is', without(['Content-Type: application/sdp'])],
    ['that begins with v=', without([])],
    [
      'that another message follows',
      without(['Content-Type: application/sdp'], 'RTSP/1.0 200 OK\r\nCSeq: 999\r\n\r\n'),
    ],
  ])('%s is whole when nothing more comes', async (_name, script) => {
    await using camera = await startScriptedCamera(script);
    const { open, clock } = client(`${camera.origin}/live`);
    const opening = open();
    await camera.until(() => methods(camera).includes('DESCRIBE'));
    for (let wait = 0; wait < 50; wait++) await new Promise<void>((resolve) => setImmediate(resolve));
    await clock.advance(500);
    const session = await opening;
    expect(session.tracks.map(({ encoding }) => encoding)).toEqual(['H264']);
    await session.close();
  });

  test('that comes in pieces, and one that ends with the connection', async () => {
    const script = behaveExcept({
      DESCRIBE: (request, line) => {
        line.socket.write(
          `RTSP/1.0 200 OK\r\nCSeq: ${request.headers['cseq']}\r\nContent-Type: application/sdp\r\n\r\n`,
        );
        for (const byte of Buffer.from(SDP_VIDEO)) line.socket.write(Buffer.from([byte]));
        line.socket.end();
      },
    });
    await using camera = await startScriptedCamera(script);
    // it was read, but nothing can be set up on a connection that is gone
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({ code: 'SOURCE_CLOSED' });
  });

  test('that never ends is cut', async () => {
    const script = behaveExcept({
      DESCRIBE: (request, line) => {
        line.socket.write(
          `RTSP/1.0 200 OK\r\nCSeq: ${request.headers['cseq']}\r\nContent-Type: application/sdp\r\n\r\n`,
        );
        line.socket.write('a=x:y\r\n'.repeat(50_000));
      },
    });
    await using camera = await startScriptedCamera(script);
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({ code: 'RTSP_MALFORMED' });
  });
});

describe('where tracks are set up', () => {
  test.each<
    [
      maker: string,
      taught: string,
      path: string,
      headers: Record<string, string>,
      control: string,
      expected: string,
    ]
  >([
    [
      'Anjvision',
      'Content-Base without scheme',
      '/x',
      { 'Content-Base': '192.168.1.10:554/stream0/' },
      'track1',
      '/stream0/track1',
    ],
    [
      'unnamed',
      'the scheme twice',
      '/x',
      { 'Content-Base': 'rtsp://rtsp://turret2-cam.lan:554/stream1/' },
      'track1',
      '/stream1/track1',
    ],
    [
      'unnamed',
      'a bare mapped address',
      '/x',
      { 'Content-Base': 'rtsp://::ffff:192.168.1.123/onvif/profile.1/' },
      'track1',
      '/onvif/profile.1/track1',
    ],
    [
      'some',
      'a path alone',
      '/x',
      { 'Content-Base': '/relative-content-base' },
      'track1',
      '/relative-content-base/track1',
    ],
    ['VStarcam', 'no Content-Base', '/tcp/av0_0', {}, 'track1', '/tcp/av0_0/track1'],
    [
      'Dahua',
      'a slash behind the query',
      '/cam/realmonitor?channel=1&subtype=1',
      { 'Content-Base': 'rtsp://10.9.8.7/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/' },
      'trackID=0',
      '/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/trackID=0',
    ],
    [
      'GW Security',
      'no slash behind the query',
      '/H264?channel=1&subtype=0',
      { 'Content-Base': 'rtsp://10.9.8.7/H264?channel=1&subtype=0&unicast=true&proto=Onvif' },
      'video',
      '/H264?channel=1&subtype=0&unicast=true&proto=Onvif/video',
    ],
    [
      'Hikvision',
      'an absolute control with a query behind',
      '/Streaming/Channels/101',
      {},
      'rtsp://192.168.1.64/Streaming/Channels/101/trackID=1?transportmode=unicast&profile=Profile_1',
      '/Streaming/Channels/101/trackID=1?transportmode=unicast&profile=Profile_1',
    ],
    [
      'Xiongmai',
      'the login in the path',
      '/user=tmp&password=x&channel=1&stream=0.sdp?',
      {},
      'trackID=3',
      '/user=tmp&password=x&channel=1&stream=0.sdp?/trackID=3',
    ],
    ['some', 'a control that is a query', '/test', {}, '?ctype=video', '/test?ctype=video'],
    ['some', 'a control with a slash', '/live/', {}, '/trackID=1', '/live/trackID=1'],
    [
      'Uniview',
      'an inner host in the control',
      '/media/video1',
      {},
      'rtsp://1.0.1.113:554/media/video1/video',
      '/media/video1/video',
    ],
    [
      'H264DVR',
      'itself as 127.0.0.1',
      '/camera',
      { 'Content-Base': 'rtsp://127.0.0.1:554/camera' },
      'trackID=0',
      '/camera/trackID=0',
    ],
    [
      'a Hikvision path',
      'our login echoed',
      '/x',
      { 'Content-Base': 'rtsp://joe:secret@10.0.0.9/x/' },
      'track1',
      '/x/track1',
    ],
  ])('%s: %s', async (_maker, _taught, path, headers, control, expected) => {
    const sdp = `v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:${control}\r\n`;
    await using camera = await startScriptedCamera(describeWith(headers, sdp));
    await (await client(`${camera.origin}${path}`).open()).close();
    expect(setups(camera)).toEqual([expected]);
  });

  test('no control: the base itself', async () => {
    await using camera = await startScriptedCamera(
      describeWith({}, 'm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n'),
    );
    await (await client(`${camera.origin}/live`).open()).close();
    expect(setups(camera)).toEqual(['/live']);
  });

  test.each([
    ['only there', {}, '/from-options/track1'],
    ['and with the description: that counts', { 'Content-Base': '/from-describe/' }, '/from-describe/track1'],
  ])('Content-Base with OPTIONS, %s', async (_name, headers, expected) => {
    const script = behaveExcept({
      OPTIONS: (request, line) => line.reply(request, 200, { 'Content-Base': '/from-options/' }),
      DESCRIBE: (request, line) => line.reply(request, 200, headers, SDP_VIDEO),
    });
    await using camera = await startScriptedCamera(script);
    await (await client(`${camera.origin}/live`).open()).close();
    expect(setups(camera)).toEqual([expected]);
  });
});

describe('answers to SETUP: packets find their track', () => {
  test.each<[maker: string, taught: string, transport: string, channel: number]>([
    [
      'Hikvision iDS-2CD9396',
      'seven digits and a space',
      'RTP/AVP/TCP;unicast;interleaved=0-1;ssrc= d6d6627',
      0,
    ],
    ['Dahua', 'five digits and spaces', 'RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=     D93FF', 0],
    ['H264DVR', 'ssrc of 0', 'RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0', 0],
    ['some', 'a decimal ssrc', 'RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=1449463210', 0],
    ['Luckfox', 'ssrc first, no unicast', 'RTP/AVP/TCP;ssrc=22345684;interleaved=0-1', 0],
    [
      'Escam Q6',
      'the profile of UDP with channels',
      'RTP/AVP;unicast;destination=1.2.3.4;interleaved=0-1',
      0,
    ],
    ['some', 'one channel', 'RTP/AVP/TCP;unicast;interleaved=6', 6],
    ['some', 'channels of its own', 'RTP/AVP/TCP;unicast;interleaved=10-11', 10],
    ['some', 'nothing about channels', 'RTP/AVP/TCP;unicast', 0],
    ['some', 'no Transport at all', '', 0],
    ['H264DVR', 'a source that is loopback', 'RTP/AVP/TCP;unicast;source=127.0.0.1;interleaved=0-1', 0],
  ])('%s: %s', async (_maker, _taught, transport, channel) => {
    await using camera = await startScriptedCamera(setUpWith(transport));
    const { open, packets } = client(`${camera.origin}/live`);
    await using _session = await open();
    firstLine(camera).frame(channel, rtp(1));
    await until(() => packets.length === 1);
  });

  test('RTP and RTCP on one channel', async () => {
    await using camera = await startScriptedCamera(setUpWith('RTP/AVP/TCP;unicast;interleaved=0-0'));
    const { open, packets, reports } = client(`${camera.origin}/live`);
    await using session = await open();
    const line = firstLine(camera);
    line.frame(0, rtp(1));
    line.frame(0, Buffer.from('80c8000600000007b44db7052000000000015f9000000001000000ff', 'hex'));
    line.frame(0, rtp(2));
    await until(() => packets.length === 2);
    expect([reports.length, session.lostPackets]).toEqual([1, 0]);
  });
});

describe('logins', () => {
  const SHA = 'Digest realm="IP Camera(GH455)", nonce="9a8b", algorithm="SHA-256"';
  const guard =
    (challenges: readonly string[], accepts: RegExp): CameraScript =>
    (request, line) => {
      if (accepts.test(request.headers['authorization'] ?? '')) {
        behave(request, line);
        return;
      }
      line.socket.write(
        `RTSP/1.0 401 Unauthorized\r\nCSeq: ${request.headers['cseq']}\r\n${challenges.map((value) => `WWW-Authenticate: ${value}\r\n`).join('')}\r\n`,
      );
    };

  test.each<[maker: string, taught: string, challenges: string[], accepts: RegExp]>([
    ['Hikvision OEM', 'SHA-256 only, its name in quotes both ways', [SHA], /algorithm="SHA-256"/],
    ['newer Hikvision', 'MD5 and SHA-256: the stronger', ['Digest realm="a", nonce="1"', SHA], /SHA-256/],
    [
      'EZVIZ',
      'Basic beside Digest: never Basic',
      ['Basic realm="a"', 'Digest realm="a", nonce="1"'],
      /^Digest/,
    ],
    ['Hikvision DS-2CD2132', 'Basic only', ['Basic realm="/"'], /^Basic/],
    [
      'Hikvision',
      'unknown parameters, stale without quotes',
      ['Digest realm="IP Camera",  nonce="1",  random="abc",  stale=FALSE'],
      /^Digest/,
    ],
    ['Bosch', 'an empty opaque', ['Digest realm="Please log in", nonce="1", opaque=""'], /opaque=""/],
    ['Sony', 'two kinds of qop', ['Digest realm="a", nonce="1", qop="auth, auth-int"'], /qop=auth,/],
    [
      'an app',
      'qop with a decimal nonce',
      ['Digest realm="a", nonce="1700000000", qop="auth"'],
      /nc=0000000\d/,
    ],
    [
      'a camera of several algorithms',
      'offers SHA-256, means MD5',
      [SHA, 'Digest realm="a", nonce="1", algorithm=MD5'],
      /algorithm=MD5/,
    ],
  ])('%s: %s', async (_maker, _taught, challenges, accepts) => {
    await using camera = await startScriptedCamera(guard(challenges, accepts));
    await (await client('', withLogin(`${camera.origin}/live?a=1`)).open()).close();
    // the signed uri is that of the request line, absolute and without login
    for (const { url, headers } of camera.seen) {
      const signed = /uri="([^"]*)"/.exec(headers['authorization'] ?? '')?.[1];
      if (signed !== undefined) expect(signed).toBe(url);
    }
    expect(camera.seen.filter(({ headers }) => headers['authorization'] === undefined)).toHaveLength(1);
  });

  test('a nonce is never carried to another connection', async () => {
    let connection = 0;
    await using camera = await startScriptedCamera((request, line) => {
      connection = request.connection;
      guard([`Digest realm="a", nonce="n${connection}"`], new RegExp(`nonce="n${connection}"`))(
        request,
        line,
      );
    });
    for (let time = 1; time <= 2; time++) {
      await (await client('', withLogin(`${camera.origin}/live`)).open()).close();
    }
    expect(camera.seen.filter(({ headers }) => headers['authorization'] === undefined)).toHaveLength(2);
  });

  test.each([
    ['SETUP', 'and a new nonce'],
    ['PLAY', 'and a new nonce'],
    ['SETUP', 'and no challenge'],
  ])(
    'Dahua, Tapo: 401 to %s %s from a camera that accepted the login is "busy", not a wrong password',
    async (method, how) => {
      const script = guard(['Digest realm="a", nonce="1"'], /^Digest/);
      let nonce = 1;
      await using camera = await startScriptedCamera((request, line) => {
        if (request.method === method) {
          const challenge = { 'WWW-Authenticate': `Digest realm="a", nonce="${++nonce}"` };
          line.reply(request, 401, how === 'and no challenge' ? {} : challenge);
        } else script(request, line);
      });
      await expect(client('', withLogin(`${camera.origin}/live`)).open()).rejects.toMatchObject({
        code: 'SOURCE_REFUSED',
        message: expect.stringMatching(/busy/),
        details: { reason: 'refused-after-login', method, status: 401 },
      });
    },
  );

  test('a camera that refuses at once: what was refused is in the details, for whoever knows better', async () => {
    await using camera = await startScriptedCamera(guard(['Digest realm="a", nonce="1"'], /never/));
    const source = { url: `${camera.origin}/live`, username: 'joe', password: new Secret('x') };
    await expect(client('', { source }).open()).rejects.toMatchObject({
      code: 'SOURCE_UNAUTHORIZED',
      details: { reason: 'rejected', method: 'OPTIONS' },
    });
  });

  test.each([453, 503])('status %i: busy', async (status) => {
    await using camera = await startScriptedCamera(
      behaveExcept({ SETUP: (request, line) => line.reply(request, status) }),
    );
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringMatching(/busy/),
    });
  });
});

describe('staying alive', () => {
  test.each<[maker: string, taught: string, answer: CameraScript]>([
    ['Tapo C220', 'the CSeq before, and 400', (request, line) => line.reply(request, 400, { CSeq: '1' })],
    ['thingino', '454 while it plays', (request, line) => line.reply(request, 454)],
    ['some', 'no answer', () => {}],
    ['some', 'junk for an answer', (_request, line) => void line.socket.write('ok\r\n')],
  ])('%s: %s does not end the session', async (_maker, _taught, answer) => {
    let isPlaying = false;
    const script: CameraScript = (request, line) => {
      if (isPlaying && request.method !== 'TEARDOWN') answer(request, line);
      else behave(request, line);
      if (request.method === 'PLAY') isPlaying = true;
    };
    await using camera = await startScriptedCamera(script);
    const { open, clock, packets } = client(`${camera.origin}/live`);
    const session = await open();
    for (let seq = 1; seq <= 14; seq++) {
      firstLine(camera).frame(0, rtp(seq));
      await until(() => packets.length === seq);
      await clock.advance(9000);
    }
    expect(camera.lines.size).toBe(1);
    await session.close();
  });

  test('rtsp-simple-server 0.19: no method that Public does not list', async () => {
    const script = behaveExcept({
      OPTIONS: (request, line) => line.reply(request, 200, { Public: 'DESCRIBE, SETUP, PLAY, TEARDOWN' }),
    });
    await using camera = await startScriptedCamera(script);
    const { open, clock } = client(`${camera.origin}/live`, { silenceTimeoutMs: 1_000_000 });
    const session = await open();
    await clock.advance(100_000);
    await camera.until(() => methods(camera).length >= 8);
    expect(methods(camera)).not.toContain('GET_PARAMETER');
    await session.close();
  });

  test.each([
    ['LIVE555 Streaming Media v2013.04.08', 65_000],
    ['LIVE555 Streaming Media v2017.06.04', undefined],
  ])(
    'Reolink, Foscam, Anjvision on %s: packets of a dead session say how long to wait',
    async (tool, retryAfterMs) => {
      const sdp = `v=0\r\na=tool:${tool}\r\n${SDP_VIDEO}${SDP_AUDIO}`;
      await using camera = await startScriptedCamera(describeWith({}, sdp));
      const { open, packets } = client(`${camera.origin}/live`);
      const session = await open();
      firstLine(camera).frame(6, rtp(77));
      firstLine(camera).frame(0, rtp(1));
      await until(() => packets.length === 1);
      firstLine(camera).socket.destroy();
      const error: unknown = await session.ended.catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'SOURCE_CLOSED' });
      expect(error).toMatchObject(
        retryAfterMs === undefined ? { details: {} } : { details: { retryAfterMs } },
      );
    },
  );
});

test('SRTP is called that', async () => {
  const sdp = 'v=0\r\nm=video 0 RTP/SAVP 96\r\na=rtpmap:96 H264/90000\r\n';
  await using camera = await startScriptedCamera(describeWith({}, sdp));
  await expect(
    client('', { source: { url: `${camera.origin}/live`, ...PLAIN } }).open(),
  ).rejects.toMatchObject({ code: 'CODEC_UNSUPPORTED', message: expect.stringMatching(/SRTP/) });
});

test('an encrypted section beside an open one is left alone', async () => {
  const sdp = `v=0\r\nm=video 0 RTP/SAVP 97\r\na=rtpmap:97 H264/90000\r\na=control:secret\r\n${SDP_VIDEO}`;
  await using camera = await startScriptedCamera(describeWith({}, sdp));
  await (await client(`${camera.origin}/live`).open()).close();
  expect(setups(camera)).toEqual(['/live/track1']);
});

test('sound that the operator left out is not set up', async () => {
  await using camera = await startScriptedCamera(behave);
  const source = { url: `${camera.origin}/live`, ...PLAIN, audio: false };
  await (await client('', { source }).open()).close();
  expect(setups(camera)).toEqual(['/live/track1']);
});
