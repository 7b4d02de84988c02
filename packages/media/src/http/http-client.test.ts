import { gzipSync } from 'node:zlib';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { computeDigestResponse, parseDigestChallenge } from '../rtsp/digest-auth.ts';
import { parseChallenges } from '../rtsp/auth-challenge.ts';
import type { IsAddressAllowed } from '../source.ts';
import { HttpClient } from './http-client.ts';
import { HttpUpstream, startRaw, type Answer } from './testing/http-upstream.ts';

const clock = new VirtualClock();
const opened: { close(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

interface ClientSettings {
  readonly username?: string;
  readonly isAddressAllowed?: IsAddressAllowed;
  readonly lookup?: ConstructorParameters<typeof HttpClient>[0]['lookup'];
}

function createClient(url: string, { username, isAddressAllowed, lookup }: ClientSettings = {}): HttpClient {
  const client = new HttpClient({
    source: { url, username, password: username === undefined ? undefined : new Secret('s3cret') },
    clock,
    isAddressAllowed,
    ...(lookup === undefined ? {} : { lookup }),
  });
  opened.push(client);
  return client;
}

async function fetchAll(
  client: HttpClient,
  maxBytes = 1000,
  signal = new AbortController().signal,
): Promise<string> {
  const reply = await client.get(client.origin, { signal });
  return (await reply.readAll(maxBytes)).toString();
}

/** What fetching an answer ends with. */
async function codeOf(answer: Answer, maxBytes?: number): Promise<string> {
  await using upstream = await HttpUpstream.start(answer);
  return await fetchAll(createClient(upstream.url('/x')), maxBytes).then(
    (text) => `OK ${text}`,
    (error: { code?: string }) => error.code ?? 'an error without a code',
  );
}

describe('HttpClient', () => {
  it('gets a body, asks for no compression, and says who it is', async () => {
    await using upstream = await HttpUpstream.start((_request, response) => response.end('hello'));
    expect(await fetchAll(createClient(upstream.url('/path?q=1')))).toBe('hello');
    expect(upstream.seen).toEqual(['GET /path?q=1']);
    expect(upstream.requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': 'Pantau',
    });
  });

  it.each<readonly [string, string, Answer]>([
    ['a missing page', 'SOURCE_NOT_FOUND', (_request, response) => response.writeHead(404).end()],
    [
      'a login without credentials',
      'SOURCE_UNAUTHORIZED',
      (_request, response) => response.writeHead(401).end(),
    ],
    ['a busy camera', 'SOURCE_REFUSED', (_request, response) => response.writeHead(503).end()],
    [
      'a redirect without an address',
      'SOURCE_REFUSED',
      (_request, response) => response.writeHead(302).end(),
    ],
    [
      'a redirect to a file',
      'SOURCE_REFUSED',
      (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    ],
    [
      'a redirect loop',
      'SOURCE_REFUSED',
      (_request, response) => response.writeHead(302, { location: '/x' }).end(),
    ],
    [
      'a gzip bomb',
      'SOURCE_REFUSED',
      (_request, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_000_000))),
    ],
    [
      'headers without end',
      'SOURCE_REFUSED',
      (_request, response) => response.writeHead(200, { 'x-long': 'x'.repeat(60_000) }).end(),
    ],
    [
      'a body that is announced too large',
      'VIDEO_MALFORMED',
      (_request, response) => response.writeHead(200, { 'content-length': '1001' }).write('x'),
    ],
    [
      'a body that grows too large',
      'VIDEO_MALFORMED',
      (_request, response) => void response.writeHead(200).end('x'.repeat(5000)),
    ],
    [
      'a body that breaks off',
      'SOURCE_CLOSED',
      (_request, response) =>
        response.writeHead(200, { 'content-length': '10' }).write('x', () => response.destroy()),
    ],
  ])('%s is %s', async (_name, code, answer) => {
    expect(await codeOf(answer)).toBe(code);
  });

  it('what is no HTTP, and a connection that is closed at once', async () => {
    await using noise = await startRaw((socket) => socket.write('RTSP/1.0 400 Bad Request\r\n\r\n'));
    await expect(fetchAll(createClient(noise.url))).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringContaining('status 400'),
    });
    await using other = await startRaw((socket) => socket.write('SSH-2.0-dropbear\r\n'));
    await expect(fetchAll(createClient(other.url))).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringContaining('not in HTTP'),
    });
    await expect(fetchAll(createClient(noise.url.replace('http:', 'https:')))).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('does not speak TLS'),
    });
    await using closing = await startRaw((socket) => socket.destroy());
    await expect(fetchAll(createClient(closing.url))).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('hung up'),
    });
  });

  it('a flood of interim replies is given up at once', async () => {
    await using camera = await startRaw((socket) => {
      const flood = () => {
        while (!socket.destroyed && socket.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)));
      };
      socket.on('drain', flood);
      socket.once('data', flood);
    });
    await expect(fetchAll(createClient(camera.url))).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
  });

  it('lines without CR, a length twice, and a reply without a reason are read', async () => {
    await using camera = await startRaw((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 200\nContent-Length: 2\nServer: cam\n\nok')),
    );
    expect(await fetchAll(createClient(camera.url))).toBe('ok');
  });

  it('an answer whose headers drip in byte by byte is given up after 10 s', async () => {
    let timer: { cancel(): void } | undefined;
    await using drip = await startRaw((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n');
        timer = clock.setRepeating(1000, () => void socket.write('x'));
      });
    });
    const outcome = fetchAll(createClient(drip.url)).catch((error: unknown) => error);
    await expect.poll(() => timer !== undefined).toBe(true);
    await clock.advance(10_000);
    timer?.cancel();
    expect(await outcome).toMatchObject({ code: 'SOURCE_TIMEOUT' });
  });

  it('is ended by its signal, before and after the headers, and leaves no connection', async () => {
    await using upstream = await HttpUpstream.start(
      (_request, response) => void response.writeHead(200).write('x'),
    );
    const stopper = new AbortController();
    const client = createClient(upstream.url('/'));
    const reading = fetchAll(client, 1000, stopper.signal).catch((error: unknown) => error);
    await expect.poll(() => upstream.seen.length).toBe(1);
    const reason = new Error('enough');
    stopper.abort(reason);
    expect(await reading).toBe(reason);
    await expect(client.get(client.origin, { signal: stopper.signal })).rejects.toBe(reason);
    await expect.poll(() => upstream.connections).toBe(0);
  });
});

it('leaves no connection to a camera that never ends its TLS handshake', async () => {
  const sockets: Socket[] = [];
  await using silent = await startRaw((socket) => sockets.push(socket.resume()));
  const client = createClient(silent.url.replace('http:', 'https:'));
  const stopper = new AbortController();
  const reading = fetchAll(client, 1000, stopper.signal).catch((error: unknown) => error);
  await expect.poll(() => sockets.length).toBe(1);
  stopper.abort(new Error('enough'));
  await reading;
  client.close();
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
});

describe('HttpClient and addresses', () => {
  it('asks the rule with what a name resolves to, before it connects', async () => {
    await using upstream = await HttpUpstream.start((_request, response) => response.end('secret'));
    const asked: string[] = [];
    const client = createClient(`http://camera.test:${upstream.port}/`, {
      lookup: (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
      isAddressAllowed: (address, port) => {
        asked.push(`${address} ${port}`);
        return false;
      },
    });
    await expect(fetchAll(client)).rejects.toMatchObject({ code: 'SOURCE_ADDRESS_REFUSED' });
    expect(asked).toEqual([`127.0.0.1 ${upstream.port}`]);
    expect(upstream.seen).toEqual([]);
  });

  it('a redirect never leads to the metadata of a cloud', async () => {
    await using upstream = await HttpUpstream.start((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
    );
    await expect(fetchAll(createClient(upstream.url('/')))).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
  });

  it('a redirect is judged by the rule as well', async () => {
    await using upstream = await HttpUpstream.start((request, response) =>
      request.url === '/'
        ? response.writeHead(302, { location: 'http://127.0.0.2:81/' }).end()
        : response.end('no'),
    );
    const client = createClient(upstream.url('/'), {
      isAddressAllowed: (address) => address === '127.0.0.1',
    });
    await expect(fetchAll(client)).rejects.toMatchObject({ code: 'SOURCE_ADDRESS_REFUSED' });
  });
});

describe('HttpClient signs in', () => {
  const CHALLENGE = 'Digest realm="cam", nonce="abc", qop="auth", algorithm=MD5';

  function isSigned({ headers, url }: IncomingMessage): boolean {
    const authorization = headers.authorization ?? '';
    const read = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(authorization)?.[1] ?? '';
    const [challenge] = parseChallenges([CHALLENGE]);
    const digest = challenge === undefined ? undefined : parseDigestChallenge(challenge);
    if (digest === undefined || !authorization.startsWith('Digest ')) return false;
    const request = {
      method: 'GET',
      uri: url ?? '',
      username: 'admin',
      password: 's3cret',
      nonceCount: 1,
      clientNonce: read('cnonce'),
    };
    return (
      computeDigestResponse(digest, { ...request, nonceCount: Number.parseInt(read('nc'), 16) }) ===
      read(' response')
    );
  }

  it('with Digest, once, and goes on signed', async () => {
    await using upstream = await HttpUpstream.start((request, response) => {
      if (isSigned(request)) response.end('picture');
      else response.writeHead(401, { 'www-authenticate': CHALLENGE }).end();
    });
    const client = createClient(upstream.url('/snap?ch=1'), { username: 'admin' });
    expect(await fetchAll(client)).toBe('picture');
    expect(await fetchAll(client)).toBe('picture');
    expect(upstream.seen).toHaveLength(3);
  });

  it('with Basic', async () => {
    const expected = `Basic ${Buffer.from('admin:s3cret').toString('base64')}`;
    await using upstream = await HttpUpstream.start((request, response) => {
      if (request.headers.authorization === expected) response.end('ok');
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="cam"' }).end();
    });
    expect(await fetchAll(createClient(upstream.url('/'), { username: 'admin' }))).toBe('ok');
  });

  it('no more than twice with credentials that are refused', async () => {
    await using upstream = await HttpUpstream.start((_request, response) =>
      response.writeHead(401, { 'www-authenticate': CHALLENGE }).end(),
    );
    const client = createClient(upstream.url('/'), { username: 'admin' });
    await expect(fetchAll(client)).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
    expect(upstream.seen.length).toBeLessThanOrEqual(2);
  });

  it('never on another host', async () => {
    await using other = await HttpUpstream.start((_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    await using upstream = await HttpUpstream.start((_request, response) =>
      response.writeHead(302, { location: `http://localhost:${other.port}/` }).end(),
    );
    const client = createClient(upstream.url('/'), { username: 'admin' });
    await expect(fetchAll(client)).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});
