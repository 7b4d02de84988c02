import type { StreamRendition } from '@pantau/contract/stream';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import type { DeliverySession, EmitSessionEvent } from './delivery-session.ts';
import type { DeliveryMode, SessionMode } from './delivery-mode.ts';
import { PlayerController, type SessionRequest } from './player-controller.ts';
import type { RenditionName } from './rendition-choice.ts';
import { FakeVideo, ranges } from './testing/fake-media.ts';

const ADDRESSES = {
  hls: '/hls/k/index.m3u8',
  llhls: '/hls/k/low-latency.m3u8',
  mse: '/mse/k',
  whep: '/whep/k',
};

class FakeSession implements DeliverySession {
  readonly mode: SessionMode;
  readonly emit: EmitSessionEvent;
  latencyS: number | undefined = 5;
  isHeldNow = false;
  isClosed = false;
  stalls = 0;
  jumps = 0;
  readonly chosen: RenditionName[] = [];
  readonly rendition: RenditionName | undefined;

  constructor(request: SessionRequest) {
    this.mode = request.mode;
    this.emit = request.emit;
    this.rendition = request.rendition;
  }

  findLatencyS = () => this.latencyS;
  targetLatencyS = () => 5;
  maxLatencyS = () => 16;
  jumpToEdge = () => void this.jumps++;
  noteStall = () => void this.stalls++;
  chooseRendition = (name: RenditionName) => {
    if (this.chosen.at(-1) !== name) this.chosen.push(name);
  };
  isHeld = () => this.isHeldNow;
  close = () => void (this.isClosed = true);
}

function openController(preferred: DeliveryMode = 'hls', renditions: readonly StreamRendition[] = []) {
  const clock = new VirtualClock();
  const video = new FakeVideo();
  const sessions: FakeSession[] = [];
  const state = { kept: 0, failed: 0, loads: true };
  const controller = new PlayerController({
    video: video.element,
    clock,
    random: () => 0,
    capabilities: { hasMediaSource: true, hasWebSocket: true, hasNativeHls: false, hasWebrtc: true },
    preferred,
    isMuted: true,
    addresses: ADDRESSES,
    camera: 'idle',
    renditions,
    quality: 'auto',
    isSavingData: false,
    canDecode: () => true,
    openSession: (request) => {
      if (!state.loads) return Promise.reject(new Error('chunk not found'));
      const session = new FakeSession(request);
      sessions.push(session);
      return Promise.resolve(session);
    },
    keepPicture: () => state.kept++,
    onFailed: () => state.failed++,
  });
  const newest = () => {
    const session = sessions.at(-1);
    if (session === undefined) throw new Error('no session was opened');
    return session;
  };
  /** Lets `seconds` pass with the picture moving. */
  const play = async (seconds: number) => {
    for (let half = 0; half < seconds * 2; half++) {
      video.advance(0.5);
      await clock.advance(500);
    }
  };
  return { clock, video, sessions, newest, controller, state, play };
}

async function openPlaying(preferred: DeliveryMode = 'hls', renditions: readonly StreamRendition[] = []) {
  const all = openController(preferred, renditions);
  all.controller.start();
  await all.clock.advance(0);
  all.video.dispatchEvent(new Event('canplay'));
  await all.play(2);
  return all;
}

describe('PlayerController', () => {
  it('plays, and says how far behind it is', async () => {
    const { controller, video } = await openPlaying();
    expect(controller.getSnapshot()).toMatchObject({
      phase: 'playing',
      mode: 'hls',
      latencyS: 5,
      hasPicture: true,
    });
    expect(video.plays).toBeGreaterThan(0);
    expect(controller.getSnapshot().staleForS).toBeUndefined();
  });

  it('keeps the last picture and shows its age when the camera goes away, never as live', async () => {
    const { controller, clock, newest, state } = await openPlaying();
    newest().emit({ type: 'failed', failure: { kind: 'camera', detail: 'SOURCE_CLOSED' } });
    expect(state).toMatchObject({ kept: 1, failed: 1 });
    expect(controller.getSnapshot()).toMatchObject({ phase: 'waiting', retryInS: 6, staleForS: undefined });
    await clock.advance(4_000);
    expect(controller.getSnapshot().staleForS).toBe(9);
    await clock.advance(1_000);
    expect(controller.getSnapshot()).toMatchObject({ staleForS: 10, retryInS: 1 });
  });

  it('comes back by itself after a 20 s outage', async () => {
    const { controller, clock, newest, sessions, play } = await openPlaying();
    const endMs = clock.monotonic() + 20_000;
    newest().emit({ type: 'failed', failure: { kind: 'network' } });
    let failed = sessions.length;
    while (clock.monotonic() < endMs) {
      await clock.advance(500);
      if (sessions.length > failed) {
        failed = sessions.length;
        newest().emit({ type: 'failed', failure: { kind: 'network' } });
      }
    }
    expect(controller.getSnapshot().phase).toBe('waiting');
    await clock.advance(15_500);
    await play(2);
    expect(controller.getSnapshot()).toMatchObject({ phase: 'playing', trouble: undefined });
  });

  it('notices a picture that stands still, then opens anew', async () => {
    const { controller, clock, newest, sessions } = await openPlaying();
    const first = newest();
    await clock.advance(2_000);
    expect(controller.getSnapshot().phase).toBe('stalled');
    expect(first.stalls).toBe(1);
    await clock.advance(6_500);
    expect(first.isClosed).toBe(true);
    expect(controller.getSnapshot().trouble).toEqual({ kind: 'stalled' });
    await clock.advance(1_000);
    expect(sessions).toHaveLength(2);
  });

  it('does not take a frozen picture under running sound for a live one', async () => {
    const { controller, clock, video } = await openPlaying();
    for (let half = 0; half < 6; half++) {
      video.currentTime += 0.5;
      await clock.advance(500);
    }
    expect(controller.getSnapshot().phase).toBe('stalled');
  });

  it('waits with the server while it holds the session open', async () => {
    const { controller, clock, newest } = await openPlaying('mse');
    newest().isHeldNow = true;
    newest().emit({ type: 'trouble', trouble: { kind: 'camera', detail: 'SOURCE_TIMEOUT' } });
    await clock.advance(60_000);
    expect(newest().isClosed).toBe(false);
    expect(controller.getSnapshot()).toMatchObject({
      phase: 'stalled',
      trouble: { kind: 'camera' },
      mode: 'mse',
    });
    expect(controller.getSnapshot().staleForS).toBeGreaterThan(55);
  });

  it('gives a cold stream its time, then tries again', async () => {
    const { controller, clock, sessions } = openController();
    controller.start();
    await clock.advance(24_000);
    expect(sessions).toHaveLength(1);
    expect(controller.getSnapshot().phase).toBe('opening');
    await clock.advance(3_000);
    expect(sessions).toHaveLength(2);
  });

  it('hurries when late, jumps when very late, and is patient with a thin buffer', async () => {
    const { newest, video, play } = await openPlaying();
    video.buffered = ranges([0, 100]);
    newest().latencyS = 8;
    await play(1);
    expect(video.playbackRate).toBe(1.1);
    newest().latencyS = 5;
    await play(1);
    expect(video.playbackRate).toBe(1);
    newest().latencyS = 40;
    await play(0.5);
    expect(newest().jumps).toBe(1);
  });

  it('tries again when its code could not be loaded', async () => {
    const { controller, clock, state, sessions, play } = openController();
    state.loads = false;
    controller.start();
    await clock.advance(0);
    expect(controller.getSnapshot()).toMatchObject({
      phase: 'waiting',
      trouble: { kind: 'network', detail: 'code' },
    });
    state.loads = true;
    await clock.advance(1_500);
    expect(sessions).toHaveLength(1);
    await play(1);
    expect(controller.getSnapshot().phase).toBe('playing');
  });

  it('plays silently when sound needs a gesture, and asks for one when even that is refused', async () => {
    const { controller, video, clock } = await openPlaying();
    controller.setMuted(false);
    video.refusesPlay = (muted) => !muted;
    video.dispatchEvent(new Event('canplay'));
    await clock.advance(0);
    expect(controller.getSnapshot().isMuted).toBe(true);
    expect(video.paused).toBe(false);
    video.refusesPlay = () => true;
    video.dispatchEvent(new Event('canplay'));
    await clock.advance(0);
    expect(controller.getSnapshot().phase).toBe('blocked');
    video.refusesPlay = () => false;
    controller.resume();
    video.advance(0.5);
    await clock.advance(500);
    expect(controller.getSnapshot().phase).toBe('playing');
  });

  it('lets go while the page sleeps and returns to live when it wakes', async () => {
    const { controller, clock, sessions, newest, play } = await openPlaying();
    controller.setHidden(true);
    controller.setSuspended(true);
    expect(newest().isClosed).toBe(true);
    await clock.advance(3_600_000);
    expect(sessions).toHaveLength(1);
    controller.setHidden(false);
    controller.setSuspended(false);
    await clock.advance(0);
    expect(sessions).toHaveLength(2);
    await play(1);
    expect(controller.getSnapshot().phase).toBe('playing');
  });

  it('takes a pause from outside as a pause, but not the pause of an emptied element', async () => {
    const { controller, video, newest } = await openPlaying();
    video.readyState = 0;
    video.dispatchEvent(new Event('pause'));
    expect(controller.getSnapshot().phase).toBe('playing');
    video.readyState = 4;
    video.dispatchEvent(new Event('pause'));
    expect(controller.getSnapshot().phase).toBe('paused');
    expect(newest().isClosed).toBe(true);
  });

  it('ignores what a session says after it was closed', async () => {
    const { controller, newest } = await openPlaying();
    const old = newest();
    controller.chooseMode('mse');
    old.emit({ type: 'failed', failure: { kind: 'codec' } });
    expect(controller.getSnapshot()).toMatchObject({ phase: 'opening', mode: 'mse', trouble: undefined });
  });

  it('does not try WebRTC where the server has no address for it', async () => {
    const { controller, clock, newest } = openController('webrtc');
    controller.setCamera('idle', { ...ADDRESSES, whep: null });
    controller.start();
    await clock.advance(0);
    expect(newest().mode).toBe('mse');
    expect(controller.getSnapshot().fallback).toBeUndefined();
  });

  it('leaves no timer and no open session behind', async () => {
    const { controller, clock, newest } = await openPlaying();
    controller.close();
    expect(clock.pendingTimers).toBe(0);
    expect(newest().isClosed).toBe(true);
  });

  describe('with two sizes', () => {
    const video = { codec: 'H.264', codec_string: 'avc1.640028', width: 1280, height: 720, fps: 25 };
    const SIZES: readonly StreamRendition[] = [
      { name: 'main', is_available: true, video, bitrate: null },
      { name: 'sub', is_available: true, video: { ...video, width: 320, height: 180 }, bitrate: null },
    ];

    it('begins with the size that fits, and follows the visitor', async () => {
      const { controller, newest } = await openPlaying('hls', SIZES);
      expect(newest().rendition).toBe('main');
      controller.chooseQuality('sub');
      expect(newest().chosen.at(-1)).toBe('sub');
      newest().emit({ type: 'rendition', name: 'sub' });
      expect(controller.getSnapshot().rendition).toBe('sub');
    });

    it('takes the small one for a small box', async () => {
      const { video: element, controller, newest, clock } = openController('hls', SIZES);
      Object.defineProperty(element.element, 'clientHeight', { value: 170 });
      controller.start();
      await clock.advance(0);
      expect(newest().rendition).toBe('sub');
    });

    it('steps down to the small one when the picture stops, and keeps the fast way', async () => {
      const { controller, newest, clock, play, sessions } = await openPlaying('mse', SIZES);
      newest().emit({ type: 'rendition', name: 'main' });
      await clock.advance(2_000);
      expect(newest().chosen.at(-1)).toBe('sub');
      newest().emit({ type: 'rendition', name: 'sub' });
      for (let stall = 0; stall < 2; stall++) {
        await play(2);
        await clock.advance(2_000);
      }
      expect(sessions).toHaveLength(1);
      expect(controller.getSnapshot().mode).toBe('mse');
    });

    it('opens the small one after a decoder that could not keep up', async () => {
      const { newest, clock } = await openPlaying('mse', SIZES);
      newest().emit({ type: 'failed', failure: { kind: 'stalled', detail: 'overrun' } });
      await clock.advance(2_000);
      expect(newest().rendition).toBe('sub');
    });

    it('has no size to choose by WebRTC, so stops count against it', async () => {
      const { controller, newest, clock, play } = await openPlaying('webrtc', SIZES);
      expect(newest()).toMatchObject({ mode: 'webrtc', rendition: undefined });
      for (let stall = 0; stall < 3; stall++) {
        await play(2);
        await clock.advance(2_000);
      }
      expect(controller.getSnapshot()).toMatchObject({ mode: 'mse', fallback: 'slow' });
    });

    it.each([
      ['another way shows the small one', 'live' as const, 'mse', 'camera'],
      ['a camera that is wholly away is waited for', 'offline' as const, 'webrtc', undefined],
    ])('when the main one does not come by WebRTC, %s', async (_name, state, mode, fallback) => {
      const { controller, newest } = await openPlaying('webrtc', SIZES);
      controller.setCamera(state, ADDRESSES, SIZES);
      newest().emit({ type: 'failed', failure: { kind: 'camera', detail: 'SOURCE_TIMEOUT' } });
      expect(controller.getSnapshot()).toMatchObject({ mode, fallback });
    });

    it('goes on with the other when one does not come', async () => {
      const { newest } = await openPlaying('mse', SIZES);
      newest().emit({ type: 'rendition-failed', name: 'main' });
      expect(newest().chosen.at(-1)).toBe('sub');
    });
  });
});

describe('a session that draws by itself', () => {
  it('plays while new pictures are drawn, and stands still by its own measure', async () => {
    const { clock, controller, newest } = openController();
    controller.start();
    await clock.advance(0);
    const drawn = { count: 0, width: 400, height: 300, stillAfterMs: 5000 };
    Object.assign(newest(), { findDrawn: () => drawn, latencyS: undefined });
    await clock.advance(500);
    expect(controller.getSnapshot().phase).toBe('opening');
    drawn.count = 1;
    await clock.advance(500);
    expect(controller.getSnapshot()).toMatchObject({ phase: 'playing', hasPicture: true, aspect: 400 / 300 });
    await clock.advance(4500);
    expect(controller.getSnapshot().phase).toBe('playing');
    await clock.advance(1000);
    expect(controller.getSnapshot()).toMatchObject({ phase: 'stalled', staleForS: 6 });
    controller.close();
  });
});
