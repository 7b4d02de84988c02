/** Real threads and a real network; our own simulator is the camera. */
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { describe, expect, it, vi } from 'vitest';
import type { MediaEvent } from '../sample.ts';
import type { OpenSourceOptions } from '../source.ts';
import { openFakeCamera } from '../testing/fake-camera.ts';
import { createSyntheticClip } from '../testing/synthetic-clip.ts';
import { SourceWorkers } from './source-workers.ts';

const clip = createSyntheticClip();

function openingOf(url: string, more: Partial<OpenSourceOptions> = {}): OpenSourceOptions {
  return {
    source: { url, username: undefined, password: undefined },
    onEvent: () => undefined,
    clock: systemClock,
    logger: silentLogger,
    signal: new AbortController().signal,
    ...more,
  };
}

function workersOf(count: number, program?: URL): SourceWorkers {
  return new SourceWorkers({
    count,
    clock: systemClock,
    logger: silentLogger,
    ...(program ? { program } : {}),
  });
}

describe('SourceWorkers', () => {
  it('delivers a configuration, then a key frame, then samples in order', async () => {
    await using camera = await openFakeCamera({ mounts: [{ path: '/a', clip }] });
    await using workers = workersOf(1);
    const events: MediaEvent[] = [];
    const source = await workers.open(openingOf(camera.url(), { onEvent: (event) => events.push(event) }));
    expect(source.tracks).toMatchObject([{ kind: 'video', encoding: 'H264', supported: true }]);
    await vi.waitFor(() => expect(events.length).toBeGreaterThan(20), { timeout: 10_000 });
    expect(events[0]?.type).toBe('config');
    expect(events[1]).toMatchObject({ type: 'sample', sample: { keyframe: true } });
    const times = events.flatMap((event) => (event.type === 'sample' ? [event.sample.dts] : []));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Buffer.isBuffer(events[0]?.type === 'config' && events[0].config.video?.decoderConfig)).toBe(true);
    await source.close();
    expect(camera.counters.teardowns).toBe(1);
    expect(workers.sizes).toEqual([0]);
  });

  it('spreads cameras over the threads', async () => {
    const mounts = Array.from({ length: 4 }, (_, index) => ({ path: `/${index}`, clip }));
    await using camera = await openFakeCamera({ mounts });
    await using workers = workersOf(2);
    await Promise.all(mounts.map(({ path }) => workers.open(openingOf(camera.url(path)))));
    expect(workers.sizes).toEqual([2, 2]);
  });

  it('asks the rule for addresses on this thread, before anything is connected to', async () => {
    await using camera = await openFakeCamera({ mounts: [{ path: '/a', clip }] });
    await using workers = workersOf(1);
    const asked: string[] = [];
    const refusing = openingOf(camera.url(), {
      isAddressAllowed: (address, port) => {
        asked.push(`${address}:${port}`);
        return false;
      },
    });
    await expect(workers.open(refusing)).rejects.toMatchObject({ code: 'SOURCE_ADDRESS_REFUSED' });
    expect(asked).toEqual([`127.0.0.1:${camera.port}`]);
    expect(camera.counters.connections).toBe(0);
  });

  it('says on this thread that a camera is to be asked for a key frame in another way', async () => {
    await using camera = await openFakeCamera({ mounts: [{ path: '/a', clip }] });
    await using workers = workersOf(1);
    const askForKeyframe = vi.fn();
    const source = await workers.open(openingOf(camera.url('/a'), { askForKeyframe }));
    source.requestKeyframe?.();
    await vi.waitFor(() => expect(askForKeyframe).toHaveBeenCalledOnce(), { timeout: 10_000 });
  });

  it('gives an opening up when it is told to, and lets the camera go', async () => {
    await using camera = await openFakeCamera({
      mounts: [{ path: '/a', clip }],
      faults: { silentAfter: 'PLAY' } as never,
    });
    await using workers = workersOf(1);
    const stopper = new AbortController();
    const source = await workers.open(openingOf(camera.url(), { signal: stopper.signal }));
    stopper.abort(new Error('enough'));
    await expect(source.ended).rejects.toThrow('enough');
    await vi.waitFor(() => expect(camera.clients).toBe(0), { timeout: 10_000 });
    await vi.waitFor(() => expect(workers.sizes).toEqual([0]));
  });

  it('loses only the cameras of a thread that fails, and opens them again on a new one', async () => {
    await using camera = await openFakeCamera({
      mounts: [
        { path: '/a', clip },
        { path: '/b', clip },
      ],
    });
    await using workers = workersOf(2, new URL('./testing-failing-worker.ts', import.meta.url));
    const healthy = await workers.open(openingOf(camera.url('/a')));
    let isHealthyOver = false;
    healthy.ended.finally(() => (isHealthyOver = true)).catch(() => undefined);
    // The second thread is the less busy one; this URL makes its program fail.
    await expect(workers.open(openingOf('rtsp://fail.invalid/'))).rejects.toMatchObject({
      code: 'SOURCE_CLOSED',
    });
    expect(workers.sizes).toEqual([1, 0]);
    expect(isHealthyOver).toBe(false);
    const events: MediaEvent[] = [];
    // A failed thread is not started again at once; until then its cameras go elsewhere.
    await vi.waitFor(
      async () => {
        const source = await workers.open(
          openingOf(camera.url('/b'), { onEvent: (event) => events.push(event) }),
        );
        if (workers.sizes[1] !== 1) await source.close();
        expect(workers.sizes).toEqual([1, 1]);
      },
      { timeout: 10_000, interval: 100 },
    );
    await vi.waitFor(() => expect(events.length).toBeGreaterThan(5), { timeout: 10_000 });
    expect(isHealthyOver).toBe(false);
  });

  it('ends what is open when it is disposed of', async () => {
    await using camera = await openFakeCamera({ mounts: [{ path: '/a', clip }] });
    const workers = workersOf(1);
    const source = await workers.open(openingOf(camera.url()));
    await workers[Symbol.asyncDispose]();
    await expect(source.ended).rejects.toMatchObject({ code: 'ENGINE_STOPPING' });
    await expect(workers.open(openingOf(camera.url()))).rejects.toMatchObject({ code: 'ENGINE_STOPPING' });
  });
});
