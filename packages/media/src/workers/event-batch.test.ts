import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUDIO, VIDEO } from '../fmp4/testing-configs.ts';
import type { MediaEvent, Sample } from '../sample.ts';
import { EventBatchWriter, readEventBatch } from './event-batch.ts';

/** Adds the events, sends the batch through a structured clone as a port does, and reads it. */
function passThrough(events: readonly (readonly [number, MediaEvent])[]): [number, MediaEvent][] {
  const writer = new EventBatchWriter();
  for (const [id, event] of events) writer.add(id, event);
  return readAll(writer);
}

function readAll(writer: EventBatchWriter): [number, MediaEvent][] {
  const { batch, transfer } = writer.take();
  const read: [number, MediaEvent][] = [];
  readEventBatch(structuredClone(batch, { transfer }), {
    onEvent: (id, event) => read.push([id, event]),
    onLost: () => undefined,
  });
  return read;
}

const sampleOf = fc
  .record({
    kind: fc.constantFrom('video' as const, 'audio' as const),
    data: fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes)),
    dts: fc.nat(2 ** 40),
    pts: fc.nat(2 ** 40),
    duration: fc.integer({ min: 1, max: 90_000 }),
    keyframe: fc.boolean(),
    wallMs: fc.nat(2 ** 42),
  })
  .chain((sample) =>
    fc.oneof(
      fc.constant(sample),
      fc
        .uint8Array({ minLength: 1, maxLength: 400 })
        .map((bytes) => ({ ...sample, g711: Buffer.from(bytes) })),
    ),
  )
  .map((sample): MediaEvent => ({ type: 'sample', sample }));
const eventOf = fc.oneof(
  { weight: 8, arbitrary: sampleOf },
  fc.constant<MediaEvent>({ type: 'config', config: { video: VIDEO, audio: AUDIO } }),
  fc.constant<MediaEvent>({ type: 'config', config: { video: VIDEO, audio: undefined } }),
  fc.string().map((reason): MediaEvent => ({ type: 'discontinuity', reason })),
);

describe('a batch of events', () => {
  it('comes out as it went in, in order, for any events of any sources', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1000), eventOf), { maxLength: 200 }), (events) => {
        expect(passThrough(events)).toEqual(events);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves nothing behind for the next one', () => {
    const writer = new EventBatchWriter();
    const sample: Sample = {
      kind: 'video',
      data: Buffer.alloc(300_000, 7),
      dts: 1,
      pts: 2,
      duration: 3,
      keyframe: true,
      wallMs: 4,
    };
    writer.add(1, { type: 'sample', sample });
    expect(readAll(writer)).toEqual([[1, { type: 'sample', sample }]]);
    expect(writer.isEmpty).toBe(true);
    expect(writer.byteLength).toBe(0);
    writer.add(2, { type: 'discontinuity', reason: 'x' });
    expect(readAll(writer)).toEqual([[2, { type: 'discontinuity', reason: 'x' }]]);
  });

  it('is handed over, not copied: the sender no longer has its memory', () => {
    const writer = new EventBatchWriter();
    writer.add(1, { type: 'discontinuity', reason: 'x' });
    const { batch, transfer } = writer.take();
    structuredClone(batch, { transfer });
    expect(batch.table.buffer.byteLength).toBe(0);
    expect(transfer.map((buffer) => buffer.byteLength)).toEqual([0, 0]);
  });

  it('tells the count of lost packets between the samples', () => {
    const writer = new EventBatchWriter();
    writer.addLost(7, 42);
    const lost: [number, number][] = [];
    readEventBatch(writer.take().batch, {
      onEvent: () => undefined,
      onLost: (id, count) => lost.push([id, count]),
    });
    expect(lost).toEqual([[7, 42]]);
  });
});
