/** Which pictures are taken when, of whom, and what becomes of them: on virtual time. */
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { MediaError, type Keyframe } from '@pantau/media';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Camera } from '../cameras/camera.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { makeCamera as camera } from '../testing/make-camera.ts';
import { makeTestFolder } from '../testing/open-test-database.ts';
import { SnapshotFolder } from './snapshot-folder.ts';
import { SnapshotService } from './snapshot-service.ts';
import { SnapshotShelf } from './snapshot-shelf.ts';
import { fakeKeyframe, FakePictureMaker } from './testing/fake-picture-maker.ts';

const MINUTE = 60_000;

/** The camera's own pictures, as a test says. */
class OwnPictures {
  mayFetch = (one: Camera) => one.snapshotUrl !== null;
  answer: () => Promise<Keyframe> = () => Promise.resolve(fakeKeyframe('own', clock.now()));
  fetched = 0;

  fetch(): Promise<Keyframe> {
    this.fetched++;
    return this.answer();
  }
}

let clock: VirtualClock;
let engine: FakeEngine;
let maker: FakePictureMaker;
let own: OwnPictures;
let folder: ReturnType<typeof makeTestFolder>;
let shelf: SnapshotShelf;
let service: SnapshotService;

async function open(restingMs: number | 'never' = 10 * MINUTE): Promise<void> {
  shelf = new SnapshotShelf({ folder: new SnapshotFolder(folder.path), clock, logger: silentLogger });
  service = new SnapshotService({
    engine,
    maker,
    cameraPictures: own,
    shelf,
    intervals: {
      pulledMs: MINUTE,
      watchedMs: 5000,
      restingMs: restingMs === 'never' ? undefined : restingMs,
    },
    clock,
    logger: silentLogger,
    random: () => 0,
  });
  await service.start();
}

/** Cameras as the read model hands them to the engine and to us. */
function set(...cameras: readonly Camera[]): void {
  engine.setStreams(cameras.map(({ streamKey, source }) => ({ key: streamKey, source, pull: 'on-demand' })));
  service.setCameras(cameras);
}
const live = (one: Camera, viewers = 0) => engine.change(one.streamKey, { state: 'live', viewers });
const words = async (one: Camera) => (await service.findPicture(one, 320, 'webp'))?.picture.bytes.toString();

beforeEach(async () => {
  clock = new VirtualClock();
  engine = new FakeEngine();
  engine.onKeyframe = (key) => Promise.resolve(fakeKeyframe(key, clock.now() - 300));
  maker = new FakePictureMaker();
  own = new OwnPictures();
  folder = makeTestFolder();
  await open();
});
afterEach(async () => {
  await service.stop();
  folder.remove();
});

describe('snapshots of cameras that are pulled', () => {
  it('are taken once a minute, and every five seconds while somebody watches', async () => {
    const one = camera(1);
    set(one);
    live(one);
    await clock.advance(2000);
    expect(maker.made).toBe(1);
    await clock.advance(10 * MINUTE);
    expect(maker.made).toBe(11);
    live(one, 2);
    await clock.advance(MINUTE);
    expect(maker.made).toBeGreaterThanOrEqual(22);
    expect(maker.made).toBeLessThanOrEqual(24);
    expect(engine.keyframeCalls.every(({ pull }) => !pull)).toBe(true);
  });

  it('say when they were taken, by the key frame’s clock if that can be believed', async () => {
    const one = camera(1);
    set(one);
    live(one);
    await clock.advance(1000);
    const takenMs = (await service.findPicture(one, 960, 'jpeg'))?.takenMs;
    expect(takenMs).toBe(clock.now() - 300);
    engine.onKeyframe = () => Promise.resolve(fakeKeyframe('x', Date.UTC(2036, 0, 1)));
    await clock.advance(MINUTE);
    expect((await service.findPicture(one, 960, 'jpeg'))?.takenMs).toBe(clock.now());
  });

  it('are not waited for by more than sixteen at once, and eight begin in a second', async () => {
    const waiting: ((keyframe: Keyframe) => void)[] = [];
    engine.onKeyframe = () => new Promise((resolve) => waiting.push(resolve));
    const many = Array.from({ length: 40 }, (_, index) => camera(index + 1));
    set(...many);
    for (const one of many) live(one);
    await clock.advance(1000);
    expect(waiting.length).toBe(8);
    await clock.advance(10_000);
    expect(waiting.length).toBe(16);
    for (const resolve of waiting) resolve(fakeKeyframe('x', clock.now()));
    await clock.advance(1000);
    expect(waiting.length).toBe(24);
  });

  it('are begun as seldom as the maker needs, and not at all when it cannot work', async () => {
    const many = Array.from({ length: 5 }, (_, index) => camera(index + 1));
    set(...many);
    for (const one of many) live(one);
    maker.perSecond = 1;
    await clock.advance(3000);
    expect(maker.made).toBe(3);
    maker.perSecond = 0;
    await clock.advance(10 * MINUTE);
    expect(maker.made).toBe(3);
  });

  it('of a camera that cannot be decoded are tried ever more seldom', async () => {
    const one = camera(1);
    set(one);
    live(one);
    maker.outcome = { ok: false, problem: 'crashed' };
    await clock.advance(60 * MINUTE);
    expect(maker.made).toBeLessThanOrEqual(6);
    expect(service.findProblem(1)).toBe('crashed');
    maker.outcome = undefined;
    await clock.advance(60 * MINUTE);
    expect(service.findProblem(1)).toBeUndefined();
    expect(await words(one)).toBe('key-1-0000 320 webp');
  });

  it('that find the decoder busy are tried again in their time', async () => {
    const one = camera(1);
    set(one);
    live(one);
    maker.outcome = { ok: false, problem: 'busy' };
    await clock.advance(10 * MINUTE);
    expect(maker.made).toBeGreaterThanOrEqual(10);
  });

  it('are given up when no key frame comes', async () => {
    const one = camera(1);
    set(one);
    live(one);
    let calls = 0;
    engine.onKeyframe = () => {
      calls++;
      return Promise.reject(new MediaError('NO_KEYFRAME', 'none'));
    };
    await clock.advance(5 * MINUTE);
    expect(calls).toBeGreaterThanOrEqual(5);
    expect(calls).toBeLessThanOrEqual(6);
  });
});

describe('snapshots of cameras that rest', () => {
  it('are taken once, and again only when somebody looked, at most every ten minutes', async () => {
    const one = camera(1);
    set(one);
    await clock.advance(2000);
    expect(engine.keyframeCalls).toEqual([{ key: one.streamKey, pull: true }]);
    await clock.advance(120 * MINUTE);
    expect(maker.made).toBe(1);
    await words(one);
    await clock.advance(2000);
    expect(maker.made).toBe(2);
    await words(one);
    await clock.advance(9 * MINUTE);
    expect(maker.made).toBe(2);
    await clock.advance(MINUTE);
    expect(maker.made).toBe(3);
  });

  it('pull two cameras at a time', async () => {
    engine.onKeyframe = () => new Promise(() => undefined);
    set(...Array.from({ length: 10 }, (_, index) => camera(index + 1)));
    await clock.advance(10_000);
    expect(engine.keyframeCalls.length).toBe(2);
  });

  it('leave a camera in trouble to its own retry policy', async () => {
    const one = camera(1);
    set(one);
    engine.change(one.streamKey, { state: 'retrying' });
    await clock.advance(60 * MINUTE);
    expect(engine.keyframeCalls).toEqual([]);
  });

  it('are never taken when the operator says so', async () => {
    await service.stop();
    await open('never');
    set(camera(1));
    await words(camera(1));
    await clock.advance(60 * MINUTE);
    expect(engine.keyframeCalls).toEqual([]);
  });

  it('of a camera that does not answer are tried ever more seldom', async () => {
    set(camera(1));
    engine.onKeyframe = () => Promise.reject(new MediaError('SOURCE_UNREACHABLE', 'gone'));
    await clock.advance(4 * 60 * MINUTE);
    expect(engine.keyframeCalls.length).toBeLessThanOrEqual(7);
  });
});

describe('the camera’s own picture', () => {
  const one = camera(1, { snapshotUrl: 'http://198.51.100.7/snap.jpg' });
  /** A maker that understands JPEG only. */
  const refuseKeyframes = (problem: 'no-decoder' | 'undecodable' | 'crashed') => {
    maker.outcomeOf = ({ data }) => (String(data) === 'own' ? undefined : { ok: false, problem });
  };

  it('is not asked for while key frames give pictures', async () => {
    set(one);
    live(one);
    await clock.advance(10 * MINUTE);
    expect(await words(one)).toBe('key-1-0000 320 webp');
    expect(own.fetched).toBe(0);
  });

  it.each(['no-decoder', 'undecodable', 'crashed'] as const)(
    'is what there is when key frames are %s, and then asked for first',
    async (problem) => {
      refuseKeyframes(problem);
      set(one);
      live(one);
      await clock.advance(2000);
      expect(await words(one)).toBe('own 320 webp');
      expect(service.findProblem(1)).toBeUndefined();
      await clock.advance(10 * MINUTE);
      expect(own.fetched).toBe(11);
      expect(engine.keyframeCalls).toHaveLength(1);
    },
  );

  it('gives way to key frames when it fails, and when the camera has another address', async () => {
    refuseKeyframes('undecodable');
    set(one);
    live(one);
    await clock.advance(2000);
    own.answer = () => Promise.reject(new MediaError('SOURCE_TIMEOUT', 'slow'));
    await clock.advance(MINUTE);
    expect(engine.keyframeCalls).toHaveLength(2);
    expect(service.findProblem(1)).toBe('undecodable');
    own.answer = () => Promise.resolve(fakeKeyframe('own', clock.now()));
    await clock.advance(2 * MINUTE);
    const calls = engine.keyframeCalls.length;
    set(camera(1, { ...one, source: { ...one.source, url: 'rtsp://198.51.100.7/other' } }));
    live(one);
    maker.outcomeOf = () => undefined;
    await clock.advance(2 * MINUTE);
    expect(engine.keyframeCalls.length).toBeGreaterThan(calls);
    expect(await words({ ...one, source: { ...one.source, url: 'rtsp://198.51.100.7/other' } })).toContain(
      'key-1-0000',
    );
  });

  it('is what there is when no key frame comes', async () => {
    engine.onKeyframe = () => new Promise(() => undefined);
    set(one);
    live(one);
    await clock.advance(47_000);
    expect(await words(one)).toBe('own 320 webp');
  });

  it.each(['SOURCE_UNAUTHORIZED', 'SOURCE_ADDRESS_REFUSED'] as const)(
    'is not asked for after %s: login and address are the same',
    async (code) => {
      engine.onKeyframe = () => Promise.reject(new MediaError(code, 'no'));
      set(one);
      await clock.advance(MINUTE);
      expect(engine.keyframeCalls).toHaveLength(1);
      expect(own.fetched).toBe(0);
    },
  );

  it('is taken of a camera whose codec is not understood, but of no other in trouble, and of no relay', async () => {
    set(one);
    const reason = (code: 'CODEC_UNSUPPORTED' | 'SOURCE_TIMEOUT') => ({ code, message: 'no' });
    engine.onKeyframe = () => Promise.reject(new MediaError('NO_KEYFRAME', 'none'));
    engine.change(one.streamKey, { state: 'retrying', reason: reason('SOURCE_TIMEOUT') });
    await clock.advance(5 * MINUTE);
    engine.change(one.streamKey, { state: 'live', reason: undefined, delivery: 'relay' });
    await clock.advance(5 * MINUTE);
    expect(own.fetched).toBe(0);
    engine.change(one.streamKey, {
      state: 'retrying',
      reason: reason('CODEC_UNSUPPORTED'),
      delivery: undefined,
    });
    await clock.advance(2000);
    expect(await words(one)).toBe('own 320 webp');
  });

  it('is served as it is where nothing works on pictures, without pulling the camera', async () => {
    maker.perSecond = 0;
    maker.outcome = { ok: false, problem: 'no-decoder' };
    set(one, camera(2));
    await clock.advance(5000);
    expect(await words(one)).toBe('own');
    expect(own.fetched).toBe(1);
    expect(engine.keyframeCalls).toEqual([]);
  });

  it('that is large is not served as it is', async () => {
    maker.perSecond = 0;
    maker.outcome = { ok: false, problem: 'no-decoder' };
    own.answer = () => Promise.resolve(fakeKeyframe('x'.repeat(600_000), clock.now()));
    set(one);
    await clock.advance(5000);
    expect(own.fetched).toBe(1);
    expect(await words(one)).toBeUndefined();
    expect(service.findProblem(1)).toBe('no-decoder');
  });
});

describe('what is kept', () => {
  const takeOne = async (one: Camera) => {
    set(one);
    live(one);
    await clock.advance(1000);
    expect(await words(one)).toContain(one.streamKey);
  };

  it('is there again after a restart', async () => {
    const one = camera(1);
    await takeOne(one);
    await service.stop();
    engine.onKeyframe = () => new Promise(() => undefined);
    await open();
    set(one);
    expect(await words(one)).toContain(one.streamKey);
    expect(service.findListed(1)).toBeDefined();
  });

  it.each<[string, Partial<Camera>, Partial<Camera>, boolean]>([
    [
      'another address',
      {},
      { source: { url: 'rtsp://198.51.100.8/x', username: undefined, password: undefined } },
      false,
    ],
    ['private, then public', { visibility: 'private' }, { visibility: 'public' }, false],
    ['private, then unlisted', { visibility: 'private' }, { visibility: 'unlisted' }, false],
    ['public, then private', {}, { visibility: 'private' }, true],
    ['another name and password', {}, { name: 'Baru', source: { ...camera(1).source, username: 'a' } }, true],
    ['another link', {}, { streamKey: 'another-0000' }, true],
  ])('%s', async (_name, before, after, isKept) => {
    await takeOne(camera(1, before));
    engine.onKeyframe = () => new Promise(() => undefined);
    const now = camera(1, { ...before, ...after });
    set(now);
    expect((await words(now)) !== undefined).toBe(isKept);
    expect(service.findListed(1) !== undefined).toBe(isKept);
    await service.stop();
    await open();
    set(now);
    expect((await words(now)) !== undefined).toBe(isKept);
  });

  it('goes with the camera', async () => {
    await takeOne(camera(1));
    set();
    expect(service.findListed(1)).toBeUndefined();
    expect(await words(camera(1))).toBeUndefined();
  });

  it('is not what was taken while the camera was private, when it became public meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    maker.gate = promise;
    const before = camera(1, { visibility: 'private' });
    set(before);
    live(before);
    await clock.advance(1000);
    const after = camera(1);
    set(after);
    resolve();
    await clock.advance(100);
    expect(await words(after)).toBeUndefined();
  });
});

describe('what lists say', () => {
  it('is told of a first picture at once, and of newer ones together once a minute', async () => {
    const [one, two] = [camera(1), camera(2)];
    set(one, two);
    live(one, 1);
    await clock.advance(1000);
    const first = service.findListed(1);
    expect(first).toBeDefined();
    const seen = new Set<number | undefined>();
    for (let second = 0; second < 120; second++) {
      await clock.advance(1000);
      seen.add(service.findListed(1));
    }
    expect(maker.made).toBeGreaterThan(20);
    expect(seen.size).toBeLessThanOrEqual(3);
  });
});

it('gives up what it waits for when it stops, and leaves no timer', async () => {
  engine.onKeyframe = () => new Promise(() => undefined);
  set(camera(1));
  await clock.advance(1000);
  expect(clock.pendingTimers).toBe(2);
  await service.stop();
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(MINUTE);
  expect(engine.keyframeCalls.length).toBe(1);
});

it('gives up a camera whose key frame does not come in 45 s', async () => {
  engine.onKeyframe = () => new Promise(() => undefined);
  set(camera(1));
  live(camera(1));
  await clock.advance(45_000);
  expect(engine.keyframeCalls.length).toBe(1);
  await clock.advance(17_000);
  expect(engine.keyframeCalls.length).toBe(2);
});
