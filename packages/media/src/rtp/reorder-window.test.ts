import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReorderWindow } from './reorder-window.ts';
import type { RtpPacket } from './rtp-packet.ts';

function setup() {
  const clock = new VirtualClock(1000);
  const out: number[] = [];
  const payloads: string[] = [];
  const memory = Buffer.alloc(8);
  const window = new ReorderWindow(clock, (packet) => {
    out.push(packet.sequenceNumber);
    payloads.push(packet.payload.toString());
  });
  /** Pushes packets whose bytes are overwritten afterwards, as the socket's are. */
  const push = (...numbers: number[]) => {
    const taken = numbers.map((sequenceNumber) => {
      const payload = memory.subarray(0, memory.write(String(sequenceNumber)));
      const packet: RtpPacket = {
        payloadType: 96,
        marker: false,
        sequenceNumber,
        timestamp: 0,
        ssrc: 1,
        payload,
      };
      const isNew = window.push(packet, clock.monotonic(), clock.now());
      memory.fill(0);
      return isNew;
    });
    return taken;
  };
  return { clock, out, payloads, window, push };
}

test.each([
  ['in order', [5, 6, 7], [5, 6, 7], 0],
  ['two swapped', [5, 7, 6, 8], [5, 6, 7, 8], 1],
  ['one late by three', [5, 7, 8, 9, 6, 10], [5, 6, 7, 8, 9, 10], 1],
  ['over the end of the numbers', [65_534, 0, 65_535, 1], [65_534, 65_535, 0, 1], 1],
  ['two gaps', [1, 3, 5, 2, 4, 6], [1, 2, 3, 4, 5, 6], 2],
])('%s', (_name, numbers, expected, reordered) => {
  const { out, payloads, window, push, clock } = setup();
  push(...numbers);
  expect(out).toEqual(expected);
  expect(payloads).toEqual(expected.map(String));
  expect(window.reordered).toBe(reordered);
  expect(clock.pendingTimers).toBe(0);
});

test('a gap is given up after 100 ms, each by its own clock', async () => {
  const { clock, out, push } = setup();
  push(1, 3);
  await clock.advance(60);
  push(5);
  expect(out).toEqual([1]);
  await clock.advance(40);
  expect(out).toEqual([1, 3]);
  await clock.advance(60);
  expect(out).toEqual([1, 3, 5]);
  expect(clock.pendingTimers).toBe(0);
});

test('a full window gives the oldest gap up', () => {
  const { out, push } = setup();
  push(1, ...Array.from({ length: 64 }, (_, index) => 3 + index));
  expect(out).toHaveLength(65); // 1, then 3 to 66
  expect(out.slice(0, 3)).toEqual([1, 3, 4]);
});

test('a packet that is kept already is told apart', () => {
  const { out, push } = setup();
  expect(push(1, 3, 3)).toEqual([true, true, false]);
  push(2);
  expect(out).toEqual([1, 2, 3]);
});

test('late ones and doubles of what was handed on go through: the judge of numbers counts them', () => {
  const { out, push } = setup();
  push(10, 11, 11, 4, 12);
  expect(out).toEqual([10, 11, 11, 4, 12]);
});

test('a jump ahead hands on what is kept, then itself', () => {
  const { out, push, clock } = setup();
  push(1, 3, 1000, 1001);
  expect(out).toEqual([1, 3, 1000, 1001]);
  expect(clock.pendingTimers).toBe(0);
});

test('large packets are kept up to 1 MiB', () => {
  const clock = new VirtualClock();
  const out: number[] = [];
  const window = new ReorderWindow(clock, ({ sequenceNumber }) => void out.push(sequenceNumber));
  const payload = Buffer.alloc(60_000);
  for (let sequenceNumber = 1; sequenceNumber <= 20; sequenceNumber++) {
    if (sequenceNumber === 2) continue;
    window.push({ payloadType: 96, marker: false, sequenceNumber, timestamp: 0, ssrc: 1, payload }, 0, 0);
  }
  expect(out).toContain(3);
  window.close();
  expect(clock.pendingTimers).toBe(0);
});

test('any order within 32 places comes out sorted, whole, once', () => {
  const order = fc.array(fc.nat(31), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(order, fc.nat(65_535), (delays, first) => {
      const numbers = delays
        .map((delay, index) => ({ index, at: index + delay }))
        .toSorted((a, b) => a.at - b.at || a.index - b.index)
        .map(({ index }) => index);
      const { out, push, window } = setup();
      // the first one sets the beginning
      push((first + 0xffff) & 0xffff, ...numbers.map((index) => (first + index) & 0xffff));
      window.flush();
      expect(out.slice(1)).toEqual(delays.map((_delay, index) => (first + index) & 0xffff));
    }),
  );
});

test('any numbers at all: everything new comes out once, nothing is kept for ever', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(65_535), { maxLength: 300 }), async (numbers) => {
      const { clock, out, push } = setup();
      const taken = push(...numbers);
      await clock.advance(200);
      expect(out).toHaveLength(taken.filter(Boolean).length);
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 60 },
  );
});
