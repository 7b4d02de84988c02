import { AppError } from '@pantau/base/errors';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { PPS, SPS, makePacket, makeSlice } from './h264/testing-packetizer.ts';
import { MediaError } from './media-error.ts';
import { KEYFRAME_AFTER_LOSS_MS, KEYFRAME_TIMEOUT_MS, openSourceWith } from './rtsp-source.ts';
import type { RtspSession, RtspSessionHandler, RtspSessionOptions } from './rtsp/rtsp-session.ts';
import type { MediaEvent } from './sample.ts';
import type { OpenSourceOptions } from './source.ts';
import { SOUND_WAIT_MS } from './timeline/event-sequencer.ts';

const VIDEO_TRACK = {
  kind: 'video',
  payloadType: 96,
  encoding: 'H264',
  clockRate: 90_000,
  channels: 1,
  fmtp: new Map(),
  control: undefined,
  framerate: undefined,
  setUp: true,
} as const;
const AUDIO_TRACK = {
  ...VIDEO_TRACK,
  kind: 'audio',
  encoding: 'MPEG4-GENERIC',
  clockRate: 16_000,
  fmtp: new Map([
    ['mode', 'AAC-hbr'],
    ['config', '1408'],
  ]),
} as const;
const IDR = makeSlice({ idr: true });
const P = makeSlice();

/** A camera without a network: the test plays its packets. */
class FakeSession implements RtspSession {
  readonly tracks: RtspSession['tracks'];
  readonly server = 'Fake/1.0';
  readonly lostPackets = 7;
  readonly packets = { lost: 7, late: 0, reordered: 0, duplicates: 0 };
  readonly path = { transport: 'tcp' as const, tls: undefined };
  readonly #end = Promise.withResolvers<void>();
  readonly ended = this.#end.promise;
  closed = 0;
  handler: RtspSessionHandler | undefined;

  constructor(tracks: RtspSession['tracks']) {
    this.tracks = tracks;
  }

  open = (options: RtspSessionOptions): Promise<RtspSession> => {
    this.handler = options.handler;
    return Promise.resolve(this);
  };

  /** Key frames asked for; none when the camera cannot be asked. */
  keyframeRequests = 0;
  canBeAsked = true;

  requestKeyframe(): boolean {
    if (this.canBeAsked) this.keyframeRequests++;
    return this.canBeAsked;
  }

  fail(error: MediaError): void {
    this.#end.reject(error);
  }

  close(): Promise<void> {
    this.closed++;
    this.#end.resolve();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

async function openFake(tracks: RtspSession['tracks'], more: Partial<OpenSourceOptions> = {}) {
  const session = new FakeSession(tracks);
  const clock = new VirtualClock();
  const events: MediaEvent[] = [];
  const source = await openSourceWith(session.open, {
    source: { url: 'rtsp://camera/live', username: undefined, password: undefined },
    onEvent: (event) => events.push(event),
    clock,
    logger: silentLogger,
    signal: new AbortController().signal,
    ...more,
  });
  let frames = 0;
  let lost = 0;
  /** Sends the next picture and lets 40 ms pass. */
  const picture = async (keyframe: boolean): Promise<void> => {
    const units = keyframe ? [SPS, PPS, IDR] : [P];
    units.forEach((unit, index) => {
      const packet = makePacket(unit, { timestamp: frames * 3600, marker: index === units.length - 1 });
      session.handler?.onRtp(0, packet, lost, clock.now());
      lost = 0;
    });
    frames++;
    await clock.advance(40);
  };
  const sound = (timestamp: number): void => {
    const packet = makePacket(Buffer.from('00100010aabb', 'hex'), { timestamp, marker: true });
    session.handler?.onRtp(1, packet, 0, clock.now());
  };
  /** A packet is missing before the next picture. */
  const lose = (): void => {
    lost = 1;
  };
  return { session, clock, events, source, picture, sound, lose };
}

/** The code a promise rejects with; `'pending'` or `'resolved'` when it does not. */
async function outcome(promise: Promise<void>): Promise<string> {
  const settled = promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
  const pending = new Promise<string>((resolve) => setImmediate(resolve, 'pending'));
  return Promise.race([settled, pending]);
}

describe('openRtspSource', () => {
  it('says what the camera is', async () => {
    const { source } = await openFake([VIDEO_TRACK, { ...AUDIO_TRACK, encoding: 'G722', setUp: false }]);
    expect(source.server).toBe('Fake/1.0');
    expect(source.lostPackets).toBe(7);
    expect(source.tracks).toEqual([
      { kind: 'video', encoding: 'H264', clockRate: 90_000, supported: true },
      { kind: 'audio', encoding: 'G722', clockRate: 16_000, supported: false },
    ]);
  });

  it('emits a config, a key frame and what follows', async () => {
    const { events, picture } = await openFake([VIDEO_TRACK]);
    for (const keyframe of [false, true, false, false, false]) await picture(keyframe);
    const [config, ...samples] = events;
    expect(config).toMatchObject({
      type: 'config',
      config: { video: { width: 640, height: 360 }, audio: undefined },
    });
    expect(samples.map((event) => (event.type === 'sample' ? event.sample.keyframe : event.type))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('has picture and sound on one time scale', async () => {
    const { events, picture, sound } = await openFake([VIDEO_TRACK, AUDIO_TRACK]);
    await picture(true);
    for (let frame = 1; frame < 60; frame++) {
      if (frame % 2 === 0) sound(5000 + frame * 640);
      await picture(false);
    }
    const times = { video: 0, audio: 0 };
    for (const event of events) {
      if (event.type === 'sample')
        times[event.sample.kind] = event.sample.dts / (event.sample.kind === 'video' ? 90 : 16);
    }
    expect(events[0]).toMatchObject({ type: 'config', config: { audio: { sampleRate: 16_000 } } });
    expect(Math.abs(times.video - times.audio)).toBeLessThan(150);
  });

  it('does without sound that never comes', async () => {
    const { events, picture, clock } = await openFake([VIDEO_TRACK, AUDIO_TRACK]);
    await picture(true);
    await picture(false);
    expect(events).toEqual([]);
    await clock.advance(SOUND_WAIT_MS);
    expect(events[0]).toMatchObject({ type: 'config', config: { audio: undefined } });
  });

  it('plays without sound that it cannot carry', async () => {
    const main = { ...AUDIO_TRACK, fmtp: new Map([['config', '0990']]) }; // AAC main
    const { events, picture } = await openFake([VIDEO_TRACK, main]);
    await picture(true);
    await picture(false);
    expect(events[0]).toMatchObject({ type: 'config', config: { audio: undefined } });
  });

  it.each([
    ['only sound', [{ ...VIDEO_TRACK, encoding: 'VP9', setUp: false }, AUDIO_TRACK], /VP9, MPEG4-GENERIC/],
    ['nothing', [], /nothing/],
  ])('refuses a camera that offers %s, and closes it', async (_name, tracks, message) => {
    const session = new FakeSession(tracks);
    const opening = openSourceWith(session.open, {
      source: { url: 'rtsp://camera/live', username: undefined, password: undefined },
      onEvent: () => {},
      clock: new VirtualClock(),
      logger: silentLogger,
      signal: new AbortController().signal,
    });
    await expect(opening).rejects.toThrowError(message);
    await expect(opening).rejects.toMatchObject({ code: 'CODEC_UNSUPPORTED' });
    expect(session.closed).toBe(1);
  });

  it('fails when no key frame comes in time', async () => {
    const { source, session, picture, clock } = await openFake([VIDEO_TRACK]);
    for (let frame = 0; frame < 20; frame++) await picture(false);
    await clock.advance(KEYFRAME_TIMEOUT_MS - 20 * 40 - 1);
    expect(await outcome(source.ended)).toBe('pending');
    await clock.advance(1);
    expect(await outcome(source.ended)).toBe('NO_KEYFRAME');
    expect(session.closed).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fails as its session fails, and says nothing after', async () => {
    const { source, session, events, picture, clock } = await openFake([VIDEO_TRACK]);
    await picture(true);
    await picture(false);
    session.fail(new MediaError('SOURCE_CLOSED', 'The camera closed the connection'));
    await clock.advance(0);
    expect(await outcome(source.ended)).toBe('SOURCE_CLOSED');
    const before = events.length;
    await picture(true);
    await picture(false);
    expect(events).toHaveLength(before);
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks for a key frame after loss, once a second until one comes', async () => {
    const { session, source, picture, lose } = await openFake([VIDEO_TRACK]);
    await picture(true);
    await picture(false);
    expect(session.keyframeRequests).toBe(0);
    lose();
    for (let frame = 0; frame < 60; frame++) await picture(false); // 2.4 s
    expect(session.keyframeRequests).toBe(3);
    await picture(true);
    await picture(false);
    for (let frame = 0; frame < 60; frame++) await picture(false);
    expect(session.keyframeRequests).toBe(3);
    source.requestKeyframe?.(); // a viewer joins
    source.requestKeyframe?.();
    expect(session.keyframeRequests).toBe(4);
  });

  it('asks another way where the session offers none', async () => {
    let asked = 0;
    const { session, source } = await openFake([VIDEO_TRACK], { askForKeyframe: () => asked++ });
    session.canBeAsked = false;
    source.requestKeyframe?.();
    source.requestKeyframe?.();
    expect(asked).toBe(1);
  });

  it('lives through a minute without a key frame after loss, and says that pictures come; not for ever', async () => {
    let signs = 0;
    const { source, picture, lose } = await openFake([VIDEO_TRACK], { onWaitingForKeyframe: () => signs++ });
    await picture(true);
    await picture(false);
    expect(signs).toBe(0);
    lose();
    for (let frame = 0; frame < 1500; frame++) await picture(false); // 60 s
    expect(await outcome(source.ended)).toBe('pending');
    expect(signs).toBe(60);
    for (let frame = 1500; frame * 40 < KEYFRAME_AFTER_LOSS_MS + 200; frame++) await picture(false);
    expect(await outcome(source.ended)).toBe('NO_KEYFRAME');
  });

  it('plays on for a minute without a key frame and without loss', async () => {
    const { source, events, picture, session } = await openFake([VIDEO_TRACK]);
    await picture(true);
    for (let frame = 0; frame < 1500; frame++) await picture(false);
    expect(await outcome(source.ended)).toBe('pending');
    expect(events.filter((event) => event.type === 'sample').length).toBeGreaterThanOrEqual(1499);
    expect(session.keyframeRequests).toBe(0);
  });

  it('ends quietly when it is closed', async () => {
    const { source, session, clock } = await openFake([VIDEO_TRACK]);
    await source.close();
    await source.close();
    expect(session.closed).toBeGreaterThan(0);
    expect(await outcome(source.ended)).toBe('resolved');
    expect(clock.pendingTimers).toBe(0);
  });
});
