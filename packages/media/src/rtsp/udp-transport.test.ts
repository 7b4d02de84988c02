/** Sessions over UDP, against the fake camera on the real loopback and virtual time. */
import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { openFakeCamera, type FakeCamera } from '../testing/fake-camera.ts';
import type { FakeFaults } from '../testing/fake-faults.ts';
import { createSyntheticClip } from '../testing/synthetic-clip.ts';
import type { SourceDefinition } from '../source-definition.ts';
import type { RtspSessionOptions } from './rtsp-session.ts';
import { client } from './testing/recorded-client.ts';
import { TransportMemory } from './transport-memory.ts';

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
