import { describe, expect, test } from 'vitest';
import { SENDER_REPORT, methods, firstLine, client, rtp, until } from './testing/recorded-client.ts';
import {
  behave,
  behaveExcept,
  formatReply,
  SDP_AUDIO,
  SDP_VIDEO,
  startScriptedCamera,
  type CameraLine,
  type CameraScript,
} from './testing/scripted-camera.ts';

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
      `${SDP_VIDEO}m=audio 0 RTP/AVP 9\r\na=control:track9\r\n`,
      ['track1'],
    ],
    [
      'the first video that we carry',
      `m=video 0 RTP/AVP 98\r\na=rtpmap:98 VP9/90000\r\na=control:track0\r\n${SDP_VIDEO}`,
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
