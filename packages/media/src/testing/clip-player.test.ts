import { describe, expect, it } from 'vitest';
import { ClipPlayer, type MediaUnit } from './clip-player.ts';
import { createSyntheticClip } from './synthetic-clip.ts';

const SHAPE = { mtuBytes: 1400, aggregate: false };
const CLIP = createSyntheticClip({
  width: 32,
  height: 32,
  pictures: 25,
  gop: 25,
  audio: { sampleRate: 16_000, channels: 1 },
});

function playUntil(player: ClipPlayer, nowMs: number): MediaUnit[] {
  const units: MediaUnit[] = [];
  player.advance(nowMs, nowMs, SHAPE, (unit) => units.push(unit));
  return units;
}

describe('ClipPlayer', () => {
  it('is due never before it starts and after it stops', () => {
    const player = new ClipPlayer(CLIP, undefined);
    expect(player.dueMs).toBe(Infinity);
    player.start(1000);
    expect(player.dueMs).toBe(1000);
    player.stop();
    expect(player.dueMs).toBe(Infinity);
    expect(playUntil(player, 5000)).toEqual([]);
  });

  it('hands out pictures and sound in order of time', () => {
    const player = new ClipPlayer(CLIP, undefined);
    player.start(0);
    const units = playUntil(player, 130);
    // Pictures at 0, 40, 80, 120 ms; sound at 0, 64, 128 ms.
    expect(units.map(({ kind, ticks }) => [kind, ticks])).toEqual([
      ['video', 0],
      ['audio', 0],
      ['video', 3600],
      ['audio', 1024],
      ['video', 7200],
      ['video', 10_800],
      ['audio', 2048],
    ]);
    expect(player.dueMs).toBe(160);
  });

  it('keeps exact time at a rate that does not divide the clock', () => {
    const player = new ClipPlayer(
      createSyntheticClip({ width: 32, height: 32, fps: 7, pictures: 7, gop: 7 }),
      undefined,
    );
    player.start(0);
    let last: MediaUnit | undefined;
    for (let second = 1; second <= 1000; second++) last = playUntil(player, second * 1000 - 1).at(-1);
    expect(last?.ticks).toBe(Math.round((6999 * 90_000) / 7));
  });

  it('pauses media time when it was stopped for long, without a burst', () => {
    const player = new ClipPlayer(CLIP, undefined);
    player.start(0);
    playUntil(player, 1000);
    const units = [...playUntil(player, 61_000), ...playUntil(player, 61_020)];
    // The sound that was due at 1024 ms comes at 61 000, the picture that was due at 1040 ms 16 ms later.
    expect(units.map(({ kind, ticks }) => [kind, ticks])).toEqual([
      ['audio', 16 * 1024],
      ['video', 26 * 3600],
    ]);
  });

  it('says where the next key frame will be', () => {
    const player = new ClipPlayer(CLIP, undefined);
    player.start(0);
    expect(player.nextKeyframeTicks()).toBe(0);
    playUntil(player, 100);
    expect(player.nextKeyframeTicks()).toBe(25 * 3600);
  });

  it('goes on with another clip at the time the old one had reached', () => {
    const player = new ClipPlayer(CLIP, undefined);
    player.start(0);
    playUntil(player, 100);
    player.switchClip(createSyntheticClip({ width: 48, height: 32, fps: 10, pictures: 10, gop: 10 }));
    const pictures = playUntil(player, 330).filter((unit) => unit.kind === 'video');
    expect(pictures.map(({ ticks, keyframe }) => [ticks, keyframe])).toEqual([
      [10_800, true],
      [19_800, false],
      [28_800, false],
    ]);
  });

  it('begins the sound of another clip where the old one was', () => {
    const player = new ClipPlayer(
      createSyntheticClip({ width: 32, height: 32, pictures: 25, gop: 25 }),
      undefined,
    );
    player.start(0);
    for (let nowMs = 990; nowMs < 10_000; nowMs += 1000) playUntil(player, nowMs);
    player.switchClip(CLIP);
    const units = playUntil(player, 10_050);
    expect(units.map(({ kind, ticks }) => [kind, ticks])).toEqual([
      ['video', 900_000],
      ['video', 903_600],
      ['audio', 157 * 1024],
    ]);
  });
});
