/** Sessions over UDP, against the fake camera on the real loopback and virtual time. */
import { createSocket } from 'node:dgram';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { expect, test } from 'vitest';
import { openFakeCamera, type FakeCamera } from '../testing/fake-camera.ts';
import type { FakeFaults } from '../testing/fake-faults.ts';
import { createSyntheticClip } from '../testing/synthetic-clip.ts';
import type { SourceDefinition } from '../source-definition.ts';
import type { RtspSessionOptions } from './rtsp-session.ts';
import { ErrorTally } from '../error-tally.ts';
import { MediaReceiver } from './media-receiver.ts';
import { parseSdp } from './sdp.ts';
import { client, rtp, until } from './testing/recorded-client.ts';
import { TransportMemory } from './transport-memory.ts';
import { UdpTransport } from './udp-transport.ts';

const CLIP = createSyntheticClip({
  width: 320,
  height: 240,
  gop: 25,
  pictures: 50,
  fillerBytes: 4000, // several packets a picture
  audio: { sampleRate: 16_000, channels: 1 },
});

async function watch(
  transport: SourceDefinition['transport'],
  faults: Partial<FakeFaults>,
  overrides: Partial<RtspSessionOptions> = {},
) {
  const source = { url: '', username: undefined, password: undefined, transport };
  const made = client('', overrides);
  const camera = await openFakeCamera({
    mounts: [{ path: '/live', clip: CLIP }],
    clock: made.clock,
    faults,
  });
  const options = { ...made.options, source: { ...source, url: camera.url() } };
  const open = () => made.openWith(options);
  /** Opens while the time goes on, as cameras send by the clock. */
  const openInTime = async () => {
    let isDone = false;
    const opening = open().finally(() => (isDone = true));
    opening.catch(() => {});
    for (let step = 0; step < 400 && !isDone; step++) await play(made.clock, 40);
    return opening;
  };
  return { ...made, camera, open: openInTime };
}

/** Lets `ms` pass in steps of a picture; what is sent in between arrives. */
async function play(clock: { advance(ms: number): Promise<void> }, ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 40) {
    await clock.advance(40);
    for (let turn = 0; turn < 6; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

const numbersOf = (packets: readonly { track: number; seq: number }[], track: number) =>
  packets.filter((packet) => packet.track === track).map(({ seq }) => seq);

function expectConsecutive(numbers: readonly number[]): void {
  expect(numbers.length).toBeGreaterThan(20);
  numbers.forEach((number, at) => {
    if (at > 0) expect(number).toBe(((numbers[at - 1] ?? 0) + 1) & 0xffff);
  });
}

test('plays over UDP: in order, with reports and a goodbye, and leaves nothing behind', async () => {
  const { camera, open, packets, reports, clock } = await watch('udp', {});
  await using _camera = camera;
  const session = await open();
  expect(session.path).toEqual({ transport: 'udp', tls: undefined });
  await play(clock, 12_000);
  expectConsecutive(numbersOf(packets, 0));
  expectConsecutive(numbersOf(packets, 1));
  expect(reports.length).toBeGreaterThanOrEqual(2);
  expect(camera.counters.receiverReports).toBeGreaterThanOrEqual(4);
  expect(session.packets).toEqual({ lost: 0, late: 0, reordered: 0, duplicates: 0 });
  await session.close();
  await session.ended;
  await play(clock, 40);
  expect([camera.counters.goodbyes, camera.counters.teardowns]).toEqual([2, 1]);
  await camera.close();
  expect(clock.pendingTimers).toBe(0);
});

test('swapped and doubled packets are put right', async () => {
  const { camera, open, packets, clock } = await watch('udp', { reorderRate: 0.2, duplicateRate: 0.1 });
  await using _camera = camera;
  await using session = await open();
  await play(clock, 5000);
  expectConsecutive(numbersOf(packets, 0));
  expect(packets.filter(({ lostBefore }) => lostBefore > 0)).toEqual([]);
  expect(session.packets).toMatchObject({ lost: 0 });
  expect(session.packets.reordered).toBeGreaterThan(10);
  expect(session.packets.duplicates).toBeGreaterThan(10);
});

test('what is lost is told with the packet behind it, and counted', async () => {
  const { camera, open, packets, clock } = await watch('udp', { lossRate: 0.05, reorderRate: 0.05 });
  await using _camera = camera;
  await using session = await open();
  await play(clock, 8000);
  camera.setFault({ lossRate: 0, reorderRate: 0 });
  await play(clock, 400);
  for (const track of [0, 1]) {
    const numbers = numbersOf(packets, track);
    expect(numbers).toEqual([...new Set(numbers)]);
  }
  const told = packets.reduce((sum, { lostBefore }) => sum + lostBefore, 0);
  expect(told).toBeGreaterThan(10);
  expect(told).toBe(session.lostPackets);
});

test.each<[string, Partial<FakeFaults>]>([
  ['does not name its ports', { serverPort: 'missing' }],
  ['names port 0', { serverPort: 'zero' }],
  ['sends from a port that it did not name', { udpFromOtherPort: true }],
])('a camera that %s', async (_name, faults) => {
  const { camera, open, packets, clock } = await watch('udp', faults);
  await using _camera = camera;
  await using session = await open();
  await play(clock, 6000);
  expect(session.path.transport).toBe('udp');
  expectConsecutive(numbersOf(packets, 0));
  // learnt from the packets: reports go somewhere
  expect(session.lostPackets).toBe(0);
});

test.each<[SourceDefinition['transport'], Partial<FakeFaults>, 'tcp' | 'udp']>([
  ['auto', {}, 'tcp'],
  [undefined, { transports: 'udp' }, 'udp'],
  ['auto', { insistsOn: 'udp' }, 'udp'],
  ['udp', { transports: 'tcp' }, 'tcp'],
  ['udp', { insistsOn: 'tcp' }, 'tcp'],
  ['udp', { udpSilent: true }, 'tcp'],
])('%s at a camera with %j plays over %s, after a description of its own', async (chosen, faults, used) => {
  const { camera, open, packets, clock } = await watch(chosen, faults);
  await using _camera = camera;
  await using session = await open();
  expect(session.path.transport).toBe(used);
  await play(clock, 2000);
  expectConsecutive(numbersOf(packets, 0));
  const connections = camera.counters.connections;
  expect(camera.counters.requests['DESCRIBE']).toBe(connections);
});

test('what worked is remembered: the next attempt does not wait again', async () => {
  const memory = new TransportMemory();
  const { camera, open, clock } = await watch('udp', { udpSilent: true }, { memory });
  await using _camera = camera;
  await (await open()).close();
  expect(camera.counters.connections).toBe(2);
  const beforeMs = clock.monotonic();
  await (await open()).close();
  expect(camera.counters.connections).toBe(3);
  expect(clock.monotonic() - beforeMs).toBeLessThan(1000);
});

test.each<[SourceDefinition['transport'], Partial<FakeFaults>, string, RegExp]>([
  ['tcp', { transports: 'udp' }, 'SOURCE_REFUSED', /TCP/],
  ['auto', { transports: 'udp', udpSilent: true }, 'SOURCE_TIMEOUT', /UDP/],
])('%s at a camera with %j fails with %s', async (chosen, faults, code, message) => {
  const { camera, open, clock } = await watch(chosen, faults);
  await using _camera = camera;
  await expect(open()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  await camera.close();
  expect(clock.pendingTimers).toBe(0);
});

test('the signal ends the wait for the first datagram', async () => {
  const { camera, open, clock, controller } = await watch('udp', { udpSilent: true });
  await using _camera = camera;
  const opening = open();
  const failed = expect(opening).rejects.toThrow('enough');
  for (let turn = 0; turn < 200 && camera.counters.sessionsOpened === 0; turn++) await play(clock, 40);
  controller.abort(new Error('enough'));
  await failed;
  await camera.close();
  expect(clock.pendingTimers).toBe(0);
});

test('the session ends when the connection that controls it does', async () => {
  const { camera, open, clock } = await watch('udp', {});
  await using _camera = camera;
  const session = await open();
  const failed = expect(session.ended).rejects.toMatchObject({ code: 'SOURCE_CLOSED' });
  camera.dropConnections();
  await failed;
  await camera.close();
  expect(clock.pendingTimers).toBe(0);
});

test('datagrams of strangers are dropped, and nothing is sent where no camera may be', async () => {
  const asked: [string, number][] = [];
  const { camera, open, packets, clock } = await watch(
    'udp',
    {},
    {
      isAddressAllowed: (address, port) => {
        asked.push([address, port]);
        return port === listeningPort(camera);
      },
    },
  );
  await using _camera = camera;
  await using session = await open();
  await play(clock, 6000);
  // asked for the camera's UDP ports, refused, so no report left
  expect(asked.some(([, port]) => port !== camera.port)).toBe(true);
  expect(camera.counters.receiverReports).toBe(0);
  const stranger = createSocket('udp4');
  await new Promise<void>((resolve) => stranger.bind(0, '127.0.0.2', resolve));
  const before = session.lostPackets;
  const jump = Buffer.alloc(40);
  jump[0] = 0x80;
  jump[1] = 96;
  for (let port = 1024; port < 1034; port++) stranger.send(jump, port, '127.0.0.1');
  await play(clock, 400);
  stranger.close();
  expect(session.lostPackets).toBe(before);
  expectConsecutive(numbersOf(packets, 0));
});

const listeningPort = (camera: FakeCamera) => camera.port;

/** One track over UDP, without a session around it. */
async function bareTrack() {
  const clock = new VirtualClock(1000);
  const packets: number[] = [];
  const tally = new ErrorTally({ clock, logger: silentLogger, message: 'trouble' });
  const receiver = new MediaReceiver({
    handler: {
      onRtp: (_track, packet) => void packets.push(packet.sequenceNumber),
      onSenderReport: () => {},
    },
    clock,
    tally,
    ssrc: 1,
    cname: 'x',
  });
  const transport = new UdpTransport({
    receiver,
    clock,
    tally,
    logger: silentLogger,
    rules: { refused: 'none' },
    localAddress: '::ffff:127.0.0.1',
    remoteAddress: '::ffff:127.0.0.1',
  });
  const offer = await transport.offer('AVP');
  const [media] = parseSdp(Buffer.from('m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n')).media;
  if (media === undefined) throw new Error('no media');
  const port = Number(/client_port=(\d+)/.exec(offer.header)?.[1]);
  const camera = createSocket('udp4');
  await new Promise<void>((resolve) => camera.bind(0, '127.0.0.1', resolve));
  return {
    clock,
    packets,
    tally,
    transport,
    receiver,
    port,
    camera,
    accept: (answer: string) => offer.accept(answer, 0, media),
    [Symbol.dispose]: () => {
      transport.close();
      receiver.stop();
      tally.close();
      camera.close();
      expect(clock.pendingTimers).toBe(0);
    },
  };
}

test('ports are an even one and the next, and free again afterwards', async () => {
  const track = await bareTrack();
  expect(track.port % 2).toBe(0);
  track[Symbol.dispose]();
  for (const port of [track.port, track.port + 1]) {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: '127.0.0.1', port, exclusive: true }, resolve);
    });
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
});

test('a packet goes out on both ports, to those that the answer names', async () => {
  using track = await bareTrack();
  const seen: string[] = [];
  track.camera.on('message', (bytes, from) =>
    seen.push(`${from.port - track.port} ${bytes.toString('hex', 0, 4)}`),
  );
  const { port } = track.camera.address();
  // the camera of this test hears both on one socket
  track.accept(`RTP/AVP;unicast;server_port=${port}-${port}`);
  await until(() => seen.length === 1);
  expect(seen).toEqual(['0 80000000']);
});

test('reports go to the port that RTCP comes from, once it does', async () => {
  using track = await bareTrack();
  track.accept('RTP/AVP;unicast');
  track.receiver.start();
  const seen: string[] = [];
  track.camera.on('message', (bytes) => seen.push(bytes.toString('hex', 0, 2)));
  track.transport.sendReport(1, Buffer.from('80c90001', 'hex')); // to nobody yet
  track.camera.send(
    Buffer.from('80c8000600000007b44db7052000000000015f9000000001000000ff', 'hex'),
    track.port + 1,
    '127.0.0.1',
  );
  track.camera.send(rtp(1), track.port, '127.0.0.1');
  await until(() => track.packets.length === 1);
  track.transport.sendReport(1, Buffer.from('81c90007', 'hex'));
  await until(() => seen.length === 1);
  expect(seen).toEqual(['81c9']);
});

test('a flood of datagrams: what is too much in a second is not looked at', async () => {
  using track = await bareTrack();
  track.accept('RTP/AVP;unicast');
  track.receiver.start();
  const send = async (from: number, count: number) => {
    for (let seq = from; seq < from + count; seq++) {
      track.camera.send(rtp(seq & 0xffff), track.port, '127.0.0.1');
      if (seq % 50 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  await send(0, 14_000);
  expect(track.packets.length).toBeGreaterThan(6000);
  expect(track.packets.length).toBeLessThanOrEqual(12_001);
  await track.clock.advance(1000);
  const before = track.packets.length;
  await send(14_000, 300);
  await track.clock.advance(200);
  expect(track.packets.length).toBeGreaterThan(before);
});

test('a flood of somebody else uses up nothing of the camera', async () => {
  using track = await bareTrack();
  track.accept('RTP/AVP;unicast');
  track.receiver.start();
  track.camera.send(rtp(1), track.port, '127.0.0.1');
  await until(() => track.packets.length === 1);
  const stranger = createSocket('udp4');
  const sent = Promise.withResolvers<void>();
  let left = 14_000;
  for (let count = left; count > 0; count--) {
    stranger.send(rtp(9), track.port, '127.0.0.1', () => void (--left === 0 && sent.resolve()));
    if (count % 50 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await sent.promise;
  await until(() => track.tally.total > 12_000);
  track.camera.send(rtp(2), track.port, '127.0.0.1');
  await until(() => track.packets.length === 2);
  stranger.close();
});

test('whatever comes as a datagram costs nothing but itself', async () => {
  using track = await bareTrack();
  track.accept('RTP/AVP;unicast');
  track.receiver.start();
  const junk = [Buffer.alloc(0), Buffer.from('80'), Buffer.alloc(12), Buffer.alloc(9000, 0xff), rtp(1, 50)];
  for (const bytes of junk) {
    track.camera.send(bytes, track.port, '127.0.0.1');
    track.camera.send(bytes, track.port + 1, '127.0.0.1');
  }
  track.camera.send(rtp(1), track.port, '127.0.0.1');
  await until(() => track.packets.length === 1);
});

test.each(['RTP/AVP/TCP;interleaved=0-1', 'RTP/AVP;multicast;destination=239.0.0.1;port=5000-5001'])(
  'an answer that means something else: %s',
  async (answer) => {
    using track = await bareTrack();
    expect(() => track.accept(answer)).toThrow('other transport');
  },
);
