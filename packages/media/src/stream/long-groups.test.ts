/** Cameras whose key frames are far apart (smart codecs: 10 s, 20 s, a minute): who joins, and what the camera is asked. */
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBoxes } from '../fmp4/box-reader.ts';
import { MseViewer, type ViewerSocket } from '../mse/mse-viewer.ts';
import { BlockPool } from './block-pool.ts';
import { ClientShares } from './client-shares.ts';
import { completeLimits, type EngineLimits } from './engine-limits.ts';
import { HostGates } from './host-gates.ts';
import { SharedTimeline } from './shared-timeline.ts';
import { Stream } from './stream.ts';
import { SampleFeed, TestSources, VIDEO_ONLY } from './testing-source.ts';

const FPS = 25;

let clock: VirtualClock;
let sources: TestSources;
let stream: Stream;

function open(limits: Partial<EngineLimits> = {}): Stream {
  const all = completeLimits(limits);
  return new Stream({
    definition: {
      key: 'kamera-satu',
      source: { url: 'rtsp://camera.test/', username: undefined, password: undefined },
      pull: 'always',
    },
    openSource: sources.open,
    clock,
    gates: new HostGates({ clock, limits: all, checkAlive: undefined, random: () => 0 }),
    logger: silentLogger,
    limits: all,
    parking: new ClientShares(100, 100),
    pool: new BlockPool(),
    firstSequence: 1_767_225_600,
    rendition: 'main',
    timeline: new SharedTimeline(),
    otherTargetS: () => 0,
    listReports: () => [],
    onState: () => undefined,
    onProgress: () => undefined,
    onOpening: () => undefined,
    settleS: () => 0,
  });
}

beforeEach(() => {
  clock = new VirtualClock();
  sources = new TestSources();
  stream = open();
});
afterEach(() => stream.stop('removed'));

/** Lets a camera with a key frame at the start and no other play. */
async function play(seconds: number, frameBytes = 500): Promise<void> {
  stream.start();
  await clock.advance(0);
  sources.last.emit({ type: 'config', config: VIDEO_ONLY });
  const feed = new SampleFeed({ gop: 1_000_000, frameBytes, startWallMs: clock.now() });
  for (let frame = 0; frame < seconds * FPS; frame++) {
    sources.last.emit(...feed.next());
    await clock.advance(1000 / FPS);
  }
}

/** Bytes of media that a viewer gets who joins now, and how many samples. */
function join(): { byteLength: number; samples: number } {
  const sent: Buffer[] = [];
  const socket: ViewerSocket = {
    bufferedAmount: 0,
    send: (data: unknown) => {
      if (Buffer.isBuffer(data)) sent.push(data);
    },
    ping: () => undefined,
    close: () => undefined,
    terminate: () => undefined,
  };
  const viewer = new MseViewer(socket, completeLimits(), clock.monotonic());
  stream.addViewer(viewer);
  stream.removeViewer(viewer);
  const [, ...fragments] = sent;
  const samples = fragments
    .flatMap((fragment) => readBoxes(fragment).flatMap((box) => box.children))
    .flatMap((box) => box.children.filter(({ type }) => type === 'trun'))
    .reduce((sum, trun) => sum + trun.content.readUInt32BE(4), 0);
  return { byteLength: fragments.reduce((sum, { length }) => sum + length, 0), samples };
}

describe('a viewer who joins', () => {
  it.each([5, 15, 45, 70])('%i s after the key frame gets everything since then', async (seconds) => {
    await play(seconds);
    expect(stream.isLive).toBe(true);
    const { samples } = join();
    // the newest frame may wait for its own fragment
    expect(samples).toBeGreaterThanOrEqual(seconds * FPS - 1);
  });

  it('gets nothing that is too much to swallow: the next key frame will do', async () => {
    await play(30, 40_000); // 30 MB
    expect(join()).toEqual({ byteLength: 0, samples: 0 });
  });

  it('makes the camera be asked for a key frame when the last one is old', async () => {
    await play(2);
    join();
    expect(sources.last.keyframeRequests).toBe(0);
    await play(0);
    stream.touchHlsClient('192.0.2.1', 'player');
    expect(sources.last.keyframeRequests).toBe(0);
    await clock.advance(4000);
    join();
    stream.touchHlsClient('192.0.2.2', 'player');
    stream.touchHlsClient('192.0.2.2', 'player'); // no newcomer
    expect(sources.last.keyframeRequests).toBe(2);
  });

  it('by WebRTC makes the camera be asked when it says so', async () => {
    await play(1);
    stream.requestKeyframe();
    expect(sources.last.keyframeRequests).toBe(1);
  });
});
