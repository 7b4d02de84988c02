import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { silentLogger } from '@pantau/base/logger';
import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from './engine-limits.ts';
import { HostGates } from './host-gates.ts';
import { SourceSupervisor, type SupervisorState } from './source-supervisor.ts';
import { SampleFeed, TestSources, VIDEO_ONLY } from './testing-source.ts';

let clock: VirtualClock;
let sources: TestSources;
let states: SupervisorState[];
let gone: number;
let supervisor: SourceSupervisor;

let isGoneFaulty = false;

function open(onEvent: () => void = () => undefined): SourceSupervisor {
  return new SourceSupervisor({
    source: { url: 'rtsp://camera.test/live', username: undefined, password: undefined },
    openSource: sources.open,
    gates: new HostGates({ clock, limits: DEFAULT_LIMITS, random: () => 0 }),
    clock,
    logger: silentLogger,
    limits: DEFAULT_LIMITS,
    onEvent,
    onSourceGone: () => {
      gone++;
      if (isGoneFaulty) throw new Error('a fault of ours');
    },
    onState: (state) => states.push(state),
    random: () => 0,
  });
}

beforeEach(() => {
  clock = new VirtualClock();
  sources = new TestSources();
  states = [];
  gone = 0;
  isGoneFaulty = false;
  supervisor = open();
});

function names(): string[] {
  return states.map((state) => state.state);
}

async function feed(samples: SampleFeed, frames: number): Promise<void> {
  for (let frame = 0; frame < frames; frame++) {
    sources.last.emit(...samples.next());
    await clock.advance(40);
  }
}

async function goLive(): Promise<SampleFeed> {
  supervisor.start();
  await clock.advance(0);
  sources.last.emit({ type: 'config', config: VIDEO_ONLY });
  const samples = new SampleFeed();
  await feed(samples, 10);
  return samples;
}

describe('SourceSupervisor', () => {
  it('opens the source again also when finishing the last one failed on our side', async () => {
    await goLive();
    isGoneFaulty = true;
    sources.last.fail('SOURCE_CLOSED');
    await clock.advance(2_000);
    expect(names()).toEqual(['connecting', 'live', 'retrying', 'connecting']);
  });

  it('is live with the first key frame', async () => {
    supervisor.start();
    supervisor.start();
    await clock.advance(0);
    expect(sources.attempts).toBe(1);
    sources.last.emit({ type: 'config', config: VIDEO_ONLY });
    expect(names()).toEqual(['connecting']);
    sources.last.emit(...new SampleFeed().next());
    expect(names()).toEqual(['connecting', 'live']);
    expect(supervisor.current.reason).toBeUndefined();
  });

  it('keeps a source whose pictures wait for a key frame, and gives up one that sends none', async () => {
    await goLive();
    for (let second = 0; second < 60; second++) {
      sources.last.options.onWaitingForKeyframe?.();
      await clock.advance(1000);
    }
    expect(supervisor.current.state).toBe('live');
    await clock.advance(DEFAULT_LIMITS.stallMs);
    expect(states.find(({ state }) => state === 'retrying')?.reason?.code).toBe('SOURCE_TIMEOUT');
  });

  it('says why it is retrying and when, and comes back by itself', async () => {
    await goLive();
    sources.last.fail('SOURCE_CLOSED');
    await clock.advance(0);
    expect(supervisor.current).toEqual({
      state: 'retrying',
      reason: { code: 'SOURCE_CLOSED', message: 'The camera ended the connection.' },
      sinceMs: clock.now(),
      troubleSinceMs: clock.now(),
      nextAttemptMs: clock.now() + 1000,
    });
    const lostMs = clock.now();
    expect(gone).toBe(1);
    expect(sources.last.isClosed).toBe(true);
    await clock.advance(1000);
    expect(supervisor.current.state).toBe('connecting');
    expect(supervisor.current.reason?.code).toBe('SOURCE_CLOSED');
    // The trouble is as old as it is, however often it was tried since.
    expect(supervisor.current).toMatchObject({ sinceMs: clock.now(), troubleSinceMs: lostMs });
    sources.last.fail('SOURCE_TIMEOUT');
    await clock.advance(0);
    expect(supervisor.current).toMatchObject({ state: 'retrying', troubleSinceMs: lostMs });
    await clock.advance(4000);
    await feed(new SampleFeed(), 1);
    expect(supervisor.current).toMatchObject({
      state: 'live',
      reason: undefined,
      troubleSinceMs: undefined,
    });
  });

  it('counts a camera without pictures as failed after 10 s, sound or not', async () => {
    await goLive();
    const audio = new SampleFeed({ audio: true })
      .take(400)
      .filter((event) => event.type === 'sample' && event.sample.kind === 'audio');
    for (let step = 0; step < 22; step++) {
      sources.last.emit(...audio.slice(step, step + 1));
      await clock.advance(500);
    }
    expect(supervisor.current.reason?.code).toBe('SOURCE_TIMEOUT');
  });

  it('gives up an attempt that hangs, or never shows a key frame', async () => {
    sources.hangs = true;
    supervisor.start();
    await clock.advance(30_000);
    expect(supervisor.current).toMatchObject({ state: 'retrying', reason: { code: 'NO_KEYFRAME' } });
    sources.hangs = false;
    await clock.advance(1000);
    expect(sources.opened).toHaveLength(1);
    await clock.advance(30_000);
    expect(sources.opened[0]?.isClosed).toBe(true);
    expect(names()).toEqual(['connecting', 'retrying', 'connecting', 'retrying']);
  });

  it('stops trying after two refused logins and says so', async () => {
    sources.failWith = 'SOURCE_UNAUTHORIZED';
    supervisor.start();
    await clock.advance(60_000);
    expect(sources.attempts).toBe(2);
    expect(supervisor.current.reason?.message).toMatch(/half an hour/);
    expect(supervisor.hurry()).toBe(false);
    void supervisor.stop();
    supervisor.start();
    await clock.advance(1_700_000);
    expect(sources.attempts).toBe(2);
    await clock.advance(100_000);
    expect(sources.attempts).toBe(3);
  });

  it('hurries for a viewer', async () => {
    sources.failWith = 'SOURCE_CLOSED';
    supervisor.start();
    await clock.advance(70_000);
    const before = sources.attempts;
    expect(supervisor.current.state).toBe('retrying');
    expect(supervisor.hurry()).toBe(false);
    await clock.advance(10_000);
    expect(supervisor.hurry()).toBe(true);
    await clock.advance(0);
    expect(sources.attempts).toBe(before + 1);
  });

  it('closes the source when stopped, takes nothing more from it, and leaves no timer', async () => {
    const samples = await goLive();
    const source = sources.last;
    const stopped = supervisor.stop('stopped');
    source.emit(...samples.next());
    await clock.advance(0);
    await stopped;
    expect(source.isClosed).toBe(true);
    expect(names().at(-1)).toBe('stopped');
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not wait for ever for a camera that does not say goodbye', async () => {
    await goLive();
    sources.last.close = () => new Promise(() => undefined);
    let isStopped = false;
    void supervisor.stop('stopped').then(() => {
      isStopped = true;
    });
    await clock.advance(1_900);
    expect(isStopped).toBe(false);
    await clock.advance(200);
    expect(isStopped).toBe(true);
  });

  it('treats a fault of ours while taking a sample as a failed source, not as a crash', async () => {
    supervisor = open(() => {
      throw new Error('bug');
    });
    supervisor.start();
    await clock.advance(0);
    sources.last.emit({ type: 'config', config: VIDEO_ONLY });
    await clock.advance(0);
    expect(supervisor.current).toMatchObject({ state: 'retrying', reason: { code: 'SOURCE_CLOSED' } });
  });

  it('collects no timers over many failures', async () => {
    sources.failWith = 'SOURCE_TIMEOUT';
    supervisor.start();
    await clock.advance(3_600_000);
    expect(clock.pendingTimers).toBe(1);
    await Promise.all([supervisor.stop(), clock.advance(0)]);
    expect(clock.pendingTimers).toBe(0);
  });
});
