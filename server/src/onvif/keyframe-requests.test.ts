/** Which cameras are asked for a key frame, how often, and when that ends: simulated devices, and devices that do what a test says. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { OnvifError, type OnvifErrorCode } from '@pantau/onvif';
import { PLAIN_HABITS } from '@pantau/onvif/testing/device-habits';
import { MAKER_HABITS } from '@pantau/onvif/testing/maker-habits';
import { SimulatedDevice } from '@pantau/onvif/testing/simulated-device';
import type { Camera } from '../cameras/camera.ts';
import { createAddressRule } from '../cameras/source-address.ts';
import { makeCamera } from '../testing/make-camera.ts';
import { KeyframeRequests, type KeyframeRequestsOptions } from './keyframe-requests.ts';

const account = { username: 'admin', password: 'S4ndi-rahasia' };
const KEY = 'key-1-0000';

function makeOnvifCamera(changes: Partial<Camera> = {}, password = account.password): Camera {
  return makeCamera(1, {
    source: {
      url: 'rtsp://127.0.0.1/main',
      username: account.username,
      password: new Secret(password),
      tlsFingerprint: 'ab'.repeat(32),
    },
    onvifUrl: 'http://127.0.0.1/onvif/device_service',
    onvifProfile: 'main',
    ...changes,
  });
}

describe('a key frame on demand', () => {
  let clock: VirtualClock;
  let requests: KeyframeRequests;
  let opened: Parameters<NonNullable<KeyframeRequestsOptions['openDevice']>>[0][];
  let asked: string[];
  /** What the next questions end with. */
  let failure: OnvifErrorCode | undefined;
  let hangs: boolean;

  beforeEach(() => {
    clock = new VirtualClock();
    opened = [];
    asked = [];
    failure = undefined;
    hangs = false;
    requests = new KeyframeRequests({
      isAddressAllowed: () => true,
      clock,
      logger: silentLogger,
      openDevice: (options) => {
        opened.push(options);
        return Promise.resolve({
          requestKeyframe: (profile, signal) => {
            asked.push(profile);
            if (failure !== undefined) return Promise.reject(new OnvifError(failure, 'the test says so'));
            if (!hangs) return Promise.resolve();
            return new Promise((_resolve, reject) =>
              signal?.addEventListener('abort', () => reject(new Error('aborted'))),
            );
          },
        });
      },
    });
    requests.setCameras([makeOnvifCamera()]);
  });
  afterEach(() => requests.stop());

  /** Wishes one now, and lets it be asked. */
  async function wish(key = KEY, rendition: 'main' | 'sub' = 'main'): Promise<void> {
    requests.ask(key, rendition);
    await clock.advance(0);
  }

  it('is asked of a device that is opened once, with the login and the certificate of its camera', async () => {
    await wish();
    await clock.advance(1000);
    await wish();
    expect(asked).toEqual(['main', 'main']);
    expect(opened).toHaveLength(1);
    expect(opened[0]).toMatchObject({
      address: 'http://127.0.0.1/onvif/device_service',
      credentials: { username: 'admin' },
      tlsFingerprint: 'ab'.repeat(32),
    });
    expect(opened[0]?.credentials?.password.reveal()).toBe(account.password);
  });

  it('is asked for at most once a second, and one after the other', async () => {
    for (let n = 0; n < 10; n++) await wish();
    await clock.advance(999);
    await wish();
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    hangs = true;
    await wish();
    await clock.advance(10_000);
    await wish();
    expect(asked).toHaveLength(2);
  });

  it('is asked of no camera that has no ONVIF, and not of a profile that is not known', async () => {
    requests.setCameras([makeOnvifCamera({ onvifUrl: null }), makeOnvifCamera({ onvifProfile: null })]);
    await wish();
    requests.setCameras([makeOnvifCamera()]);
    await wish('key-2-0000');
    await wish(KEY, 'sub');
    expect(opened).toEqual([]);
  });

  it.each(['ONVIF_UNSUPPORTED', 'ONVIF_LOGIN_FAILED', 'ONVIF_CERTIFICATE_WRONG'] as const)(
    'is never asked for again after %s, until the camera is another',
    async (code) => {
      failure = code;
      await wish();
      await clock.advance(24 * 3_600_000);
      requests.setCameras([makeOnvifCamera({ name: 'Another name' })]);
      await wish();
      expect(asked).toHaveLength(1);
      requests.setCameras([makeOnvifCamera({}, 'another password')]);
      await wish();
      expect(asked).toHaveLength(2);
    },
  );

  it('is asked for again a minute after a trouble that may pass, of a device that is opened anew', async () => {
    failure = 'ONVIF_UNREACHABLE';
    await wish();
    await clock.advance(59_999);
    await wish();
    expect(asked).toHaveLength(1);
    failure = undefined;
    await clock.advance(1);
    await wish();
    expect(asked).toHaveLength(2);
    expect(opened).toHaveLength(2);
  });

  it('is asked of eight cameras at once, no more', async () => {
    hangs = true;
    const cameras = Array.from({ length: 12 }, (_, n) => makeOnvifCamera({ streamKey: `key-${n}-0000` }));
    requests.setCameras(cameras);
    for (const { streamKey } of cameras) await wish(streamKey);
    expect(asked).toHaveLength(8);
  });

  it('is given up at a stop, and asked for no more', async () => {
    hangs = true;
    await wish();
    await requests.stop();
    await clock.advance(60_000);
    await wish();
    expect(asked).toHaveLength(1);
  });
});

describe('a device on the network', () => {
  let clock: VirtualClock;
  let said: string[];
  let requests: KeyframeRequests;
  const open = (isAddressAllowed: KeyframeRequestsOptions['isAddressAllowed'] = () => true) => {
    clock = new VirtualClock();
    said = [];
    const say = (fields: object) => void said.push(JSON.stringify(fields));
    requests = new KeyframeRequests({
      isAddressAllowed,
      clock,
      logger: { ...silentLogger, info: say, debug: say },
    });
  };
  const until = async (isDone: () => boolean) => {
    while (!isDone()) await clock.advance(0);
  };
  beforeEach(() => open());
  afterEach(() => requests.stop());

  it('is opened once and asked three times', async () => {
    await using device = await SimulatedDevice.open({ habits: PLAIN_HABITS, account, clock });
    requests.setCameras([makeOnvifCamera({ onvifUrl: device.url })]);
    const points = () =>
      device.requests.filter(
        ({ operation, verdict }) => operation === 'SetSynchronizationPoint' && verdict === 'ok',
      ).length;
    for (let count = 1; count <= 3; count++) {
      // The reply to the last question may still be on its way.
      await until(() => {
        requests.ask(KEY, 'main');
        return points() === count;
      });
      await clock.advance(1000);
    }
    expect(device.requests.filter(({ operation }) => operation === 'GetSystemDateAndTime')).toHaveLength(1);
    expect(said).toEqual([]);
  });

  it.each([
    ['makes no key frames on demand', MAKER_HABITS.tapo, account.password, 'ONVIF_UNSUPPORTED'],
    ['refuses the login', PLAIN_HABITS, 'wrong', 'ONVIF_LOGIN_FAILED'],
  ])('that %s is left alone', async (_what, habits, password, code) => {
    await using device = await SimulatedDevice.open({ habits, account, clock });
    requests.setCameras([makeOnvifCamera({ onvifUrl: device.url }, password)]);
    requests.ask(KEY, 'main');
    await until(() => said.length === 1);
    const { length } = device.requests;
    await clock.advance(3_600_000);
    requests.ask(KEY, 'main');
    await requests.stop();
    expect(said).toEqual([JSON.stringify({ camera: 1, code })]);
    expect(device.requests).toHaveLength(length);
  });

  it('is not reached at an address where no camera may be', async () => {
    open(createAddressRule({ allowed: [], ownPort: () => undefined }));
    await using device = await SimulatedDevice.open({ habits: PLAIN_HABITS, account, clock });
    requests.setCameras([makeOnvifCamera({ onvifUrl: device.url, source: makeCamera(1).source })]);
    requests.ask(KEY, 'main');
    await until(() => said.length === 1);
    expect(said[0]).toContain('ONVIF_ADDRESS_REFUSED');
    expect(device.requests).toEqual([]);
  });
});
