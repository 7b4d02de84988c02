/** The next key frame of a stream: off the pull that is there, or by a short one that leaves no trace. */
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMediaEngine } from './embedded-engine.ts';
import type { MediaEngine } from './engine.ts';
import { SampleFeed, TestSources, VIDEO_ONLY } from './stream/testing-source.ts';

const KEY = 'cam-00000001';
let clock: VirtualClock;
let sources: TestSources;
let engine: MediaEngine;
let stopper: AbortController;

function open(pull: 'always' | 'on-demand'): void {
  engine.setStreams([
    {
      key: KEY,
      source: { url: 'rtsp://camera.test/live', username: undefined, password: undefined },
      pull,
      idleCloseMs: 30_000,
    },
  ]);
}
const next = (pull: boolean) => engine.nextKeyframe(KEY, { pull, signal: stopper.signal });
const config = { type: 'config', config: VIDEO_ONLY } as const;

beforeEach(() => {
  clock = new VirtualClock();
  sources = new TestSources();
  stopper = new AbortController();
  engine = createMediaEngine({ clock, openSource: sources.open, random: () => 0 });
});
afterEach(() => engine.stop());

describe('the next key frame', () => {
  it('of a stream that is pulled is the next one that arrives, with its configuration', async () => {
    open('always');
    await clock.advance(10);
    const feed = new SampleFeed({ gop: 10 });
    sources.last.emit(config, ...feed.take(5));
    const waiting = next(false);
    const rest = feed.take(6);
    sources.last.emit(...rest);
    const found = await waiting;
    const expected = rest.at(-1);
    if (expected?.type !== 'sample') throw new Error('the feed ends with a key frame');
    expect(found.data).toEqual(expected.sample.data);
    // Its own bytes: the source may use the others again.
    expected.sample.data.fill(0xff);
    expect(found.data).not.toEqual(expected.sample.data);
    expect(found.config).toBe(VIDEO_ONLY.video);
    expect(engine.findStatus(KEY)?.viewers).toBe(0);
    expect(sources.attempts).toBe(1);
  });

  it('wakes a stream that rests only if asked to, and lets it rest again at once', async () => {
    open('on-demand');
    await expect(next(false)).rejects.toMatchObject({ code: 'NO_KEYFRAME' });
    expect(sources.attempts).toBe(0);
    const waiting = next(true);
    await clock.advance(2000);
    expect(engine.findStatus(KEY)?.state).toBe('connecting');
    sources.last.emit(config, ...new SampleFeed().take(1));
    await waiting;
    await clock.advance(500);
    expect(sources.last.isClosed).toBe(true);
    expect(engine.findStatus(KEY)).toMatchObject({ state: 'idle', reason: undefined, viewers: 0 });
  });

  it('is given up with the reason when the camera fails, which is then left alone', async () => {
    open('on-demand');
    sources.failWith = 'SOURCE_UNREACHABLE';
    const waiting = expect(next(true)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await clock.advance(1000);
    await waiting;
    await clock.advance(600_000);
    expect(sources.attempts).toBe(1);
    expect(engine.findStatus(KEY)).toMatchObject({ state: 'idle', reason: { code: 'SOURCE_UNREACHABLE' } });
  });

  it('is given up when the signal says so, and the stream rests again', async () => {
    open('on-demand');
    const waiting = expect(next(true)).rejects.toThrow('enough');
    await clock.advance(1000);
    stopper.abort(new Error('enough'));
    await waiting;
    await clock.advance(1000);
    expect(sources.last.isClosed).toBe(true);
    await expect(next(true)).rejects.toThrow('enough');
  });

  it('does not hurry a camera in trouble', async () => {
    open('always');
    sources.failWith = 'SOURCE_UNAUTHORIZED';
    await clock.advance(30_000);
    const before = sources.attempts;
    await expect(next(true)).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
    await clock.advance(5000);
    expect(sources.attempts).toBe(before);
  });

  it('of a stream that is removed, or was never there, does not come', async () => {
    open('always');
    await clock.advance(10);
    const waiting = expect(next(false)).rejects.toMatchObject({ code: 'NO_KEYFRAME' });
    engine.setStreams([]);
    await waiting;
    await expect(next(true)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
  });

  it('is waited for by few at once', async () => {
    open('always');
    await clock.advance(10);
    const waiting = Array.from({ length: 5 }, () => next(false));
    const ends = Promise.allSettled(waiting);
    await expect(waiting[4]).rejects.toMatchObject({ code: 'NO_KEYFRAME' });
    sources.last.emit(config, ...new SampleFeed().take(1));
    expect((await ends).filter(({ status }) => status === 'fulfilled').length).toBe(4);
  });
});
