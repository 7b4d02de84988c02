import { createServer, type AddressInfo, type Socket } from 'node:net';
import { systemClock } from '@pantau/base/clock';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { expect, it } from 'vitest';
import { createAliveCheck } from './alive-check.ts';

const signal = new AbortController().signal;

async function listen(onConnection: (socket: Socket) => void = () => undefined) {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  };
}

it('is yes where something listens, and hangs up without a word', async () => {
  const ended = Promise.withResolvers<number>();
  await using server = await listen((socket) => {
    let bytes = 0;
    socket.on('data', (chunk) => (bytes += chunk.length));
    socket.on('error', () => undefined);
    socket.on('close', () => ended.resolve(bytes));
  });
  const check = createAliveCheck({ clock: systemClock, timeoutMs: 2_000 });
  expect(await check('127.0.0.1', server.port, signal)).toBe(true);
  expect(await ended.promise).toBe(0);
});

it('is no where nothing listens, where no camera may be, and when it is called off', async () => {
  const { port } = await listen().then(async (server) => {
    await server[Symbol.asyncDispose]();
    return server;
  });
  const clock = new VirtualClock();
  const check = createAliveCheck({ clock, timeoutMs: 2_000 });
  expect(await check('127.0.0.1', port, signal)).toBe(false);
  expect(await check('127.0.0.1', port, AbortSignal.abort())).toBe(false);
  expect(clock.pendingTimers).toBe(0);
  await using server = await listen();
  const asked: [string, number][] = [];
  const isAddressAllowed = (address: string, at: number) => {
    asked.push([address, at]);
    return false;
  };
  const guarded = createAliveCheck({ clock, timeoutMs: 2_000, isAddressAllowed });
  expect(await guarded('127.0.0.1', server.port, signal)).toBe(false);
  expect(await guarded('localhost', server.port, signal)).toBe(false);
  expect(asked.length).toBeGreaterThanOrEqual(2);
  expect(clock.pendingTimers).toBe(0);
});

it('is no after the time is over, whatever the network does', async () => {
  const clock = new VirtualClock();
  const check = createAliveCheck({ clock, timeoutMs: 2_000 });
  const stopper = new AbortController();
  // A documentation address (RFC 5737): nobody answers, or the system says at once that there is no way.
  const late = check('192.0.2.1', 554, stopper.signal);
  await clock.advance(2_000);
  expect(await late).toBe(false);
  const calledOff = check('192.0.2.1', 554, stopper.signal);
  stopper.abort();
  expect(await calledOff).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});
