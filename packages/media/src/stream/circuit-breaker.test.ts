/** What devices notice of us, hour by hour, and how soon a camera is back: the breaker as a whole, on virtual time. */
import { describe, expect, it } from 'vitest';
import { TestDevices, type Behaviour } from './testing-devices.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The same numbers each time, between 0 and 1. */
function seeded(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** How many knocks fall into the worst hour after `fromMs`. */
function worstHour(devices: TestDevices, fromMs: number): number {
  const later = devices.knocks.filter(({ atMs }) => atMs >= fromMs);
  return Math.max(0, ...later.map(({ atMs }) => devices.knocksBetween(atMs, atMs + HOUR).length));
}

describe('knocks at one camera', () => {
  it.each<[name: string, behaviour: Behaviour, watched: boolean, firstHour: number, later: number]>([
    // The first hour begins with the quick tries of the first 30 minutes.
    ['nothing answers, nobody watches', 'off', false, 90, 12],
    ['nothing answers, somebody watches all the time', 'off', true, 210, 12],
    ['the port is closed, nobody watches', 'SOURCE_UNREACHABLE', false, 90, 12],
    ['the port answers, the attempt finds nothing, and it is watched', 'SOURCE_UNREACHABLE', true, 215, 12],
    ['it answers and sends nothing, and is watched', 'NO_KEYFRAME', true, 210, 12],
    ['it hangs up, and is watched', 'SOURCE_CLOSED', true, 210, 12],
    ['it knows no such path, and is watched', 'SOURCE_NOT_FOUND', true, 210, 12],
    ['it has a codec that nobody plays, unwatched', 'CODEC_UNSUPPORTED', false, 60, 12],
    ['it has no session free, and is watched', 'SOURCE_REFUSED', true, 210, 12],
    // 30 minutes apart after the first two.
    ['the password is wrong', 'SOURCE_UNAUTHORIZED', false, 3, 2],
    ['the password is wrong, and it is watched', 'SOURCE_UNAUTHORIZED', true, 3, 2],
  ])('%s', { timeout: 60_000 }, async (_name, behaviour, watched, firstHour, later) => {
    const devices = new TestDevices({ random: seeded() });
    devices.behave = () => behaviour;
    const camera = devices.add('rtsp://camera.test/live');
    camera.start();
    await devices.pass(4 * HOUR, watched ? [camera] : []);
    expect(devices.knocksBetween(0, HOUR).length).toBeLessThanOrEqual(firstHour);
    expect(devices.knocksBetween(0, HOUR).length).toBeGreaterThan(1);
    expect(worstHour(devices, 31 * MINUTE)).toBeLessThanOrEqual(later);
    // It is not forgotten either.
    expect(devices.knocksBetween(3 * HOUR, 4 * HOUR).length).toBeGreaterThanOrEqual(later === 12 ? 5 : 1);
    expect(camera.attemptsLastHour).toBe(devices.knocksBetween(3 * HOUR, 4 * HOUR).length);
    expect(camera.isParked).toBe(true);
  });

  it('a page that is reloaded all the time cannot make more of them than one that stays', async () => {
    const devices = new TestDevices();
    devices.behave = () => 'NO_KEYFRAME';
    const camera = devices.add('rtsp://camera.test/live');
    camera.start();
    await devices.pass(HOUR);
    const from = devices.clock.monotonic();
    for (let second = 0; second < 3600; second += 5) {
      void camera.stop();
      camera.start();
      camera.hurry();
      await devices.pass(5 * SECOND);
    }
    expect(devices.knocksBetween(from, from + HOUR).length).toBeLessThanOrEqual(12);
  });

  it('one that flaps gets a knock for each time it was live a while, and about one in ten seconds when it falls over at once', async () => {
    const devices = new TestDevices({ random: seeded() });
    const camera = devices.add('rtsp://camera.test/live');
    camera.start();
    for (let minute = 0; minute < 60; minute++) {
      await devices.pass(20 * SECOND, [camera]);
      devices.hangUp();
    }
    expect(devices.knocks.length).toBeLessThanOrEqual(61);
    const flickering = new TestDevices({ random: seeded() });
    const other = flickering.add('rtsp://camera.test/live');
    other.start();
    for (let second = 0; second < 3600; second += 2) {
      await flickering.pass(2 * SECOND, [other]);
      flickering.hangUp();
    }
    expect(flickering.knocks.length).toBeLessThanOrEqual(400);
  });
});

describe('back after an outage', () => {
  it.each([
    ['20 s', 20 * SECOND],
    ['10 min', 10 * MINUTE],
    ['2 h, parked long ago', 2 * HOUR],
  ])(
    'of %s of a recorder with 16 watched channels: all play within 10 s',
    { timeout: 60_000 },
    async (_name, awayMs) => {
      const devices = new TestDevices({ random: seeded() });
      for (let channel = 1; channel <= 16; channel++)
        devices.add(`rtsp://nvr.test:554/Streaming/Channels/${channel}01`);
      for (const camera of devices.cameras) camera.start();
      await devices.pass(30 * SECOND, devices.cameras);
      expect(devices.live).toBe(16);
      devices.pullPower();
      const from = devices.clock.monotonic();
      await devices.pass(awayMs, devices.cameras);
      expect(devices.live).toBe(0);
      // What could not be reached was asked for by one channel at a time, after the first ones found out.
      const knocks = devices.knocksBetween(from + 20 * SECOND, from + awayMs);
      expect(knocks.length).toBeLessThanOrEqual(Math.max(2, awayMs / (10 * SECOND)));
      devices.behave = () => 'live';
      await devices.pass(10 * SECOND, devices.cameras);
      expect(devices.live).toBe(16);
      expect(devices.mostOpening).toBe(2);
      await devices.close();
      expect(devices.gates.size).toBe(0);
      expect(devices.clock.pendingTimers).toBe(0);
    },
  );

  it('nobody watches, then somebody does: within 10 s, also after hours', async () => {
    const devices = new TestDevices({ random: seeded() });
    devices.behave = () => 'off';
    const camera = devices.add('rtsp://camera.test/live');
    camera.start();
    await devices.pass(3 * HOUR);
    devices.behave = () => 'live';
    await devices.pass(10 * SECOND, [camera]);
    expect(devices.live).toBe(1);
  });

  it('unwatched, but heard of: a Hello, a still picture, or a neighbour that plays', async () => {
    for (const sign of ['hello', 'neighbour'] as const) {
      const devices = new TestDevices();
      devices.behave = () => 'off';
      const camera = devices.add('rtsp://camera.test:554/live');
      camera.start();
      await devices.pass(3 * HOUR + MINUTE);
      devices.behave = () => 'live';
      await devices.pass(SECOND);
      expect(devices.live).toBe(0);
      if (sign === 'hello') devices.gates.noteSignOfLife('Camera.test');
      else devices.add('rtsp://camera.test:8554/other').start();
      await devices.pass(3 * SECOND);
      expect(camera.current.state).toBe('live');
    }
  });

  it('signs of life without end do not make a parked camera suffer', async () => {
    const devices = new TestDevices();
    devices.behave = () => 'SOURCE_CLOSED';
    devices.add('rtsp://camera.test/live').start();
    await devices.pass(HOUR);
    const from = devices.clock.monotonic();
    for (let second = 0; second < 3600; second++) {
      devices.gates.noteSignOfLife('camera.test');
      await devices.pass(SECOND);
    }
    expect(devices.knocksBetween(from, from + HOUR).length).toBeLessThanOrEqual(12);
  });

  it('looks for it with bare connections only while somebody watches, each 3 s', async () => {
    const devices = new TestDevices();
    devices.behave = () => 'off';
    const camera = devices.add('rtsp://camera.test/live');
    camera.start();
    await devices.pass(HOUR);
    expect(devices.checks).toEqual([]);
    await devices.pass(MINUTE, [camera, camera]);
    expect(devices.checks.length).toBeGreaterThanOrEqual(12);
    expect(devices.checks.length).toBeLessThanOrEqual(20);
  });
});

describe('logins', () => {
  const channels = (devices: TestDevices, password: string) => {
    for (let channel = 1; channel <= 16; channel++)
      devices.add(`rtsp://nvr.test:554/${channel}`, password).start();
  };
  const refusals = (devices: TestDevices) => devices.knocks.filter(({ refusedLogin }) => refusedLogin).length;

  it(
    'sixteen channels with one wrong password are two bad logins, then one in half an hour',
    { timeout: 60_000 },
    async () => {
      const devices = new TestDevices({ random: seeded() });
      devices.behave = () => 'SOURCE_UNAUTHORIZED';
      channels(devices, 'wrong');
      await devices.pass(29 * MINUTE, devices.cameras);
      expect(refusals(devices)).toBe(2);
      expect(devices.knocks).toHaveLength(2);
      for (const { current } of devices.cameras) {
        expect(current.reason?.code).toBe('SOURCE_UNAUTHORIZED');
        expect(current.state).toBe('retrying');
      }
      expect(devices.cameras[15]?.current.reason?.message).toMatch(/half an hour/);
      await devices.pass(4 * HOUR, devices.cameras);
      expect(refusals(devices)).toBeLessThanOrEqual(2 + 8);
      expect(refusals(devices)).toBeGreaterThanOrEqual(2 + 6);
      // The operator gives the right one: new sources, that are tried at once.
      devices.behave = (_url, password) => (password === 'right' ? 'live' : 'SOURCE_UNAUTHORIZED');
      channels(devices, 'right');
      await devices.pass(10 * SECOND);
      expect(devices.live).toBe(16);
    },
  );

  it('a wrong password of one channel holds up no other', async () => {
    const devices = new TestDevices();
    devices.behave = (_url, password) => (password === 'right' ? 'live' : 'SOURCE_UNAUTHORIZED');
    devices.add('rtsp://nvr.test/1', 'wrong').start();
    devices.add('rtsp://nvr.test/2').start();
    await devices.pass(5 * SECOND);
    expect(devices.cameras.map(({ current }) => current.state)).toEqual(['retrying', 'live']);
    devices.hangUp();
    await devices.pass(5 * SECOND);
    expect(devices.cameras[1]?.current.state).toBe('live');
  });

  it('one channel that the login has no right to stops alone', async () => {
    const devices = new TestDevices();
    devices.behave = (url) => (url.endsWith('/9') ? 'SOURCE_UNAUTHORIZED' : 'live');
    devices.add('rtsp://nvr.test/1').start();
    await devices.pass(SECOND);
    const forbidden = devices.add('rtsp://nvr.test/9');
    forbidden.start();
    await devices.pass(HOUR, devices.cameras);
    expect(devices.knocks.filter(({ url }) => url.endsWith('/9'))).toHaveLength(3);
    devices.hangUp();
    await devices.pass(5 * SECOND);
    expect(devices.cameras[0]?.current.state).toBe('live');
  });

  it('a refusal after the login worked is "no session free": a minute and more apart, and over when one is', async () => {
    const devices = new TestDevices();
    const camera = devices.add('rtsp://tapo.test/stream1');
    camera.start();
    await devices.pass(30 * SECOND);
    devices.behave = () => 'SOURCE_UNAUTHORIZED';
    devices.hangUp();
    const from = devices.clock.monotonic();
    await devices.pass(50 * SECOND, [camera]);
    expect(camera.current.reason).toMatchObject({ code: 'SOURCE_REFUSED' });
    expect(devices.knocksBetween(from, from + 50 * SECOND)).toHaveLength(1);
    devices.behave = () => 'live';
    await devices.pass(30 * SECOND, [camera]);
    expect(camera.current.state).toBe('live');
  });

  it('unless it stays so: four refusals in at least five minutes, of all channels together, are a changed password', async () => {
    const devices = new TestDevices();
    channels(devices, 'right');
    await devices.pass(30 * SECOND);
    expect(devices.live).toBe(16);
    devices.behave = () => 'SOURCE_UNAUTHORIZED';
    devices.hangUp();
    const from = devices.clock.monotonic();
    await devices.pass(4 * MINUTE, devices.cameras);
    expect(devices.cameras.map(({ current }) => current.reason?.code)).toEqual(
      Array(16).fill('SOURCE_REFUSED'),
    );
    await devices.pass(25 * MINUTE, devices.cameras);
    expect(devices.knocksBetween(from, devices.clock.monotonic())).toHaveLength(4);
    expect(devices.cameras.map(({ current }) => current.reason?.code)).toEqual(
      Array(16).fill('SOURCE_UNAUTHORIZED'),
    );
  });
});

describe('many cameras', () => {
  it(
    'a thousand that come back at once are opened at 50 a second, each host two at a time',
    { timeout: 120_000 },
    async () => {
      const devices = new TestDevices({ random: seeded() });
      devices.behave = () => 'live';
      for (let camera = 0; camera < 1000; camera++)
        devices.add(`rtsp://10.0.${Math.floor(camera / 250)}.${camera % 250}/live`).start();
      await devices.pass(25 * SECOND);
      expect(devices.live).toBe(1000);
      for (let second = 0; second < 20; second++)
        expect(devices.knocksBetween(second * SECOND, (second + 1) * SECOND).length).toBeLessThanOrEqual(51);
      await devices.close();
      expect(devices.gates.size).toBe(0);
    },
  );

  it('their waits are spread, not in step', async () => {
    const devices = new TestDevices({ random: seeded() });
    devices.behave = () => 'SOURCE_CLOSED';
    for (let camera = 0; camera < 100; camera++) devices.add(`rtsp://10.0.0.${camera}/live`).start();
    await devices.pass(2 * MINUTE);
    const counts = Array.from(
      { length: 60 },
      (_, index) => devices.knocksBetween(MINUTE + index * SECOND, MINUTE + (index + 1) * SECOND).length,
    );
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    expect(mean).toBeGreaterThan(1);
    expect(Math.max(...counts)).toBeLessThanOrEqual(mean * 4);
    expect(counts.filter((count) => count === 0).length).toBeLessThanOrEqual(10);
  });
});
