import { createServer as createTlsServer } from 'node:tls';
import type { AddressInfo, LookupFunction, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSelfSigned } from '@pantau/media/testing/self-signed';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { httpReply, openRawServer } from '../testing/raw-http-server.ts';
import { parseDeviceUrl } from './device-url.ts';
import { post, type PostOptions } from './post.ts';

const clock = new VirtualClock();

async function serve(answer: (socket: Socket, request: string, port: number) => void) {
  const server = await openRawServer((socket, request) => answer(socket, request, server.port));
  onTestFinished(() => server[Symbol.asyncDispose]());
  const send = (options: Partial<PostOptions> = {}) =>
    post(
      parseDeviceUrl(`http://127.0.0.1:${server.port}/onvif/device_service`),
      { contentType: 'application/soap+xml', body: '<x/>' },
      { clock, timeoutMs: 5000, maxBytes: 1000, ...options },
    );
  return { server, send };
}

describe('post', () => {
  it('sends the request and gives status, challenges and body', async () => {
    const { server, send } = await serve((socket) =>
      socket.end(
        httpReply(401, 'no', ['WWW-Authenticate: Digest realm="a"', 'WWW-Authenticate: Basic realm="b"']),
      ),
    );
    const reply = await send();
    expect([reply.status, reply.body.toString(), reply.challenges]).toEqual([
      401,
      'no',
      ['Digest realm="a"', 'Basic realm="b"'],
    ]);
    expect(server.received[0]).toMatch(
      /^POST \/onvif\/device_service HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/i,
    );
  });

  it('takes a reply without a length, and one that is cut short', async () => {
    const without = await serve((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nhello'));
    expect((await without.send()).body.toString()).toBe('hello');
    const short = await serve((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello'));
    expect((await short.send()).body.toString()).toBe('hello');
  });

  it('gives up on a gigabyte after the first kilobytes', async () => {
    let written = 0;
    const { send } = await serve((socket) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n');
      const fill = () => {
        while (!socket.destroyed && written < 2 ** 30 && socket.write(chunk)) written += chunk.length;
      };
      socket.on('drain', fill);
      fill();
    });
    await expect(send()).rejects.toMatchObject({ code: 'ONVIF_MALFORMED' });
    expect(written).toBeLessThan(64 * 2 ** 20);
  });

  it.each([
    ['says nothing', ''],
    ['drips its headers', 'HTTP/1.1 200 OK\r\nX: '],
    ['drips its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nh'],
  ])('gives up in time on a device that %s', async (_what, bytes) => {
    const { server, send } = await serve((socket) => void socket.write(bytes));
    const outcome = expect(send()).rejects.toMatchObject({ code: 'ONVIF_TIMEOUT' });
    while (server.received.length === 0) await clock.advance(0);
    await clock.advance(5000);
    await outcome;
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const { server, send } = await serve(() => {});
    const outcome = expect(send({ signal: controller.signal })).rejects.toThrow('enough');
    while (server.received.length === 0) await clock.advance(0);
    controller.abort(new Error('enough'));
    await outcome;
  });

  it.each([
    ['what is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'NOT_ONVIF'],
    ['a closed connection', '', 'ONVIF_UNREACHABLE'],
    [
      'a change of protocol',
      'HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      'ONVIF_UNREACHABLE',
    ],
    ['endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 'NOT_ONVIF'],
  ])('says what is wrong with %s', async (_what, bytes, code) => {
    const { send } = await serve((socket) => socket.end(bytes));
    await expect(send()).rejects.toMatchObject({ code });
  });

  describe('redirects', () => {
    const redirect = (location: (port: number) => string) =>
      serve((socket, request, port) =>
        socket.end(
          request.startsWith('POST /moved')
            ? httpReply(200, 'here')
            : httpReply(307, '', [`Location: ${location(port)}`]),
        ),
      );

    it.each([
      ['a path', () => '/moved'],
      ['the same host', (port: number) => `http://127.0.0.1:${port}/moved`],
    ])('follows one to %s', async (_what, location) => {
      const { send } = await redirect(location);
      expect((await send()).body.toString()).toBe('here');
    });

    it.each([
      ['another host', 'http://192.0.2.1/moved'],
      ['cloud metadata', 'http://169.254.169.254/latest/meta-data'],
      ['another name of this machine', 'http://localhost/moved'],
      ['another scheme', 'file:///etc/passwd'],
      ['RTSP', 'rtsp://127.0.0.1/x'],
      ['itself for ever', '/onvif/device_service'],
    ])('does not follow one to %s', async (_what, location) => {
      const { server, send } = await redirect(() => location);
      await expect(send()).rejects.toMatchObject({ code: 'ONVIF_REFUSED' });
      expect(server.received.length).toBeLessThanOrEqual(4);
    });

    it('asks the rule for addresses again, with the new port', async () => {
      const asked: number[] = [];
      const { server, send } = await redirect(() => 'http://127.0.0.1:1/moved');
      const isAddressAllowed = (_address: string, port: number) => {
        asked.push(port);
        return port !== 1;
      };
      await expect(send({ isAddressAllowed })).rejects.toMatchObject({ code: 'ONVIF_ADDRESS_REFUSED' });
      expect(asked).toEqual([server.port, 1]);
    });
  });

  describe('addresses', () => {
    const lookup: LookupFunction = (_name, _options, callback) =>
      callback(null, [
        { address: '169.254.169.254', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);

    it('are judged after resolution, and only allowed ones are dialled', async () => {
      const { server } = await serve((socket) => socket.end(httpReply(200, 'here')));
      const send = (isAddressAllowed: PostOptions['isAddressAllowed']) =>
        post(
          parseDeviceUrl(`http://camera.example:${server.port}/`),
          { contentType: 'text/xml', body: '' },
          { clock, timeoutMs: 5000, maxBytes: 1000, lookup, isAddressAllowed },
        );
      expect((await send((address) => address.startsWith('127.'))).body.toString()).toBe('here');
      await expect(send(() => false)).rejects.toMatchObject({ code: 'ONVIF_ADDRESS_REFUSED' });
    });
  });
});

describe('TLS', () => {
  const { key, cert, fingerprint } = createSelfSigned();

  async function send(tlsFingerprint?: string) {
    const received: string[] = [];
    const server = createTlsServer({ key, cert }, (socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        received.push(bytes.toString());
        socket.end(httpReply(200, 'safe'));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    // A server that listens on TCP has such an address.
    const { port } = server.address() as AddressInfo;
    const reply = post(
      parseDeviceUrl(`https://127.0.0.1:${port}/`),
      { contentType: 'text/xml', body: '<secret/>' },
      { clock, timeoutMs: 5000, maxBytes: 1000, tlsFingerprint },
    );
    return { reply, received };
  }

  it('takes a certificate that the device signed itself', async () => {
    const { reply } = await send();
    expect((await reply).body.toString()).toBe('safe');
  });

  it('takes the pinned certificate, with or without colons', async () => {
    expect((await (await send(fingerprint)).reply).status).toBe(200);
    expect((await (await send(fingerprint.toUpperCase().replace(/..(?!$)/g, '$&:'))).reply).status).toBe(200);
  });

  it('sends nothing to another', async () => {
    const { reply, received } = await send('00'.repeat(32));
    await expect(reply).rejects.toMatchObject({ code: 'ONVIF_CERTIFICATE_WRONG' });
    expect(received).toEqual([]);
  });
});
