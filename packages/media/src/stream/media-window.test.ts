import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES, BlockPool } from './block-pool.ts';
import { MediaWindow } from './media-window.ts';

const LIMITS = { windowSegments: 3, expiredSegments: 2, maxStreamBytes: 10_000 };

/** Adds a finished segment of two parts. */
function addSegment(
  window: MediaWindow,
  sequence: number,
  fields: {
    bytes?: number;
    init?: string;
    discontinuity?: boolean;
    discontinuitySequence?: number;
    fill?: number;
  } = {},
): void {
  const { bytes = 100, init = 'init-1.mp4', discontinuity = false, discontinuitySequence = 0, fill } = fields;
  window.addInit(init, Buffer.alloc(10));
  window.openSegment({
    sequence,
    initName: init,
    discontinuity,
    discontinuitySequence,
    independent: true,
    programDateTimeMs: 0,
  });
  for (const part of [0, 1]) {
    const shape = { durationS: 1, independent: part === 0, startsWithKeyframe: part === 0 };
    window.addPart(
      `part-${sequence * 2 + part}.m4s`,
      [Buffer.alloc(bytes / 4, fill ?? part + 1), Buffer.alloc(bytes / 4, fill ?? part + 1)],
      shape,
      1,
    );
  }
  window.closeSegment(`seg-${sequence}.m4s`);
}

describe('MediaWindow', () => {
  it('lists the newest, serves a few more, forgets the rest', () => {
    const window = new MediaWindow(LIMITS, new BlockPool());
    for (let sequence = 0; sequence < 10; sequence++) addSegment(window, sequence);
    expect(window.listed.map((segment) => segment.sequence)).toEqual([7, 8, 9]);
    expect(window.findFile('seg-5.m4s')).toBeDefined();
    expect(window.findFile('part-10.m4s')).toBeDefined();
    expect(window.findFile('seg-4.m4s')).toBeUndefined();
    expect(window.findFile('part-9.m4s')).toBeUndefined();
    expect(window.byteLength).toBe(5 * 100 + 10);
  });

  it('makes a segment of its parts, whose bytes it shares', () => {
    const window = new MediaWindow(LIMITS, new BlockPool());
    addSegment(window, 0);
    const segment = window.findFile('seg-0.m4s');
    const part = window.findFile('part-1.m4s');
    expect(segment?.copy()).toEqual(Buffer.concat([Buffer.alloc(50, 1), Buffer.alloc(50, 2)]));
    expect(part?.copy()).toEqual(Buffer.alloc(50, 2));
    expect(part?.slices()[0]?.buffer).toBe(segment?.slices()[0]?.buffer);
  });

  it('leaves the bytes of a file that is being sent alone, and uses those of others again', () => {
    const pool = new BlockPool();
    const window = new MediaWindow(
      { windowSegments: 1, expiredSegments: 0, maxStreamBytes: 100 * BLOCK_BYTES },
      pool,
    );
    const buffers = new Set<unknown>();
    addSegment(window, 0, { bytes: 4 * BLOCK_BYTES });
    const held = window.findFile('part-0.m4s');
    held?.hold();
    for (let sequence = 1; sequence < 50; sequence++) {
      addSegment(window, sequence, { bytes: 4 * BLOCK_BYTES, fill: 7 });
      for (const slice of window.findFile(`seg-${sequence}.m4s`)?.slices() ?? []) buffers.add(slice.buffer);
    }
    expect(held?.copy()).toEqual(Buffer.alloc(2 * BLOCK_BYTES, 1));
    held?.release();
    expect(buffers.size).toBeLessThan(14);
    window.clear();
    expect(pool.spareBytes).toBeLessThanOrEqual(16 * BLOCK_BYTES);
  });

  it('keeps within its bytes, but always has the newest segment', () => {
    const window = new MediaWindow(LIMITS, new BlockPool());
    for (let sequence = 0; sequence < 10; sequence++) addSegment(window, sequence, { bytes: 4000 });
    expect(window.listed.map((segment) => segment.sequence)).toEqual([8, 9]);
    addSegment(window, 10, { bytes: 50_000 });
    expect(window.listed.map((segment) => segment.sequence)).toEqual([10]);
    expect(window.findFile('seg-9.m4s')).toBeUndefined();
  });

  it('counts discontinuities that leave the list', () => {
    const window = new MediaWindow(LIMITS, new BlockPool());
    for (let sequence = 0; sequence < 6; sequence++)
      addSegment(window, sequence, {
        discontinuity: sequence % 2 === 1,
        discontinuitySequence: Math.ceil(sequence / 2),
      });
    expect(window.discontinuitySequence).toBe(1);
    window.clear();
    expect(window.discontinuitySequence).toBe(3);
    expect(window.byteLength).toBe(0);
    expect(window.findFile('init-1.mp4')).toBeUndefined();
  });

  it('keeps an init segment as long as a segment needs it', () => {
    const window = new MediaWindow(LIMITS, new BlockPool());
    addSegment(window, 0);
    for (let sequence = 1; sequence < 5; sequence++) addSegment(window, sequence, { init: 'init-2.mp4' });
    expect(window.findFile('init-1.mp4')).toBeDefined();
    addSegment(window, 5, { init: 'init-2.mp4' });
    expect(window.findFile('init-1.mp4')).toBeUndefined();
    expect(window.findFile('init-2.mp4')).toBeDefined();
  });

  it('drops a segment that got no part', () => {
    const window = new MediaWindow(LIMITS, new BlockPool());
    window.openSegment({
      sequence: 0,
      initName: 'i',
      discontinuity: false,
      discontinuitySequence: 0,
      independent: true,
      programDateTimeMs: 0,
    });
    expect(window.closeSegment('seg-0.m4s')).toBeUndefined();
    expect(window.listed).toHaveLength(0);
  });
});
