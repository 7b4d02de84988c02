/**
 * Every maker's habits, played whole by the fake camera: login, description, SETUP, packets, keep-alive, goodbye. Each name says
 * what the maker taught. One habit at a time is in `rtsp/camera-messages.test.ts` and its neighbours.
 */
import { silentLogger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { openRtspSource } from './rtsp-source.ts';
import type { MediaEvent } from './sample.ts';
import type { MediaSource } from './source.ts';
import type { Clip } from './testing/clip.ts';
import type { FakeCamera } from './testing/fake-camera.ts';
import type { Maker } from './testing/makers/maker.ts';
import { findMaker, MAKERS } from './testing/makers/makers.ts';
import { createMakerClip, MAKER_LOGIN, openMakerCamera } from './testing/makers/open-maker-camera.ts';

/** Each plays more than a minute of virtual time in about a second; on a machine that is busy, longer. */
const TIMEOUT_MS = 60_000;
/** How sound leaves the engine: codec string, rate, channels. */
const SOUND: Readonly<Record<NonNullable<Maker['sound']>, readonly [string, number, number]>> = {
  pcmu: ['fLaC', 8000, 1],
  'pcmu in 40 ms': ['fLaC', 8000, 1],
  pcma: ['fLaC', 8000, 1],
  pcm: ['fLaC', 48_000, 1],
  'aac 16000': ['mp4a.40.2', 16_000, 1],
  'aac 48000': ['mp4a.40.2', 48_000, 1],
};

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Opens the camera as an operator would, letting virtual time pass meanwhile. */
async function open(maker: Maker, camera: FakeCamera, clock: VirtualClock, events: MediaEvent[] = []) {
  const hasLogin = maker.login !== undefined;
  const opening = openRtspSource({
    source: {
      url: camera.url(),
      username: hasLogin ? MAKER_LOGIN.username : undefined,
      password: hasLogin ? new Secret(MAKER_LOGIN.password) : undefined,
      ...(maker.transport === undefined ? {} : { transport: maker.transport }),
    },
    onEvent: (event) => events.push(event),
    clock,
    logger: silentLogger,
    signal: new AbortController().signal,
  });
  let isSettled = false;
  const settle = () => (isSettled = true);
  opening.then(settle, settle);
  for (let wait = 0; wait < 500 && !isSettled; wait++) {
    if (wait % 50 === 49) await clock.advance(40); // the first datagram needs the time to go on
    await turn();
  }
  return opening;
}

async function play(clock: VirtualClock, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 25; step++) {
    await clock.advance(40);
    for (let wait = 0; wait < 4; wait++) await turn();
  }
}

/** Pictures of a clip as samples have them: units with their lengths before them. */
function picturesOf({ video }: Clip): Buffer[] {
  return video.pictures.map(({ nals }) =>
    Buffer.concat(
      nals.flatMap((nal) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(nal.length);
        return [length, nal];
      }),
    ),
  );
}

function expectRising(times: readonly number[]): void {
  expect(times.filter((time, at) => at > 0 && time <= (times[at - 1] ?? 0))).toEqual([]);
}

describe('makers', { timeout: TIMEOUT_MS }, () => {
  it('have names of their own', () => {
    expect(new Set(MAKERS.map(({ name }) => name)).size).toBe(MAKERS.length);
    expect(() => findMaker('nobody')).toThrowError(/hikvision, /);
  });

  it.each(MAKERS)('$name: $taught', async (maker) => {
    const clock = new VirtualClock();
    const clip = await createMakerClip(maker);
    await using camera = await openMakerCamera(maker, { clock });
    const events: MediaEvent[] = [];
    const source: MediaSource = await open(maker, camera, clock, events);
    let failure: unknown;
    source.ended.catch((error: unknown) => (failure = error));
    const seconds = (maker.faults?.sessionTimeoutS ?? 60) * 2 + 8; // longer than a session lives unattended, also after a nonce wore out
    await play(clock, seconds);
    expect(failure).toBeUndefined();
    const { lostPackets } = source;

    const configs = events.flatMap((event) => (event.type === 'config' ? [event.config] : []));
    expect(configs).toHaveLength(1);
    expect(configs[0]?.video).toMatchObject(
      maker.codec === 'h264' ? { width: 160, height: 128 } : { width: 320, height: 180 },
    );
    expect(configs[0]?.video?.codecString).toMatch(maker.codec === 'h264' ? /^avc1\.42c01f$/i : /^hvc1\./);
    const sound = maker.sound === undefined ? undefined : SOUND[maker.sound];
    const { audio } = configs[0] ?? {};
    expect(audio && [audio.codecString, audio.sampleRate, audio.channels]).toEqual(sound);

    const samples = events.flatMap((event) => (event.type === 'sample' ? [event.sample] : []));
    const pictures = samples.filter(({ kind }) => kind === 'video');
    expect(pictures[0]?.keyframe).toBe(true);
    expect(pictures.length).toBeGreaterThan((seconds - 2) * 25);
    expectRising(pictures.map(({ dts }) => dts));
    const sent = picturesOf(clip);
    const start = sent.findIndex((picture) => pictures[0]?.data.equals(picture));
    const wrong = pictures.findIndex(
      ({ data }, at) => sent[(start + at) % sent.length]?.equals(data) !== true,
    );
    expect(wrong).toBe(-1);
    const sounds = samples.filter(({ kind }) => kind === 'audio');
    expectRising(sounds.map(({ dts }) => dts));
    if (sound !== undefined) {
      const heard = sounds.reduce((sum, { duration }) => sum + duration, 0) / sound[1];
      expect(heard).toBeGreaterThan(seconds - 2);
    }
    expect(lostPackets).toBe(0);

    await source.close();
    for (let wait = 0; wait < 20; wait++) await turn();
    const { counters } = camera;
    expect(counters).toMatchObject({
      connections: 1,
      sessionsOpened: 1,
      sessionsClosed: 1,
      sessionsTimedOut: 0,
      teardowns: 1,
      wrongLogins: 0,
      malformedRequests: 0,
    });
    expect(counters.requests['SETUP']).toBe(sound === undefined ? 1 : 2);
    expect(counters.requests['PLAY']).toBe(1);
    expect(camera.playing()).toBe(0);
  });

  it.each(['dahua', 'tapo'])(
    '%s: a third viewer is told that the camera is busy, not that the password is wrong',
    async (name) => {
      const maker = findMaker(name);
      const clock = new VirtualClock();
      await using camera = await openMakerCamera(maker, { clock });
      await using _first = await open(maker, camera, clock);
      const second = await open(maker, camera, clock);
      await expect(open(maker, camera, clock)).rejects.toMatchObject({
        code: 'SOURCE_REFUSED',
        details: { reason: 'refused-after-login' },
      });
      await second.close();
      await turn();
      await using _third = await open(maker, camera, clock);
      expect(camera.playing()).toBe(2);
    },
  );
});
