import { describe, expect, test } from 'vitest';
import { methods, client, until } from './testing/recorded-client.ts';
import {
  behave,
  behaveExcept,
  SDP_AUDIO,
  startScriptedCamera,
  type CameraScript,
} from './testing/scripted-camera.ts';

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
    [461, 'SOURCE_REFUSED', /transport/],
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
      'm=video 0 RTP/AVP 98\r\na=rtpmap:98 VP9/90000\r\nm=audio 0 RTP/AVP 8\r\n',
      'CODEC_UNSUPPORTED',
      /VP9, PCMA/,
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

  test('a camera that insists on UDP, and an operator who insists on TCP', async () => {
    const Transport = 'RTP/AVP;unicast;client_port=1-2;server_port=3-4';
    await using camera = await startScriptedCamera(
      behaveExcept({ SETUP: (request, line) => line.reply(request, 200, { Transport }) }),
    );
    const url = `${camera.origin}/live`;
    const source = { url, username: undefined, password: undefined, transport: 'tcp' as const };
    await expect(client(url, { source }).open()).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringMatching(/TCP/),
    });
    expect(camera.seen.filter(({ method }) => method === 'SETUP')).toHaveLength(1);
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
