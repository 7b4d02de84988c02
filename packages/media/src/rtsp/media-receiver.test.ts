import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { expect, test } from 'vitest';
import { ErrorTally } from '../error-tally.ts';
import { MediaReceiver } from './media-receiver.ts';

const VIDEO = {
  kind: 'video' as const,
  payloadType: 96,
  encoding: 'H264',
  clockRate: 90_000,
  channels: 1,
  fmtp: new Map<string, string>(),
  control: undefined,
  framerate: undefined,
};

function rtp(seq: number, payloadBytes: number): Buffer {
  const bytes = Buffer.alloc(12 + payloadBytes);
  bytes[0] = 0x80;
  bytes[1] = 96;
  bytes.writeUInt16BE(seq, 2);
  return bytes;
}

function setup() {
  const clock = new VirtualClock(1000);
  const packets: { seq: number; lostBefore: number; arrivalMs: number }[] = [];
  const tally = new ErrorTally({ clock, logger: silentLogger, message: 'trouble' });
  const receiver = new MediaReceiver({
    handler: {
      onRtp: (_track, packet, lostBefore, arrivalMs) =>
        void packets.push({ seq: packet.sequenceNumber, lostBefore, arrivalMs }),
      onSenderReport: () => {},
    },
    clock,
    tally,
    ssrc: 1,
    cname: 'x',
  });
  receiver.addTrack(0, VIDEO, { rtp: 0, rtcp: 1 }, { announcedSsrc: undefined });
  const send = (channel: number, bytes: Buffer) => {
    receiver.onChunk();
    receiver.onFrame(channel, bytes, 0, bytes.length);
  };
  return { clock, packets, tally, receiver, send };
}

test('early frames keep the time at which they came', async () => {
  const { clock, packets, receiver, send } = setup();
  send(0, rtp(1, 10));
  await clock.advance(40);
  send(0, rtp(2, 10));
  await clock.advance(40);
  receiver.start();
  send(0, rtp(3, 10));
  expect(packets.map(({ arrivalMs }) => arrivalMs)).toEqual([1000, 1040, 1080]);
});

test('early frames beyond 2 MiB are dropped and show as loss; those of nobody take no room', () => {
  const { packets, tally, receiver, send } = setup();
  for (let index = 0; index < 100; index++) send(77, rtp(index, 60_000));
  for (let seq = 0; seq < 40; seq++) send(0, rtp(seq, 60_000));
  receiver.start();
  expect(packets).toHaveLength(34); // 34 x 60 012 bytes fit into 2 MiB
  expect(tally.total).toBe(6);
  send(0, rtp(40, 10));
  expect(packets.at(-1)).toMatchObject({ seq: 40, lostBefore: 6 });
});

test('many small early frames are bounded as well', () => {
  const { packets, receiver, send } = setup();
  for (let seq = 0; seq < 5000; seq++) send(0, rtp(seq, 1));
  receiver.start();
  expect(packets).toHaveLength(4096);
});

test('stopping in the middle of handing out early frames stops', () => {
  const { packets, receiver, send } = setup();
  send(0, rtp(1, 1));
  receiver.stop();
  receiver.start();
  send(0, rtp(2, 1));
  expect(packets).toEqual([]);
});

test('an early frame does not keep the chunk it came in', () => {
  const { packets, receiver } = setup();
  const chunk = Buffer.concat([rtp(7, 1), Buffer.alloc(60_000)]);
  receiver.onFrame(0, chunk, 0, 13);
  chunk.fill(0xff); // what is kept is a copy
  receiver.start();
  expect(packets).toMatchObject([{ seq: 7 }]);
});
