/** Every make of `testing/maker-habits.ts`, from an address and a login to the streams that a person would add. */
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { examineDevice, openOnvifDevice, type DeviceReport } from './onvif-device.ts';
import { PLAIN_HABITS, type DeviceHabits } from './testing/device-habits.ts';
import { MAKER_HABITS, type SimulatedMaker } from './testing/maker-habits.ts';
import { SimulatedDevice } from './testing/simulated-device.ts';

const account = { username: 'admin', password: 'Sawah & <Hijau>' };
const clock = new VirtualClock(Date.UTC(2026, 5, 1));
const opened: SimulatedDevice[] = [];

async function open(habits: DeviceHabits, clockOffsetMs = 0): Promise<SimulatedDevice> {
  const device = await SimulatedDevice.open({ habits, account, clock, clockOffsetMs });
  opened.push(device);
  return device;
}

function examine(device: SimulatedDevice, password = account.password): Promise<DeviceReport> {
  return examineDevice({
    address: device.url,
    credentials: { username: account.username, password: new Secret(password) },
    clock,
  });
}

afterEach(async () => {
  for (const device of opened.splice(0)) await device[Symbol.asyncDispose]();
  expect(clock.pendingTimers).toBe(0);
});

/** Codec, size and main, sub, snapshot of the first channel; `P` stands for the simulated device's port. */
const EXPECTED: Readonly<Record<SimulatedMaker, readonly (string | undefined)[]>> = {
  hikvision: [
    'H265 2688x1520',
    'rtsp://127.0.0.1/Streaming/Channels/101?transportmode=unicast&profile=Profile_1',
    'rtsp://127.0.0.1/Streaming/Channels/102?transportmode=unicast&profile=Profile_2',
    'http://127.0.0.1:P/onvif-http/snapshot?Profile_1',
  ],
  dahua: [
    'H265 2688x1520',
    'rtsp://127.0.0.1/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif',
    'rtsp://127.0.0.1/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif',
    'http://127.0.0.1:P/onvifsnapshot/media_service/snapshot?channel=1&subtype=0',
  ],
  tapo: ['H264 1920x1080', 'rtsp://127.0.0.1/stream1', 'rtsp://127.0.0.1/stream2', undefined],
  reolink: [
    'H264 3840x2160',
    'rtsp://127.0.0.1/h265Preview_01_main',
    'rtsp://127.0.0.1/h264Preview_01_sub',
    'http://127.0.0.1/cgi-bin/api.cgi?cmd=onvifSnapPic&channel=0',
  ],
  axis: [
    'H264 1920x1080',
    'rtsp://127.0.0.1/onvif-media/media.amp?profile=profile_1_h264',
    undefined,
    'http://127.0.0.1/onvif-cgi/jpg/image.cgi?resolution=1920x1080',
  ],
  panasonic: ['H264 1920x1080', 'rtsp://127.0.0.1/MediaInput/h264', undefined, undefined],
  yiHack: ['H264 1920x1080', 'rtsp://127.0.0.1/ch0_0.h264', undefined, undefined],
  dafang: ['H264 1280x720', 'rtsp://127.0.0.1:8554/unicast', undefined, undefined],
  openIpc: ['H264 1920x1080', 'rtsp://127.0.0.1/stream=0', undefined, undefined],
  gwellTimes: ['H264 1280x720', 'rtsp://127.0.0.1/onvif1', undefined, undefined],
  hiKam: ['H264 1280x720', 'rtsp://127.0.0.1/onvif1', undefined, undefined],
  pelco: ['H264 1280x1024', 'rtsp://127.0.0.1/stream1', undefined, undefined],
  happytime: ['H264 1920x1080', 'rtsp://127.0.0.1:8090/profile1=r', undefined, undefined],
  xiongmai: [
    'H264 1920x1080',
    'rtsp://127.0.0.1/user=admin&password=secret&channel=1&stream=0.sdp?real_stream',
    'rtsp://127.0.0.1/user=admin&password=secret&channel=1&stream=1.sdp?real_stream',
    undefined,
  ],
  recorder: [
    'H264 1920x1080',
    'rtsp://127.0.0.1/unicast/c1/s0/live',
    'rtsp://127.0.0.1/unicast/c1/s1/live',
    undefined,
  ],
};

describe('a device of each make', () => {
  // `satisfies` keeps the names; a list of entries does not.
  const makers = Object.keys(MAKER_HABITS) as SimulatedMaker[];

  it.each(makers)('%s: its streams are found', async (maker) => {
    const device = await open(MAKER_HABITS[maker]);
    const report = await examine(device);
    const { main, sub, snapshotUri } = report.channels[0] ?? {};
    expect([
      `${main?.codec} ${main?.width}x${main?.height}`,
      main?.streamUri,
      sub?.streamUri,
      snapshotUri?.replace(`:${device.port}/`, ':P/'),
    ]).toEqual(EXPECTED[maker]);
    expect(report.isComplete).toBe(true);
    expect(report.information?.manufacturer).toBe(MAKER_HABITS[maker].information?.manufacturer);
  });

  it.each(makers)('%s: a wrong password is said, after few tries', async (maker) => {
    const device = await open(MAKER_HABITS[maker]);
    await expect(examine(device, 'wrong')).rejects.toMatchObject({ code: 'ONVIF_LOGIN_FAILED' });
    // Where the device's time is no use, other times have to be tried; five wrong tries lock an account.
    expect(device.refusedLogins).toBeLessThanOrEqual(
      ['openIpc', 'gwellTimes', 'hiKam'].includes(maker) ? 3 : 2,
    );
  });

  it('a recorder has its channels apart, main first', async () => {
    const { channels } = await examine(await open(MAKER_HABITS.recorder));
    expect(channels.map(({ sourceToken, main, sub }) => [sourceToken, main?.token, sub?.token])).toEqual([
      ['c1', 'c1-main', 'c1-sub'],
      ['c2', 'c2-main', 'c2-sub'],
    ]);
    expect(channels[1]?.profiles.map(({ token }) => token)).toEqual(['c2-main', 'c2-sub', 'c2-third']);
  });

  it('a profile for sound or movement only is left out', async () => {
    const { channels } = await examine(await open(MAKER_HABITS.happytime));
    expect(channels.flatMap(({ profiles }) => profiles.map(({ token }) => token))).toEqual(['PROFILE_000']);
  });

  it('login kinds are told', async () => {
    expect((await examine(await open(MAKER_HABITS.hikvision))).login).toBe('http');
    expect((await examine(await open(MAKER_HABITS.tapo))).login).toBe('token');
  });

  it('each service gets a challenge of its own, and no refused login on the way', async () => {
    const device = await open(MAKER_HABITS.hikvision);
    await examine(device);
    expect(device.refusedLogins).toBe(0);
  });
});

describe('clocks', () => {
  const DAY = 86_400_000;
  it.each([-90 * DAY, -7 * 3_600_000, -20_000, 0, 20_000, 9 * 3_600_000, 120 * DAY])(
    'a device whose clock is %i ms off takes the login at the first try',
    async (offsetMs) => {
      const device = await open({ ...PLAIN_HABITS, toleranceMs: 2000 }, offsetMs);
      const report = await examine(device);
      expect(device.refusedLogins).toBe(0);
      expect(Math.abs((report.clockOffsetMs ?? 0) - offsetMs)).toBeLessThan(1001);
    },
  );

  it('a device that gives local time for UTC is logged in to by our clock', async () => {
    const device = await open({ ...MAKER_HABITS.openIpc, toleranceMs: 5000 });
    await examine(device);
    expect(device.refusedLogins).toBe(1);
  });

  it('a device that checks by its local time is logged in to by that', async () => {
    const device = await open(
      { ...PLAIN_HABITS, time: 'local-only', zoneMs: 0, toleranceMs: 5000 },
      7 * 3_600_000,
    );
    expect((await examine(device)).channels).toHaveLength(1);
  });

  it('a device that refuses every time says so', async () => {
    const device = await open({ ...MAKER_HABITS.dahua, login: 'token' });
    await expect(examine(device)).rejects.toMatchObject({ code: 'ONVIF_CLOCK_WRONG' });
  });
});

describe('what a device does not have', () => {
  it('without a login it says that it wants one', async () => {
    const device = await open(PLAIN_HABITS);
    await expect(examineDevice({ address: device.url, clock })).rejects.toMatchObject({
      code: 'ONVIF_LOGIN_FAILED',
      message: 'The device wants a user name and password.',
    });
  });

  it('the second media service is missing: the first is asked', async () => {
    const device = await open({ ...PLAIN_HABITS, media2Path: undefined });
    expect((await examine(device)).channels[0]?.main?.token).toBe('main');
  });

  it('H.265 is seen through the second media service only', async () => {
    const device = await open({ ...MAKER_HABITS.hikvision, services: 'GetServices' });
    expect((await examine(device)).channels[0]?.main?.codec).toBe('H265');
    const old = await open({ ...MAKER_HABITS.hikvision, media2Path: undefined });
    expect((await examine(old)).channels[0]?.profiles.map(({ codec }) => codec)).toEqual(['H264', undefined]);
  });

  it('nothing answers there', async () => {
    const device = await open(PLAIN_HABITS);
    const { url } = device;
    await device[Symbol.asyncDispose]();
    opened.length = 0;
    await expect(examineDevice({ address: url, clock })).rejects.toMatchObject({ code: 'ONVIF_UNREACHABLE' });
  });

  it('a web server without ONVIF answers there', async () => {
    const device = await open(PLAIN_HABITS);
    const address = device.url.replace('/onvif/device_service', '/other');
    await expect(examineDevice({ address, clock })).rejects.toMatchObject({ code: 'NOT_ONVIF' });
  });
});

describe('a key frame on demand', () => {
  const credentials = { username: account.username, password: new Secret(account.password) };

  it('is asked of the media service', async () => {
    const device = await open(PLAIN_HABITS);
    const asked = await openOnvifDevice({ address: device.url, credentials, clock });
    await asked.requestKeyframe('main');
    expect(device.requests.at(-1)).toMatchObject({ operation: 'SetSynchronizationPoint', verdict: 'ok' });
  });

  it('is one request for a device that is kept', async () => {
    const device = await open(PLAIN_HABITS);
    const kept = await openOnvifDevice({ address: device.url, credentials, clock });
    await kept.requestKeyframe('main');
    const before = device.requests.length;
    await kept.requestKeyframe('main');
    expect(device.requests.length - before).toBe(1);
  });

  it('is refused in words where the device makes none', async () => {
    const device = await open(MAKER_HABITS.tapo);
    const asked = await openOnvifDevice({ address: device.url, credentials, clock });
    await expect(asked.requestKeyframe('profile_1')).rejects.toMatchObject({
      code: 'ONVIF_UNSUPPORTED',
    });
  });
});
