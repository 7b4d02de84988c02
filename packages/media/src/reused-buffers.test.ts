/**
 * Nothing behind the socket keeps a view of what was read: the bytes are overwritten after each read here, and the samples must be
 * those of the clip to the last byte, also the ones that were handed out long ago.
 */
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { expect, it } from 'vitest';
import { openSourceWith } from './rtsp-source.ts';
import { openSessionWith } from './rtsp/rtsp-client.ts';
import { connectRtsp } from './rtsp/rtsp-connection.ts';
import type { MediaEvent, Sample } from './sample.ts';
import type { RtspTransport } from './source-definition.ts';
import { openFakeCamera } from './testing/fake-camera.ts';
import type { FakeFaults } from './testing/fake-faults.ts';
import { SeededRandom } from './testing/random.ts';
import { createSyntheticClip } from './testing/synthetic-clip.ts';

const SECONDS = 12;
const CLIP = createSyntheticClip({
  width: 320,
  height: 240,
  barRows: 1, // two slices a picture
  gop: 25,
  pictures: 100,
  fillerBytes: 9_000, // several slabs in the time of the test
  audio: { sampleRate: 16_000, channels: 1 },
});
/** Each picture as a sample has it: units with 4-byte lengths. */
const PICTURES = CLIP.video.pictures.map(({ nals }) =>
  Buffer.concat(
    nals
      .filter((nal) => ((nal[0] ?? 0) & 31) !== 6)
      .flatMap((nal) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(nal.length);
        return [length, nal];
      }),
  ),
);

/** Connects as ever, but each read comes in pieces of up to `largest` bytes, in memory that is overwritten after each. */
function connectPoisoned(largest: number): typeof connectRtsp {
  const random = new SeededRandom(largest);
  const memory = Buffer.alloc(largest);
  return async (options) => {
    const connection = await connectRtsp(options);
    const read = connection.read.bind(connection);
    connection.read = (chunk) => {
      for (let at = 0; at < chunk.length;) {
        const copied = chunk.copy(memory, 0, at, at + 1 + Math.floor(random.next() * largest));
        read(memory.subarray(0, copied));
        memory.fill(0xa5);
        at += copied;
      }
      chunk.fill(0xa5);
    };
    return connection;
  };
}

async function play(
  largest: number,
  faults: Partial<FakeFaults>,
  transport?: RtspTransport,
): Promise<readonly Sample[]> {
  const clock = new VirtualClock();
  await using camera = await openFakeCamera({
    mounts: [{ path: '/live', clip: CLIP }],
    clock,
    faults,
    ...(transport === 'http' ? { tunnel: {} } : {}),
  });
  const events: MediaEvent[] = [];
  const opening = openSourceWith((options) => openSessionWith(connectPoisoned(largest), options), {
    source: { url: camera.url(), username: undefined, password: undefined, transport },
    onEvent: (event) => events.push(event),
    clock,
    logger: silentLogger,
    signal: new AbortController().signal,
  });
  let isOpen = false;
  opening.then(() => (isOpen = true)).catch(() => {});
  for (let turn = 0; turn < 500 && !isOpen; turn++) {
    // the first datagram, which opening waits for, needs the time to go on
    if (turn % 50 === 49) await clock.advance(40);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await using _source = await opening;
  for (let frame = 0; frame < SECONDS * 25; frame++) {
    await clock.advance(40);
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  return events.flatMap((event) => (event.type === 'sample' ? [event.sample] : []));
}

it.each<[string, number, Partial<FakeFaults>, RtspTransport?]>([
  ['whole reads', 64 * 1024, {}],
  ['pieces of a packet', 900, {}],
  ['a few bytes at a time', 40, { mtuBytes: 500 }],
  ['aggregated units, no markers', 3000, { aggregate: true, markers: false }],
  ['over HTTP, in pieces', 900, {}, 'http'],
  ['datagrams', 900, {}, 'udp'],
  ['datagrams that are swapped and doubled', 900, { reorderRate: 0.2, duplicateRate: 0.1 }, 'udp'],
  ['large datagrams', 900, { mtuBytes: 10_000 }, 'udp'],
])('%s: every sample is the clip, to the byte', async (_name, largest, faults, transport) => {
  const samples = await play(largest, faults, transport);
  const pictures = samples.filter(({ kind }) => kind === 'video');
  expect(pictures.length).toBeGreaterThan((SECONDS - 2) * 25);
  const first = PICTURES.findIndex((picture) => pictures[0]?.data.equals(picture) === true);
  expect(first).toBeGreaterThanOrEqual(0);
  const wrong = pictures.filter(
    ({ data }, at) => PICTURES[(first + at) % PICTURES.length]?.equals(data) !== true,
  );
  expect(wrong).toEqual([]);
  const sounds = samples.filter(({ kind }) => kind === 'audio');
  expect(sounds.length).toBeGreaterThan((SECONDS - 2) * 15);
  const frames = CLIP.audio?.frames ?? [];
  expect(sounds.filter(({ data }) => !frames.some((frame) => frame.equals(data)))).toEqual([]);
});
