/** The engine's address rule at the connection itself: what is refused must never see a byte of ours. */
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, test } from 'vitest';
import { createMediaEngine } from '../embedded-engine.ts';
import { connectRtsp } from './rtsp-connection.ts';
import { client } from './testing/recorded-client.ts';
import { behave, startScriptedCamera, type CameraScript } from './testing/scripted-camera.ts';

const REFUSED = { code: 'SOURCE_ADDRESS_REFUSED' };
const noLoopback = (address: string) => !/^(127\.|::1$|::ffff:(127|7f))/.test(address);

/** Resolves every name to the next of `answers`, and counts how often it was asked. */
function scriptedLookup(answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, options, callback) => {
    const addresses: LookupAddress[] = (answers[asked.length] ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    asked.push(hostname);
    const [first] = addresses;
    queueMicrotask(() => {
      if (options.all === true) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
  return { lookup, asked };
}

function connectTo(
  host: string,
  port: number,
  isAddressAllowed: (address: string, port: number) => boolean,
  lookup?: LookupFunction,
) {
  return connectRtsp({
    host,
    port,
    refused: 'none',
    isAddressAllowed,
    clock: new VirtualClock(),
    timeoutMs: 1000,
    signal: new AbortController().signal,
    ...(lookup === undefined ? {} : { lookup }),
    handler: {
      onChunk() {},
      onFrame() {},
      onRequest() {},
      onStrayResponse() {},
      onResync() {},
      onFlood() {},
      onFailure() {},
    },
  });
}

describe('an address that is not allowed', () => {
  test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', 'localhost'])(
    'written as %s is refused before anything is sent',
    async (host) => {
      await using camera = await startScriptedCamera(behave);
      await expect(connectTo(host, camera.port, noLoopback)).rejects.toMatchObject(REFUSED);
      expect(camera.lines.size).toBe(0);
    },
  );

  test.each(['localhost.', '0x7f000001', '0x7f.1', '2130706433', '0177.0.0.1', '127.1'])(
    'is not reached by writing it as %s, which only some resolvers understand',
    async (host) => {
      await using camera = await startScriptedCamera(behave);
      await expect(connectTo(host, camera.port, noLoopback)).rejects.toMatchObject({
        code: expect.stringMatching(/^SOURCE_(ADDRESS_REFUSED|UNREACHABLE)$/),
      });
      expect(camera.lines.size).toBe(0);
    },
  );

  test('behind a name is refused', async () => {
    await using camera = await startScriptedCamera(behave);
    const { lookup } = scriptedLookup([['127.0.0.1']]);
    await expect(connectTo('camera.example', camera.port, noLoopback, lookup)).rejects.toMatchObject(REFUSED);
    expect(camera.lines.size).toBe(0);
  });

  test('is left out when the name has others', async () => {
    await using camera = await startScriptedCamera(behave);
    const { lookup } = scriptedLookup([['::1', '169.254.169.254', '127.0.0.1']]);
    const judged: string[] = [];
    const connection = await connectTo(
      'camera.example',
      camera.port,
      (address, port) => {
        judged.push(`${address} ${port === camera.port}`);
        return address === '127.0.0.1';
      },
      lookup,
    );
    expect(judged).toEqual(['::1 true', '169.254.169.254 true', '127.0.0.1 true']);
    expect(connection.remoteAddress).toBe('127.0.0.1');
    connection.destroy();
  });

  test('is not reached by a name that resolves to another address the second time', async () => {
    await using good = await startScriptedCamera(behave);
    const { lookup, asked } = scriptedLookup([['127.0.0.1'], ['127.0.0.2']]);
    const onlyFirst = (address: string) => address === '127.0.0.1';
    const connection = await connectTo('camera.example', good.port, onlyFirst, lookup);
    // One question for each connection: what was judged is what was dialled.
    expect([asked.length, connection.remoteAddress]).toEqual([1, '127.0.0.1']);
    connection.destroy();
    await expect(connectTo('camera.example', good.port, onlyFirst, lookup)).rejects.toMatchObject(REFUSED);
    expect(asked).toHaveLength(2);
  });

  test('is refused by port, too', async () => {
    await using camera = await startScriptedCamera(behave);
    const notThisPort = (_address: string, port: number) => port !== camera.port;
    await expect(connectTo('127.0.0.1', camera.port, notThisPort)).rejects.toMatchObject(REFUSED);
  });

  test('is refused where a redirect leads', async () => {
    await using other = await startScriptedCamera(behave);
    const redirect: CameraScript = (request, line) =>
      line.reply(request, 302, { Location: `rtsp://127.0.0.1:${other.port}/x` });
    await using camera = await startScriptedCamera(redirect);
    const isAddressAllowed = (_address: string, port: number) => port === camera.port;
    await expect(client(`${camera.origin}/live`, { isAddressAllowed }).open()).rejects.toMatchObject(REFUSED);
    expect([camera.seen.length > 0, other.lines.size]).toEqual([true, 0]);
  });

  test('is refused to a probe of the engine, and to its streams', async () => {
    await using camera = await startScriptedCamera(behave);
    const clock = new VirtualClock();
    await using engine = createMediaEngine({ clock, isAddressAllowed: noLoopback });
    const source = { url: `${camera.origin}/live`, username: undefined, password: undefined };
    await expect(engine.probe(source)).rejects.toMatchObject(REFUSED);
    const failed = new Promise((resolve) =>
      engine.onStateChange(({ reason }) => reason !== undefined && resolve(reason)),
    );
    engine.setStreams([{ key: 'cam-00000001', source, pull: 'always' }]);
    await expect(failed).resolves.toEqual({
      code: 'SOURCE_ADDRESS_REFUSED',
      message: 'The address of this camera is not allowed.',
    });
    expect(camera.lines.size).toBe(0);
  });
});
