import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from './delivery-session.ts';
import { PictureSession, type BitmapLike } from './picture-session.ts';
import { FakeSocket } from './testing/fake-media.ts';

class FakeBitmap implements BitmapLike {
  readonly width: number;
  readonly height = 100;
  isClosed = false;

  constructor(width: number) {
    this.width = width;
  }

  close(): void {
    this.isClosed = true;
  }
}

function openSession() {
  const clock = new VirtualClock();
  const socket = new FakeSocket();
  const events: SessionEvent[] = [];
  const drawn: number[] = [];
  const bitmaps: FakeBitmap[] = [];
  const waiting: (() => void)[] = [];
  const state = { isSlow: false };
  const session = new PictureSession<FakeBitmap>({
    url: 'ws://town/mse/key',
    clock,
    emit: (event) => events.push(event),
    openSocket: () => socket,
    // The size of a message tells which picture it is; 13 is a damaged one.
    decode: async ({ byteLength }) => {
      if (state.isSlow) await new Promise<void>((resolve) => waiting.push(resolve));
      if (byteLength === 13) throw new Error('no picture');
      const bitmap = new FakeBitmap(byteLength);
      bitmaps.push(bitmap);
      return bitmap;
    },
    draw: ({ width }) => drawn.push(width),
  });
  const failures = () => events.flatMap((event) => (event.type === 'failed' ? [event.failure] : []));
  socket.open();
  socket.say({ type: 'config', mime: 'image/jpeg' });
  return { clock, socket, events, drawn, bitmaps, waiting, state, session, failures };
}

/** Lets what is under way have its turns. */
const settle = () => new VirtualClock().advance(1);

describe('PictureSession', () => {
  it('draws each picture, lets go of it, and tells how many and how large', async () => {
    const { socket, drawn, bitmaps, session } = openSession();
    for (const bytes of [200, 300]) {
      socket.deliver(bytes);
      await settle();
    }
    expect(drawn).toEqual([200, 300]);
    expect(bitmaps.every(({ isClosed }) => isClosed)).toBe(true);
    expect(session.findDrawn()).toMatchObject({ count: 2, width: 300, height: 100 });
  });

  it('of what comes while it decodes draws the newest only', async () => {
    const { socket, drawn, waiting, state } = openSession();
    state.isSlow = true;
    for (const bytes of [100, 101, 102, 103]) socket.deliver(bytes);
    state.isSlow = false;
    waiting[0]?.();
    await settle();
    expect(drawn).toEqual([100, 103]);
  });

  it('goes on after a picture that is damaged', async () => {
    const { socket, drawn, failures } = openSession();
    socket.deliver(13);
    await settle();
    socket.deliver(50);
    await settle();
    expect([drawn, failures()]).toEqual([[50], []]);
  });

  it('lets a picture stand for three times the usual', async () => {
    const { clock, socket, session } = openSession();
    expect(session.findDrawn().stillAfterMs).toBe(6000);
    for (let count = 0; count < 10; count++) {
      socket.deliver(100);
      await clock.advance(2000);
    }
    expect(session.findDrawn().stillAfterMs).toBeCloseTo(6000, -2);
    for (let count = 0; count < 30; count++) {
      socket.deliver(100);
      await clock.advance(100);
    }
    expect(session.findDrawn().stillAfterMs).toBe(1500);
  });

  it('is held while the server speaks, and not when it has fallen silent', async () => {
    const { clock, socket, session, events } = openSession();
    await clock.advance(19_000);
    socket.say({ type: 'status', state: 'live', reason: null });
    await clock.advance(19_000);
    expect(session.isHeld()).toBe(true);
    await clock.advance(2000);
    expect(session.isHeld()).toBe(false);
    socket.say({ type: 'status', state: 'retrying', reason: { code: 'SOURCE_TIMEOUT', message: '' } });
    expect(events.at(-1)).toEqual({ type: 'trouble', trouble: { kind: 'camera', detail: 'SOURCE_TIMEOUT' } });
  });

  it.each<readonly [string, (socket: FakeSocket) => void, object]>([
    [
      'the camera has video now',
      (socket) => socket.say({ type: 'config', mime: 'video/mp4' }),
      { kind: 'other-delivery', detail: 'media' },
    ],
    [
      'the stream is removed',
      (socket) => socket.say({ type: 'bye', reason: 'removed' }),
      { kind: 'not-found', detail: 'removed' },
    ],
    ['the connection breaks', (socket) => socket.drop(1006), { kind: 'network' }],
    ['the server goes', (socket) => socket.drop(1001), { kind: 'server' }],
  ])('ends when %s', async (_name, act, failure) => {
    const { socket, failures, drawn } = openSession();
    act(socket);
    socket.deliver(10);
    await settle();
    expect([failures(), drawn]).toEqual([[failure], []]);
  });

  it('gives up a server that does not answer', async () => {
    const clock = new VirtualClock();
    const events: SessionEvent[] = [];
    const session = new PictureSession<FakeBitmap>({
      url: 'ws://town/mse/key',
      clock,
      emit: (event) => events.push(event),
      openSocket: () => new FakeSocket(),
      decode: () => Promise.reject(new Error('none')),
      draw: () => undefined,
    });
    await clock.advance(8000);
    expect(events).toEqual([{ type: 'failed', failure: { kind: 'network' } }]);
    session.close();
  });
});
