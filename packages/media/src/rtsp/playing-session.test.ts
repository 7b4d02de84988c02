import { describe, expect, test } from 'vitest';
import { GOODBYE, withLogin, methods, firstLine, client, rtp, until } from './testing/recorded-client.ts';
import type { RtspSessionOptions } from './rtsp-session.ts';
import {
  behave,
  behaveExcept,
  startScriptedCamera,
  type CameraScript,
  type ScriptedCamera,
} from './testing/scripted-camera.ts';

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

  test('keep-alive by GET_PARAMETER and OPTIONS in turn, receiver reports each 5 s, all without waiting', async () => {
    const { camera, session, clock, say } = await playing(behaveExcept({ GET_PARAMETER: () => {} }));
    await using _camera = camera;
    for (let step = 0; step < 13; step++) {
      await say();
      await clock.advance(5000);
    }
    await camera.until(() => methods(camera).length === 8);
    expect(methods(camera).slice(5)).toEqual(['GET_PARAMETER', 'OPTIONS', 'GET_PARAMETER']);
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
      ['GET_PARAMETER', 'OPTIONS'],
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
    await clock.advance(20_000);
    await camera.until(() => camera.seen.length === before + 2);
    firstLine(camera).frame(0, rtp(1));
    await until(() => packets.length === 1);
    expect(methods(camera).slice(before)).toEqual(['GET_PARAMETER', 'GET_PARAMETER']);
    await session.close();
  });

  test.each([
    ['nack pli', 'RTP/AVPF', '81ce0002'],
    ['ccm fir', 'RTP/AVP', '84ce0004'],
  ])('a key frame is asked for by %s, behind a report', async (feedback, profile, header) => {
    const sdp = `m=video 0 ${profile} 96\r\na=rtpmap:96 H264/90000\r\na=rtcp-fb:96 ${feedback}\r\na=control:track1\r\n`;
    const script = behaveExcept({ DESCRIBE: (request, line) => line.reply(request, 200, {}, sdp) });
    const { camera, session, say } = await playing(script);
    await using _camera = camera;
    expect(session.requestKeyframe()).toBe(false); // whose key frame? nothing came yet
    await say();
    expect(session.requestKeyframe()).toBe(true);
    await camera.until(() => camera.frames.length === 1);
    const [frame] = camera.frames;
    expect(frame?.channel).toBe(1);
    expect(frame?.payload[1]).toBe(201); // receiver report first
    expect(frame?.payload.toString('hex')).toContain(header);
    expect(camera.seen.find(({ method }) => method === 'SETUP')?.headers['transport']).toContain(
      `${profile}/TCP`,
    );
    await session.close();
    expect(session.requestKeyframe()).toBe(false);
  });

  test('a camera that does not say so is not asked for key frames', async () => {
    const { camera, session, say } = await playing(behave);
    await using _camera = camera;
    await say();
    expect(session.requestKeyframe()).toBe(false);
    await session.close();
  });

  test('a session timeout of 2 s is kept alive each second', async () => {
    const script = behaveExcept({
      PLAY: (request, line) => line.reply(request, 200, { Session: '1234;timeout=2' }),
    });
    const { camera, session, clock } = await playing(script);
    await using _camera = camera;
    await clock.advance(5000);
    await camera.until(() => methods(camera).length === 10);
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
    await camera.until(() => methods(camera).length === 9);
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
    await camera.until(() => camera.lines.size === 0);
    await until(() => clock.pendingTimers === 0);
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
    const broken = Buffer.alloc(300 * 1024, 'x');
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
    await made.clock.advance(20_000);
    await camera.until(() => nonce === 2);
    await made.clock.advance(1000);
    firstLine(camera).frame(0, rtp(1));
    await until(() => made.packets.length === 1);
    expect(nonce).toBe(2);
    await made.clock.advance(39_000);
    await camera.until(() => nonce === 4);
    await session.close();
  });

  test('a camera that floods is read in portions, and the log says so once a second', async () => {
    const { camera, session, clock, line, packets, log } = await playing(behave);
    await using _camera = camera;
    const flood = Buffer.concat(
      Array.from({ length: 20_000 }, (_, index) =>
        Buffer.concat([Buffer.from([36, 0, 0, 16]), rtp(index + 1)]),
      ),
    );
    line.socket.write(flood);
    await until(() => log.length > 0);
    for (let turn = 0; turn < 100; turn++) await until(() => true);
    expect(log[0]).toContain('made to wait');
    expect(packets.length).toBeGreaterThan(12_000);
    expect(packets.length).toBeLessThan(17_000); // the chunk that went over the limit was read to its end
    await clock.advance(1000);
    await until(() => packets.length === 20_000);
    expect(log).toHaveLength(1);
    await session.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('a flood ends with the session', async () => {
    const { camera, session, clock, line, log } = await playing(behave);
    await using _camera = camera;
    line.socket.write(Buffer.alloc(36 * 1024 * 1024, '\r\n'));
    await until(() => log.length > 0);
    const closing = session.close();
    await clock.advance(1000);
    await closing;
    await camera.until(() => camera.lines.size === 0);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a defect that an early frame meets costs the session, not the process', async () => {
    const handler = {
      onRtp: () => {
        throw new TypeError('a defect');
      },
      onSenderReport: () => {},
    };
    await using camera = await startScriptedCamera(
      behaveExcept({
        PLAY: (request, line) => {
          line.frame(0, rtp(1));
          behave(request, line);
        },
      }),
    );
    const { open, clock } = client(`${camera.origin}/live`, { handler });
    const session = await open();
    await expect(session.ended).rejects.toMatchObject({ code: 'RTSP_MALFORMED' });
    await until(() => clock.pendingTimers === 0);
  });

  test('the signal ends it at once, and the camera hears of it', async () => {
    const { camera, session, controller, clock } = await playing(behaveExcept({ TEARDOWN: () => {} }));
    await using _camera = camera;
    controller.abort();
    await session.ended;
    await camera.until(() => camera.lines.size === 0);
    expect(methods(camera).at(-1)).toBe('TEARDOWN');
    await until(() => clock.pendingTimers === 0);
  });

  test('a camera that fell silent is told that its session is over', async () => {
    const { camera, session, clock } = await playing(behave);
    await using _camera = camera;
    const failed = expect(session.ended).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    await clock.advance(10_000);
    await failed;
    await camera.until(() => camera.lines.size === 0);
    expect(methods(camera).at(-1)).toBe('TEARDOWN');
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
