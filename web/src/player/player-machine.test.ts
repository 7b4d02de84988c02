import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Capabilities } from './delivery-mode.ts';
import {
  advancePlayer,
  initialPlayerModel,
  type PlayerEvent,
  type PlayerModel,
  type PlayerSurroundings,
} from './player-machine.ts';
import type { FailureKind } from './player-trouble.ts';

const ALL: Capabilities = { hasMediaSource: true, hasWebSocket: true, hasNativeHls: false, hasWebrtc: false };

/** A player on a timeline of its own: each step may take time first. */
class Player {
  model: PlayerModel;
  nowMs = 0;

  constructor(preferred: 'mse' | 'llhls' | 'hls' = 'hls') {
    this.model = initialPlayerModel(preferred);
  }

  at(afterMs: number): this {
    this.nowMs += afterMs;
    return this;
  }

  on(event: PlayerEvent): this {
    const around: PlayerSurroundings = { nowMs: this.nowMs, random: 0, capabilities: ALL };
    this.model = advancePlayer(this.model, event, around);
    return this;
  }

  fail(kind: FailureKind, detail?: string): this {
    return this.on({ type: 'failed', failure: { kind, ...(detail === undefined ? {} : { detail }) } });
  }

  /** Lets time pass up to the planned attempt. */
  untilRetry(): this {
    const { retryAtMs } = this.model;
    if (retryAtMs === undefined) throw new Error('no attempt is planned');
    this.nowMs = retryAtMs;
    return this.on({ type: 'tick' });
  }

  open(): this {
    return this.on({ type: 'want', isWanted: true });
  }
}

const playing = (preferred: 'mse' | 'llhls' | 'hls' = 'hls') =>
  new Player(preferred).open().on({ type: 'picture' });

describe('advancePlayer', () => {
  it('opens a session when a picture is wanted and ends it when not', () => {
    const player = new Player().open();
    expect(player.model).toMatchObject({ phase: 'opening', session: 1, mode: 'hls' });
    player.on({ type: 'picture' });
    expect(player.model.phase).toBe('playing');
    player.on({ type: 'want', isWanted: false });
    expect(player.model).toMatchObject({ phase: 'off', session: 0 });
  });

  it('waits longer after each failure, says why, and starts anew after playing well', () => {
    const player = playing();
    const waits: number[] = [];
    for (let failure = 0; failure < 6; failure++) {
      player.fail('network');
      expect(player.model).toMatchObject({ phase: 'waiting', session: 0, trouble: { kind: 'network' } });
      waits.push((player.model.retryAtMs ?? 0) - player.nowMs);
      player.untilRetry();
    }
    expect(waits).toEqual([800, 1600, 3200, 6400, 12_800, 15_000]);
    player.on({ type: 'picture' }).at(9_000).on({ type: 'tick' });
    expect(player.model.failedAttempts).toBe(6);
    player.at(1_000).on({ type: 'tick' });
    expect(player.model).toMatchObject({ failedAttempts: 0, trouble: undefined, phase: 'playing' });
  });

  it('gives up after about four minutes and needs a person, or a sign that something changed', () => {
    const player = new Player().open();
    for (let failure = 0; failure < 19; failure++) player.fail('network').untilRetry();
    player.fail('network');
    expect(player.model).toMatchObject({ phase: 'stopped', trouble: { kind: 'gave-up', detail: 'network' } });
    expect(player.nowMs).toBeGreaterThan(200_000);
    expect(player.on({ type: 'nudge' }).model.phase).toBe('opening');
    expect(player.model.failedAttempts).toBe(0);
  });

  it('never gives up on a camera that is away, and returns as soon as it is back', () => {
    const player = playing();
    for (let failure = 0; failure < 100; failure++) player.fail('camera', 'SOURCE_TIMEOUT').untilRetry();
    player.fail('camera', 'SOURCE_TIMEOUT');
    expect(player.model).toMatchObject({
      phase: 'waiting',
      trouble: { kind: 'camera', detail: 'SOURCE_TIMEOUT' },
    });
    player.on({ type: 'camera', state: 'offline' });
    expect(player.model.phase).toBe('waiting');
    player.on({ type: 'camera', state: 'live' });
    expect(player.model.phase).toBe('opening');
  });

  it('honours the delay that the server asks for, up to half a minute', () => {
    const player = new Player().open();
    player.on({ type: 'failed', failure: { kind: 'server', retryAfterMs: 9_000 } });
    expect(player.model.retryAtMs).toBe(9_000);
    player.untilRetry().on({ type: 'failed', failure: { kind: 'server', retryAfterMs: 3_600_000 } });
    expect((player.model.retryAtMs ?? 0) - player.nowMs).toBe(30_000);
  });

  it('stops at a codec that the device lacks, without trying the other deliveries of the same bytes', () => {
    const player = new Player('mse').open().fail('codec', 'hvc1');
    expect(player.model).toMatchObject({
      phase: 'stopped',
      session: 0,
      trouble: { kind: 'codec', detail: 'hvc1' },
    });
    player.at(600_000).on({ type: 'tick' });
    expect(player.model.phase).toBe('stopped');
  });

  it('moves to a hardier mode at once when the wished one does not exist here', () => {
    const player = new Player('mse').open().fail('unavailable');
    expect(player.model).toMatchObject({ phase: 'opening', mode: 'llhls', fallback: 'blocked' });
  });

  it('keeps a hardier mode only when it plays where the wished one does not', () => {
    const player = new Player('mse').open();
    player.fail('network').untilRetry().fail('network').untilRetry();
    expect(player.model.mode).toBe('llhls');
    player.on({ type: 'picture' });
    expect(player.model).toMatchObject({
      mode: 'llhls',
      phase: 'playing',
      fallback: 'blocked',
      chain: ['llhls', 'hls'],
    });
  });

  it.each([
    ['the wished mode played before', playing('mse'), 2],
    ['nothing played before', new Player('mse').open(), 5],
  ])(
    'gives the wished mode another chance when an outage ends in the turn of a hardier one: %s',
    (_n, player, failures) => {
      for (let failure = 0; failure < failures; failure++) player.fail('network').untilRetry();
      expect(player.model.mode).toBe('llhls');
      const { session } = player.model;
      player.on({ type: 'picture' });
      expect(player.model).toMatchObject({
        mode: 'mse',
        phase: 'opening',
        failedAttempts: 0,
        trouble: undefined,
      });
      expect(player.model.session).toBeGreaterThan(session);
      // Once only: a second time the hardier one is kept.
      player.fail('network').untilRetry().fail('network').untilRetry().on({ type: 'picture' });
      expect(player.model).toMatchObject({ mode: 'llhls', phase: 'playing', fallback: 'blocked' });
    },
  );

  it('stays in the fast mode when it comes back after an outage', () => {
    const player = playing('mse');
    for (let failure = 0; failure < 5; failure++) player.fail('network').untilRetry();
    while (player.model.mode !== 'mse') player.fail('network').untilRetry();
    player.on({ type: 'picture' });
    expect(player.model).toMatchObject({ mode: 'mse', fallback: undefined });
  });

  it('leaves a fast mode that keeps stopping within a minute', () => {
    const player = playing('mse');
    player.at(5_000).on({ type: 'still' }).on({ type: 'picture' });
    player.at(5_000).on({ type: 'still' }).on({ type: 'picture' });
    expect(player.model.mode).toBe('mse');
    player.at(5_000).on({ type: 'still' });
    expect(player.model).toMatchObject({ phase: 'opening', mode: 'llhls', fallback: 'slow' });
  });

  it('forgets stops that are longer ago', () => {
    const player = playing('mse');
    for (let stop = 0; stop < 10; stop++) player.at(31_000).on({ type: 'still' }).on({ type: 'picture' });
    expect(player.model.mode).toBe('mse');
  });

  it('rebuilds after a decoder error, and changes the mode when it happens again', () => {
    const player = playing('mse').fail('decode');
    expect(player.model).toMatchObject({ phase: 'waiting', mode: 'mse' });
    player.untilRetry().on({ type: 'picture' }).fail('decode');
    expect(player.model).toMatchObject({ phase: 'opening', mode: 'llhls', fallback: 'decode' });
  });

  it('opens again almost at once, and without a word, when the timeline began anew', () => {
    const player = playing().fail('timeline');
    expect(player.model).toMatchObject({ phase: 'waiting', trouble: undefined, retryAtMs: 800 });
  });

  it('lets go while hidden or paused, and returns to live', () => {
    const player = playing();
    player.on({ type: 'suspend', isSuspended: true });
    expect(player.model).toMatchObject({ phase: 'off', session: 0 });
    player.on({ type: 'suspend', isSuspended: false });
    expect(player.model).toMatchObject({ phase: 'opening', session: 2 });
    player.on({ type: 'pause' });
    expect(player.model).toMatchObject({ phase: 'paused', session: 0 });
    player.on({ type: 'nudge' }).on({ type: 'tick' });
    expect(player.model.phase).toBe('paused');
    expect(player.on({ type: 'resume' }).model).toMatchObject({ phase: 'opening', session: 3 });
  });

  it('does not play a camera under maintenance, and plays it when that ends', () => {
    const player = playing().on({ type: 'camera', state: 'maintenance' });
    expect(player.model).toMatchObject({ phase: 'waiting', session: 0, trouble: { kind: 'maintenance' } });
    player.at(60_000).on({ type: 'tick' });
    expect(player.model.session).toBe(0);
    expect(player.on({ type: 'camera', state: 'idle' }).model.phase).toBe('opening');
  });

  it('has no words for trouble while the picture moves, and never more than one session', () => {
    const events: fc.Arbitrary<PlayerEvent> = fc.oneof(
      fc.boolean().map((isWanted): PlayerEvent => ({ type: 'want', isWanted })),
      fc.boolean().map((isSuspended): PlayerEvent => ({ type: 'suspend', isSuspended })),
      fc
        .constantFrom<PlayerEvent['type']>(
          'pause',
          'resume',
          'picture',
          'still',
          'nudge',
          'blocked',
          'tick',
          'retry',
        )
        .map(
          // Each of these types has no other fields.
          (type) => ({ type }) as PlayerEvent,
        ),
      fc
        .constantFrom<FailureKind>(
          'network',
          'server',
          'camera',
          'codec',
          'decode',
          'stalled',
          'timeline',
          'unavailable',
        )
        .map((kind): PlayerEvent => ({ type: 'failed', failure: { kind } })),
      fc
        .constantFrom('live', 'offline', 'maintenance', 'idle')
        .map((state): PlayerEvent => ({ type: 'camera', state })),
      fc.constantFrom('mse', 'llhls', 'hls').map((mode): PlayerEvent => ({ type: 'choose-mode', mode })),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(events, fc.nat(20_000)), { maxLength: 60 }), (steps) => {
        const player = new Player('mse');
        let newest = 0;
        for (const [event, afterMs] of steps) {
          const { session: before } = player.model;
          player.at(afterMs).on(event);
          const { phase, session, trouble, retryAtMs, isWanted, isSuspended } = player.model;
          expect(session === 0 || session === before || session > newest).toBe(true);
          newest = Math.max(newest, session);
          if (phase === 'playing') expect(trouble).toBeUndefined();
          if (!isWanted || isSuspended) expect(session).toBe(0);
          if (retryAtMs !== undefined) expect(phase).toBe('waiting');
          expect(['opening', 'playing', 'stalled', 'blocked'].includes(phase)).toBe(session !== 0);
        }
      }),
    );
  });
});

describe('WebRTC', () => {
  const withWebrtc: Capabilities = { ...ALL, hasWebrtc: true };
  const fail = (detail: string | undefined, capabilities = withWebrtc) => {
    const around: PlayerSurroundings = { nowMs: 0, random: 0, capabilities };
    const opened = advancePlayer(initialPlayerModel('webrtc'), { type: 'want', isWanted: true }, around);
    const failure = { kind: 'unavailable' as const, ...(detail === undefined ? {} : { detail }) };
    return { opened, failed: advancePlayer(opened, { type: 'failed', failure }, around) };
  };

  it.each([
    ['camera', 'camera'],
    ['full', 'full'],
    ['missing', 'missing'],
    [undefined, 'blocked'],
    ['something new', 'blocked'],
  ])('that is not to be had (%s) gives way to the fast mode at once, and says so: %s', (detail, fallback) => {
    const { opened, failed } = fail(detail);
    expect(opened).toMatchObject({ phase: 'opening', mode: 'webrtc', session: 1 });
    expect(failed).toMatchObject({ phase: 'opening', mode: 'mse', session: 2, fallback, trouble: undefined });
    const around: PlayerSurroundings = { nowMs: 1, random: 0, capabilities: withWebrtc };
    expect(advancePlayer(failed, { type: 'picture' }, around)).toMatchObject({ phase: 'playing', fallback });
  });

  it('that was chosen where the server or the browser lacks it costs no word', () => {
    expect(fail(undefined, ALL).opened).toMatchObject({ mode: 'mse', fallback: undefined });
  });
});

describe('a stream that comes in one way only', () => {
  it('is opened that way at once, without a word to the visitor', () => {
    const { model } = new Player('mse').open().fail('other-delivery', 'pictures');
    expect(model).toMatchObject({
      phase: 'opening',
      mode: 'pictures',
      session: 2,
      trouble: undefined,
      fallback: undefined,
    });
    const relayed = new Player('mse').open().fail('other-delivery', 'hls').model;
    expect(relayed).toMatchObject({ phase: 'opening', mode: 'hls', fallback: undefined });
    const again = new Player('hls')
      .open()
      .fail('other-delivery', 'pictures')
      .on({ type: 'picture' })
      .fail('network')
      .untilRetry();
    expect(again.model.mode).toBe('pictures');
  });

  it('is not looked for in circles', () => {
    const player = new Player('hls').open();
    for (const way of ['pictures', 'media', 'pictures', 'media', 'pictures'])
      player.fail('other-delivery', way);
    expect(player.model).toMatchObject({ phase: 'waiting', trouble: { kind: 'server' } });
  });
});
