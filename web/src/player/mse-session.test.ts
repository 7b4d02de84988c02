import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from './delivery-session.ts';
import { MseSession } from './mse-session.ts';
import { FakeMedia, FakeSocket, FakeVideo, ranges } from './testing/fake-media.ts';

const MIME = 'video/mp4; codecs="avc1.42c01f,mp4a.40.2"';

function openSession() {
  const clock = new VirtualClock();
  const socket = new FakeSocket();
  const media = new FakeMedia();
  const video = new FakeVideo();
  const events: SessionEvent[] = [];
  const session = new MseSession({
    url: 'ws://town/mse/key',
    rendition: undefined,
    video: video.element,
    clock,
    emit: (event) => events.push(event),
    openSocket: () => socket,
    media,
  });
  const failures = () => events.flatMap((event) => (event.type === 'failed' ? [event.failure] : []));
  return { clock, socket, media, video, events, session, failures };
}

/** Connected, configured, source open. */
function openPlaying() {
  const all = openSession();
  all.socket.open();
  all.socket.say({ type: 'config', mime: MIME });
  const source = all.media.sources[0];
  if (source === undefined) throw new Error('no MediaSource was made');
  source.open();
  return { ...all, source, buffer: source.buffer };
}

describe('MseSession', () => {
  it('asks for buffers, holds what comes before the source is open, then appends it in order', () => {
    const { socket, media, events } = openSession();
    expect(socket.binaryType).toBe('arraybuffer');
    socket.open();
    socket.say({ type: 'config', mime: MIME });
    socket.deliver(10);
    socket.deliver(20);
    const source = media.sources[0];
    source?.open();
    expect(source?.mime).toBe(MIME);
    source?.buffer.finish();
    expect(source?.buffer.log).toEqual(['append 10', 'append 20']);
    expect(events).toContainEqual({ type: 'audio', hasAudio: true });
  });

  it('starts near the newest picture, wherever the timeline is', () => {
    const { socket, video, buffer, session } = openPlaying();
    socket.deliver(10);
    video.buffered = ranges([7_000, 7_003]);
    buffer.finish(video.buffered);
    expect(video.currentTime).toBeCloseTo(7_003 - session.targetLatencyS());
    expect(session.findLatencyS()).toBeCloseTo(session.targetLatencyS());
  });

  it('follows the burst since the last key frame to its end, then only by playing', async () => {
    const { clock, socket, video, buffer, session } = openPlaying();
    socket.deliver(10);
    video.buffered = ranges([10, 10.2]);
    buffer.finish(video.buffered);
    socket.deliver(10);
    video.buffered = ranges([10, 12]);
    buffer.finish(video.buffered);
    expect(video.currentTime).toBeCloseTo(12 - session.targetLatencyS());
    await clock.advance(1_200);
    socket.deliver(10);
    video.buffered = ranges([10, 13]);
    buffer.finish(video.buffered);
    expect(video.currentTime).toBeCloseTo(12 - session.targetLatencyS());
  });

  it('steps over a hole that lost packets left', async () => {
    const { clock, socket, video, buffer } = openPlaying();
    socket.deliver(10);
    video.buffered = ranges([10, 12]);
    buffer.finish(video.buffered);
    video.currentTime = 11.95;
    await clock.advance(1_200);
    socket.deliver(10);
    video.buffered = ranges([10, 12], [14, 15]);
    buffer.finish(video.buffered);
    expect(video.currentTime).toBeCloseTo(14.01);
  });

  it('changes the type when the camera changes its profile', () => {
    const { socket, buffer } = openPlaying();
    const other = 'video/mp4; codecs="avc1.640028"';
    socket.deliver(1);
    buffer.finish();
    socket.say({ type: 'config', mime: other });
    socket.deliver(2);
    expect(buffer.log).toEqual(['append 1', `type ${other}`, 'append 2']);
  });

  it('says which codec the device lacks', () => {
    const { socket, media, failures } = openSession();
    media.supports = () => false;
    socket.open();
    socket.say({ type: 'config', mime: 'video/mp4; codecs="hvc1.1.6.L93.B0"' });
    expect(failures()).toEqual([{ kind: 'codec', detail: 'video/mp4; codecs="hvc1.1.6.L93.B0"' }]);
    expect(socket.isClosed).toBe(true);
  });

  it('stays open while the camera is away, with its reason, and is free of it when pictures return', () => {
    const { socket, events, session } = openPlaying();
    socket.say({ type: 'status', state: 'retrying', reason: { code: 'SOURCE_TIMEOUT', message: '' } });
    expect(session.isHeld()).toBe(true);
    expect(events.at(-1)).toEqual({ type: 'trouble', trouble: { kind: 'camera', detail: 'SOURCE_TIMEOUT' } });
    socket.say({ type: 'config', mime: MIME });
    expect(session.isHeld()).toBe(false);
    expect(events).toContainEqual({ type: 'trouble', trouble: undefined });
  });

  it.each([
    ['the server stops', (socket: FakeSocket) => socket.say({ type: 'bye', reason: 'stopping' }), 'server'],
    [
      'the stream was set up anew',
      (socket: FakeSocket) => socket.say({ type: 'bye', reason: 'replaced' }),
      'timeline',
    ],
    [
      'the stream is gone',
      (socket: FakeSocket) => socket.say({ type: 'bye', reason: 'removed' }),
      'not-found',
    ],
    ['it goes away', (socket: FakeSocket) => socket.drop(1001), 'server'],
    ['the line breaks', (socket: FakeSocket) => socket.drop(1006), 'network'],
  ])('ends once when %s', (_name, happen, kind) => {
    const { socket, failures, media } = openPlaying();
    happen(socket);
    socket.drop(1006);
    expect(failures().map((failure) => failure.kind)).toEqual([kind]);
    expect(socket.isClosed).toBe(true);
    expect(media.attached).toBe(0);
  });

  it('does not wait for ever for a connection', async () => {
    const { clock, failures } = openSession();
    await clock.advance(7_900);
    expect(failures()).toEqual([]);
    await clock.advance(200);
    expect(failures()).toEqual([{ kind: 'network' }]);
  });

  it('bounds what it holds before the source opens', () => {
    const { socket, failures } = openSession();
    socket.open();
    socket.say({ type: 'config', mime: MIME });
    for (let part = 0; part < 10; part++) socket.deliver(1_000_000);
    expect(failures()).toEqual([{ kind: 'stalled', detail: 'overrun' }]);
  });

  it("reports the element's decoder error", () => {
    const { video, failures } = openPlaying();
    video.error = { code: 3 };
    video.dispatchEvent(new Event('error'));
    expect(failures()).toEqual([{ kind: 'decode', detail: 'MediaError 3' }]);
  });

  it('closes a connection that is still being made as soon as it is made', () => {
    const { session, socket, events } = openSession();
    session.close();
    expect(socket.isClosed).toBe(false);
    socket.open();
    expect(socket.isClosed).toBe(true);
    socket.deliver(10);
    expect(events).toEqual([]);
  });

  it('leaves nothing behind', () => {
    const { clock, session, socket, media, failures } = openPlaying();
    session.close();
    session.close();
    socket.drop(1000);
    expect(clock.pendingTimers).toBe(0);
    expect(media.attached).toBe(0);
    expect(failures()).toEqual([]);
  });

  describe('with two sizes', () => {
    const H265 = 'video/mp4; codecs="hvc1.1.6.L93.B0"';
    const offer = (mainMime: string | null) => ({
      type: 'renditions',
      renditions: [
        { name: 'main', available: true, mime: mainMime },
        { name: 'sub', available: true, mime: null },
      ],
    });
    const SWITCH_TO_SUB = JSON.stringify({ type: 'switch', rendition: 'sub' });

    it('asks for the other on the same socket, once, and changes the type when it comes', () => {
      const { socket, buffer, events, session } = openPlaying();
      session.chooseRendition('sub');
      session.chooseRendition('sub');
      expect(socket.sent).toEqual([SWITCH_TO_SUB]);
      socket.deliver(1);
      buffer.finish();
      const other = 'video/mp4; codecs="avc1.42c00d"';
      socket.say({ type: 'config', rendition: 'sub', mime: other });
      socket.deliver(2);
      expect(buffer.log).toEqual(['append 1', `type ${other}`, 'append 2']);
      expect(events).toContainEqual({ type: 'rendition', name: 'sub' });
    });

    it('changes the type for the same codec too: the browser then forgets where the tracks ended', () => {
      const { socket, buffer } = openPlaying();
      socket.deliver(1);
      buffer.finish();
      socket.say({ type: 'config', rendition: 'sub', mime: MIME });
      socket.deliver(2);
      expect(buffer.log).toEqual(['append 1', `type ${MIME}`, 'append 2']);
    });

    it('may ask again for what failed', () => {
      const { socket, events, session } = openPlaying();
      session.chooseRendition('sub');
      socket.say({ type: 'switch-failed', rendition: 'sub' });
      expect(events).toContainEqual({ type: 'rendition-failed', name: 'sub' });
      session.chooseRendition('sub');
      expect(socket.sent).toEqual([SWITCH_TO_SUB, SWITCH_TO_SUB]);
    });

    it('takes the other when the device lacks the codec of the first, and shows none of its bytes', () => {
      const { socket, media, failures } = openSession();
      media.supports = (mime) => mime !== H265;
      socket.open();
      socket.say(offer(H265));
      socket.say({ type: 'config', rendition: 'main', mime: H265 });
      socket.deliver(10);
      expect(socket.sent).toEqual([SWITCH_TO_SUB]);
      socket.say({ type: 'config', rendition: 'sub', mime: MIME });
      socket.deliver(20);
      const source = media.sources[0];
      source?.open();
      source?.buffer.finish();
      expect(source?.buffer.log).toEqual(['append 20']);
      expect(failures()).toEqual([]);
    });

    it('says which codec the device lacks when it lacks both', () => {
      const { socket, media, failures } = openSession();
      media.supports = () => false;
      socket.open();
      socket.say(offer(H265));
      socket.say({ type: 'config', rendition: 'main', mime: H265 });
      socket.say({ type: 'config', rendition: 'sub', mime: H265 });
      expect(failures()).toEqual([{ kind: 'codec', detail: H265 }]);
    });
  });
});

describe('MseSession on a stream without fragments', () => {
  it.each([
    ['image/jpeg', 'pictures'],
    ['application/vnd.apple.mpegurl', 'hls'],
  ])('%s is to be had another way', (mime, detail) => {
    const { socket, failures } = openSession();
    socket.open();
    socket.say({ type: 'config', mime });
    expect(failures()).toEqual([{ kind: 'other-delivery', detail }]);
    expect(socket.isClosed).toBe(true);
  });
});
