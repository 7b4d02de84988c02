import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MediaError } from '../media-error.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { RtpReceiver } from './rtp-receiver.ts';

interface Sent {
  readonly seq: number;
  readonly ssrc?: number;
  readonly pt?: number;
  readonly ts?: number;
  readonly atMs?: number;
}

function encode({ seq, ssrc = 1, pt = 96, ts = 0 }: Sent): Buffer {
  const bytes = Buffer.alloc(13);
  bytes[0] = 0x80;
  bytes[1] = pt;
  bytes.writeUInt16BE(seq, 2);
  bytes.writeUInt32BE(ts, 4);
  bytes.writeUInt32BE(ssrc, 8);
  return bytes;
}

function setup(announcedSsrc?: number, reorderOn?: VirtualClock) {
  const delivered: { seq: number; ssrc: number; lostBefore: number }[] = [];
  const troubles: string[] = [];
  const receiver = new RtpReceiver({
    payloadType: 96,
    clockRate: 90_000,
    announcedSsrc,
    reorderOn,
    onPacket: (packet: RtpPacket, lostBefore) =>
      void delivered.push({ seq: packet.sequenceNumber, ssrc: packet.ssrc, lostBefore }),
    onTrouble: (what) => void troubles.push(what),
  });
  const send = (sent: Sent) => receiver.receive(encode(sent), 0, 13, sent.atMs ?? 0, 0);
  return { receiver, send, delivered, troubles };
}

test('packets of another payload type are dropped before they disturb the sequence', () => {
  // a maker sends extra packets of type 50 that reuse the number before them
  const { send, delivered, receiver } = setup();
  expect(send({ seq: 10 })).toBe(true);
  expect(send({ seq: 10, pt: 50 })).toBe(false);
  send({ seq: 11 });
  expect(delivered.map(({ seq, lostBefore }) => [seq, lostBefore])).toEqual([
    [10, 0],
    [11, 0],
  ]);
  expect(receiver.lost).toBe(0);
});

test('a gap is told with the packet behind it; late and double packets are dropped and counted', () => {
  const { send, delivered, troubles, receiver } = setup();
  for (const seq of [10, 13, 11, 13, 14]) send({ seq });
  expect(delivered.map(({ seq, lostBefore }) => [seq, lostBefore])).toEqual([
    [10, 0],
    [13, 2],
    [14, 0],
  ]);
  expect(troubles).toEqual(['RTP packet came too late', 'RTP packet came twice']);
  expect(receiver.lost).toBe(2);
});

test('a packet that is kept aside survives the buffer it was read from', () => {
  const payloads: number[] = [];
  const receiver = new RtpReceiver({
    payloadType: 96,
    clockRate: 90_000,
    announcedSsrc: undefined,
    onPacket: ({ payload }) => void payloads.push(payload[0] ?? -1),
    onTrouble: () => {},
  });
  const buffer = Buffer.alloc(13);
  for (const seq of [1, 40_000, 40_001]) {
    encode({ seq }).copy(buffer);
    buffer[12] = seq & 0xff;
    receiver.receive(buffer, 0, 13, 0, 0);
    buffer.fill(0xa5);
  }
  expect(payloads).toEqual([1, 40_000 & 0xff, 40_001 & 0xff]);
});

test('a restart of the numbering loses no packet but is told as a loss', () => {
  const { send, delivered } = setup();
  for (const seq of [10, 40_000, 40_001, 40_002]) send({ seq });
  expect(delivered.map(({ seq, lostBefore }) => [seq, lostBefore])).toEqual([
    [10, 0],
    [40_000, 1],
    [40_001, 0],
    [40_002, 0],
  ]);
});

test('a stray packet with a wild number is forgotten', () => {
  const { send, delivered } = setup();
  for (const seq of [10, 40_000, 11, 12]) send({ seq });
  expect(delivered.map(({ seq }) => seq)).toEqual([10, 11, 12]);
});

test('packets that leak in from an old session are kept out as long as ours flow', () => {
  const { send, delivered, receiver } = setup();
  for (let index = 0; index < 50; index++) {
    send({ seq: 100 + index, ssrc: 1, atMs: index * 40 });
    for (let leak = 0; leak < 5; leak++)
      send({ seq: 9000 + index * 5 + leak, ssrc: 2, atMs: index * 40 + leak });
  }
  expect(delivered.every(({ ssrc }) => ssrc === 1)).toBe(true);
  expect(receiver.lost).toBe(0);
});

test('a changed SSRC is taken up after the old one was silent, with a loss in between', () => {
  const { send, delivered, receiver } = setup();
  send({ seq: 10, ssrc: 1, atMs: 0 });
  for (let index = 0; index < 20; index++) send({ seq: 500 + index, ssrc: 2, atMs: 40 * (index + 1) });
  const fresh = delivered.filter(({ ssrc }) => ssrc === 2);
  expect(fresh[0]).toEqual({ seq: 512, ssrc: 2, lostBefore: 1 }); // the packet at 520 ms
  expect(fresh).toHaveLength(8);
  expect(receiver.ssrc).toBe(2);
  expect(receiver.lost).toBe(1);
});

test('foreign packets that do not follow each other are never taken up', () => {
  const { send, delivered } = setup();
  send({ seq: 10, ssrc: 1, atMs: 0 });
  for (let index = 0; index < 20; index++)
    send({ seq: (index * 7919) & 0xffff, ssrc: 2, atMs: 1000 + index });
  expect(delivered).toHaveLength(1);
});

test('the SSRC announced in SETUP is taken up at once', () => {
  const { send, delivered } = setup(2);
  send({ seq: 10, ssrc: 1, atMs: 0 }); // a leaked packet came first
  send({ seq: 500, ssrc: 2, atMs: 1 });
  expect(delivered).toEqual([
    { seq: 10, ssrc: 1, lostBefore: 0 },
    { seq: 500, ssrc: 2, lostBefore: 1 },
  ]);
});

test('sender reports of the locked source only, and none that carries no clock', () => {
  const { send, receiver } = setup();
  const report = {
    type: 'sender-report',
    ssrc: 1,
    ntpSeconds: 0xe9d4_b2a0,
    ntpFraction: 0x8000_0000,
    rtpTimestamp: 5,
  } as const;
  expect(receiver.receiveRtcp([report], 0)).toBeUndefined(); // nothing locked yet
  send({ seq: 10 });
  expect(receiver.receiveRtcp([{ ...report, ssrc: 9 }], 0)).toBeUndefined();
  expect(receiver.receiveRtcp([{ ...report, ntpSeconds: 0, ntpFraction: 0 }], 0)).toBeUndefined();
  expect(receiver.receiveRtcp([report], 0)).toBe(report);
});

test('BYE counts until the source sends again', () => {
  const { send, receiver } = setup();
  send({ seq: 10 });
  receiver.receiveRtcp([{ type: 'goodbye', ssrcs: [9] }], 0);
  expect(receiver.saidGoodbye).toBe(false);
  receiver.receiveRtcp([{ type: 'goodbye', ssrcs: [1] }], 0);
  expect(receiver.saidGoodbye).toBe(true);
  send({ seq: 11 });
  expect(receiver.saidGoodbye).toBe(false);
});

test('the report block: loss of the interval and of all time, sender report times', () => {
  const { send, receiver } = setup();
  expect(receiver.takeReportBlock(0)).toBeUndefined();
  send({ seq: 65_534, atMs: 0, ts: 0 });
  send({ seq: 1, atMs: 40, ts: 3600 }); // 2 lost, 2 came
  receiver.receiveRtcp(
    [{ type: 'sender-report', ssrc: 1, ntpSeconds: 0xe9d4_b2a0, ntpFraction: 0x8123_4567, rtpTimestamp: 5 }],
    1000,
  );
  expect(receiver.takeReportBlock(2500)).toEqual({
    ssrc: 1,
    fractionLost: 128,
    cumulativeLost: 2,
    extendedHighest: 0x1_0001,
    jitter: 0, // 40 ms and 3 600 ticks are the same
    lastSenderReport: 0xb2a0_8123,
    delaySinceLastSenderReport: 98_304, // 1.5 s
  });
  send({ seq: 2, atMs: 80, ts: 7200 });
  expect(receiver.takeReportBlock(2500)).toMatchObject({ fractionLost: 0, cumulativeLost: 2 });
});

test('jitter follows RFC 3550 appendix A.8', () => {
  const { send, receiver } = setup();
  send({ seq: 1, atMs: 0, ts: 0xffff_ff00 });
  send({ seq: 2, atMs: 56, ts: 0xffff_ff00 + 3600 - 2 ** 32 }); // 16 ms late = 1 440 ticks
  expect(receiver.takeReportBlock(100)?.jitter).toBeCloseTo(1440 / 16, 6);
});

test('after a change of the source the next report is about the new one', () => {
  const { send, receiver } = setup(2);
  for (let seq = 1; seq <= 100; seq++) send({ seq, ssrc: 1 });
  receiver.takeReportBlock(0);
  for (const seq of [500, 502, 503, 504]) send({ seq, ssrc: 2 });
  // 4 came, 1 was skipped, 1 stands for the change
  expect(receiver.takeReportBlock(0)).toMatchObject({
    ssrc: 2,
    fractionLost: Math.floor((2 * 256) / 6),
    cumulativeLost: 2,
    extendedHighest: 504,
  });
});

test('with a window packets are put in order first, and each kind of trouble is counted once', async () => {
  const clock = new VirtualClock();
  const { receiver, send, delivered } = setup(undefined, clock);
  for (const seq of [1, 3, 2, 3, 4, 4, 7]) send({ seq });
  await clock.advance(100);
  send({ seq: 6 }); // its place was given up
  send({ seq: 8 });
  expect(delivered.map(({ seq, lostBefore }) => [seq, lostBefore])).toEqual([
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 0],
    [7, 2],
    [8, 0],
  ]);
  expect(receiver.counts).toEqual({ lost: 2, late: 1, reordered: 1, duplicates: 2 });
  receiver.close();
  expect(clock.pendingTimers).toBe(0);
});

test.each([
  ['forward', [1, 2, 30_000, 30_001, 30_003, 30_002], [1, 2, 30_000, 30_001, 30_002, 30_003]],
  ['backward', [30_000, 30_001, 5, 6, 8, 7], [30_000, 30_001, 5, 6, 7, 8]],
])(
  'with a window a restart of the numbering %s is followed, and order kept behind it',
  (_name, sent, expected) => {
    const clock = new VirtualClock();
    const { receiver, send, delivered } = setup(undefined, clock);
    for (const seq of sent) send({ seq });
    expect(delivered.map(({ seq }) => seq)).toEqual(expected);
    receiver.close();
    expect(clock.pendingTimers).toBe(0);
  },
);

test('with a window a changed SSRC starts anew, without what was kept of the old one', () => {
  const clock = new VirtualClock();
  const { receiver, send, delivered } = setup(2, clock);
  for (const seq of [1, 3]) send({ seq });
  send({ seq: 9000, ssrc: 2 });
  send({ seq: 9001, ssrc: 2 });
  expect(delivered.map(({ seq, ssrc, lostBefore }) => [seq, ssrc, lostBefore])).toEqual([
    [1, 1, 0],
    [9000, 2, 1],
    [9001, 2, 0],
  ]);
  receiver.close();
  expect(clock.pendingTimers).toBe(0);
});

test.each([false, true])(
  'any packets at all: only a MediaError comes out, counts are whole (window: %s)',
  async (hasWindow) => {
    const sent = fc.record({
      seq: fc.oneof(fc.nat(65_535), fc.nat(5)),
      ssrc: fc.constantFrom(1, 2, 3),
      pt: fc.constantFrom(96, 97, 200),
      ts: fc.nat(2 ** 32 - 1),
      atMs: fc.nat(20_000),
    });
    const bytes = fc.oneof(
      sent.map(encode),
      fc.uint8Array({ maxLength: 60 }).map((raw) => Buffer.from(raw)),
      fc.uint8Array({ maxLength: 60 }).map((raw) => Buffer.from([0x80 | (raw[0] ?? 0), 96, ...raw])),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(bytes, fc.nat(3_000)), { maxLength: 60 }), async (packets) => {
        const clock = new VirtualClock();
        const { receiver, delivered } = setup(undefined, hasWindow ? clock : undefined);
        let accepted = 0;
        for (const [packet, waitMs] of packets) {
          await clock.advance(waitMs);
          try {
            if (receiver.receive(packet, 0, packet.length, clock.monotonic(), clock.now())) accepted++;
          } catch (error) {
            expect(error).toBeInstanceOf(MediaError);
          }
        }
        receiver.close();
        expect(delivered.length).toBeLessThanOrEqual(packets.length);
        expect(accepted).toBeLessThanOrEqual(packets.length);
        for (const { lost, late, duplicates, reordered } of [receiver.counts])
          for (const count of [lost, late, duplicates, reordered]) expect(count).toBeGreaterThanOrEqual(0);
        expect(clock.pendingTimers).toBe(0);
      }),
    );
  },
);
