import { createHash } from 'node:crypto';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, test } from 'vitest';
import { PASSWORD, withLogin, methods, client } from './testing/recorded-client.ts';
import { openSessionWith } from './rtsp-client.ts';
import { connectRtsp } from './rtsp-connection.ts';
import { behave, behaveExcept, startScriptedCamera, type CameraScript } from './testing/scripted-camera.ts';

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

  test.each([
    'http://127.0.0.1/',
    'rtsp://169.254.169.254/latest',
    'rtsp://[fe80::1]/',
    'file:///etc/passwd',
    '',
    'rtsp://',
  ])('to %j is refused', async (location) => {
    await using camera = await startScriptedCamera(redirectTo(() => location));
    await expect(client(`${camera.origin}/live`).open()).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
    expect(camera.seen.every(({ connection }) => connection === 1)).toBe(true);
  });

  test.each([
    ['10.0.0.5', ['none', 'inward']],
    ['169.254.1.1', ['none', 'inward']],
    ['127.0.0.1', ['none', 'inward-except-loopback']],
    ['::1', ['none', 'inward-except-loopback']],
  ])(
    'from a camera at %s: guarded from the second connection on, loopback only when it is loopback itself',
    async (address, guards) => {
      await using camera = await startScriptedCamera(redirectTo(() => 'rtsp://other.example/b'));
      const seen: string[] = [];
      const connect: typeof connectRtsp = async (options) => {
        seen.push(options.refused);
        const connection = await connectRtsp({
          ...options,
          host: '127.0.0.1',
          port: camera.port,
          refused: 'none',
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
        onFlood() {},
        onFailure() {},
      };
      const connecting = connectRtsp({
        host,
        port: camera.port,
        refused: 'inward',
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
