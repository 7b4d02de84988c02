/** When a camera is asked for its own picture, with what, and when no more. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { MediaError, type FetchPictureOptions, type MediaErrorCode } from '@pantau/media';
import { FakeEngine } from '../testing/fake-engine.ts';
import { makeCamera } from '../testing/make-camera.ts';
import { CameraPictures, servePlain } from './camera-pictures.ts';
import { fakeKeyframe } from './testing/fake-picture-maker.ts';

const signal = new AbortController().signal;
let clock: VirtualClock;
let engine: FakeEngine;
let asked: FetchPictureOptions[];
let failure: MediaErrorCode | undefined;
let pictures: CameraPictures;

function cameraWith(id: number, password: string, snapshotUrl: string | null = `http://cam.test/${id}.jpg`) {
  return makeCamera(id, {
    source: {
      url: `rtsp://cam.test/${id}`,
      username: 'admin',
      password: new Secret(password),
      tlsFingerprint: 'ab'.repeat(32),
    },
    snapshotUrl,
  });
}

beforeEach(() => {
  clock = new VirtualClock();
  engine = new FakeEngine();
  asked = [];
  failure = undefined;
  pictures = new CameraPictures({
    engine,
    isAddressAllowed: (address) => address === '192.0.2.7',
    clock,
    fetch: (options) => {
      asked.push(options);
      if (failure !== undefined) return Promise.reject(new MediaError(failure, 'the test says so'));
      return Promise.resolve(fakeKeyframe('own', 0));
    },
  });
});

describe('a camera’s own picture', () => {
  it('is asked for with its login, its certificate and the rule for addresses, and is a sign of life', async () => {
    await pictures.fetch(cameraWith(1, 'right'), signal);
    const [request] = asked;
    expect(request?.source).toMatchObject({
      url: 'http://cam.test/1.jpg',
      username: 'admin',
      tlsFingerprint: 'ab'.repeat(32),
    });
    expect(request?.source.password?.reveal()).toBe('right');
    expect(request?.isAddressAllowed?.('192.0.2.8', 80)).toBe(false);
    expect(engine.signsOfLife).toEqual(['cam.test']);
  });

  it('is no sign of a camera whose codec is not understood', async () => {
    const one = cameraWith(1, 'right');
    engine.change(one.streamKey, {
      state: 'retrying',
      reason: { code: 'CODEC_UNSUPPORTED', message: 'no' },
    });
    await pictures.fetch(one, signal);
    expect(engine.signsOfLife).toEqual([]);
  });

  it('is not there without an address', async () => {
    expect(pictures.mayFetch(cameraWith(1, 'right', null))).toBe(false);
    await expect(pictures.fetch(cameraWith(1, 'right', null), signal)).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    });
    expect(asked).toEqual([]);
  });

  it('is not asked for again for an hour after its login was refused, nor of others with that login', async () => {
    failure = 'SOURCE_UNAUTHORIZED';
    await expect(pictures.fetch(cameraWith(1, 'wrong'), signal)).rejects.toThrow();
    const may = () => [cameraWith(1, 'wrong'), cameraWith(2, 'wrong'), cameraWith(1, 'right')].map(ask);
    const ask = (one: ReturnType<typeof cameraWith>) => pictures.mayFetch(one);
    expect(may()).toEqual([false, false, true]);
    await clock.advance(3_599_999);
    expect(may()).toEqual([false, false, true]);
    await clock.advance(1);
    expect(may()).toEqual([true, true, true]);
    expect(engine.signsOfLife).toEqual([]);
  });

  it('is asked for again after any other trouble', async () => {
    failure = 'SOURCE_TIMEOUT';
    await expect(pictures.fetch(cameraWith(1, 'right'), signal)).rejects.toMatchObject({ code: failure });
    expect(pictures.mayFetch(cameraWith(1, 'right'))).toBe(true);
  });

  it('of no more than 256 refused logins keeps the newest', async () => {
    failure = 'SOURCE_UNAUTHORIZED';
    for (let n = 0; n <= 256; n++) {
      await clock.advance(1);
      await pictures.fetch(cameraWith(1, `wrong ${n}`), signal).catch(() => undefined);
    }
    expect(pictures.mayFetch(cameraWith(1, 'wrong 0'))).toBe(true);
    expect(pictures.mayFetch(cameraWith(1, 'wrong 1'))).toBe(false);
  });
});

it('is served as it is in all sizes, with the size it has', () => {
  expect(servePlain(fakeKeyframe('own', 0))).toMatchObject({
    ok: true,
    pictures: [
      { size: 320, width: 1920, height: 1080 },
      { size: 960, width: 1920, height: 1080 },
    ],
  });
});
