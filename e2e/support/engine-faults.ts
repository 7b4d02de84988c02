/**
 * What the engine has to make of each fault of a camera: play on, or say by a code what is wrong within a time and come back when
 * the fault is over.
 *
 * Not here, because unit tests prove it exactly, on virtual time:
 * - drift over hours, 32-bit wrap, stepped clocks: `timeline/long-run.test.ts`, `timeline/track-clock.test.ts`
 * - no answer, a closed connection, junk and refusals at each step of opening: `rtsp/rtsp-client-failures.test.ts`
 * - wrong logins, stale nonces: `rtsp/rtsp-client-login.test.ts`; keep-alive and session timeouts: `rtsp/playing-session.test.ts`
 * - wrong lengths of descriptions, foreign CSeq: `rtsp/rtsp-client.test.ts`; transports that a camera lacks: `rtsp/udp-transport.test.ts`
 * - a minute without a key frame: `rtsp-source.test.ts`; packetisations and lost fragments: `h264/h264-reader.test.ts`
 * Power pulled: `e2e/power-pull.test.ts`.
 */
import type { MediaErrorCode, SourceDefinition } from '@pantau/media';
import { openFakeCamera, type FakeCamera } from '@pantau/media/testing/fake-camera';
import { NO_FAULTS, type FakeFaults } from '@pantau/media/testing/fake-faults';
import { createSyntheticClip, silentAudio } from '@pantau/media/testing/synthetic-clip';
import type { EngineHost } from './engine-host.ts';
import { eventually } from './eventually.ts';
import { MseClient } from './mse-client.ts';
import { watchStream, type Watched } from './watch-stream.ts';

interface Fault {
  readonly name: string;
  readonly source?: Pick<SourceDefinition, 'transport'>;
  /** From the start. */
  readonly from?: Partial<FakeFaults>;
  /** Once it plays. */
  readonly once?: (camera: FakeCamera) => void;
}

/** A fault through which the stream goes on. */
export interface BornFault extends Fault {
  /** Whether packets are missing afterwards. Default `none`. */
  readonly loss?: 'none' | 'some';
  /** Init segments that a viewer gets. Default 1. */
  readonly stretches?: number;
  /** Height of the picture in the end. Default 240. */
  readonly height?: number;
  /** Default true. */
  readonly hasSound?: boolean;
}

/** A fault that ends the attempt. */
export interface DeadlyFault extends Fault {
  readonly code: MediaErrorCode;
  /** Ms from the fault until it is told. */
  readonly withinMs: number;
}

const HOUR_MS = 3_600_000;
const UDP = { transport: 'udp' } as const;
const SOUND = silentAudio({ sampleRate: 48_000, channels: 1 });
const CLIP = { ...createSyntheticClip({ gop: 25 }), audio: SOUND };
const OTHER_CLIP = { ...createSyntheticClip({ gop: 25, width: 480, height: 320 }), audio: SOUND };

export const BORN: readonly BornFault[] = [
  { name: '2 % of the packets lost, TCP', from: { lossRate: 0.02 }, loss: 'some' },
  { name: '2 % of the packets lost, UDP', source: UDP, from: { lossRate: 0.02 }, loss: 'some' },
  { name: '5 % of the packets swapped, UDP', source: UDP, from: { reorderRate: 0.05 } },
  { name: '5 % of the packets swapped, TCP', from: { reorderRate: 0.05 }, loss: 'some' },
  { name: '10 % of the packets doubled, UDP', source: UDP, from: { duplicateRate: 0.1 } },
  { name: '10 % of the packets doubled, TCP', from: { duplicateRate: 0.1 } },
  { name: 'parameter sets in the stream alone', from: { sprop: false } },
  { name: 'parameter sets in the description alone', from: { inBandFromGop: 0 } },
  { name: 'parameter sets that come late', from: { sprop: false, inBandFromGop: 3 } },
  { name: 'no marker bits', from: { markers: false } },
  { name: 'begun in the middle of a group', from: { joinMidGop: true } },
  {
    name: 'a clock of 1970 and no two crystals alike',
    from: { clockDriftPpm: 500, audioDriftPpm: -900, reportErrorMs: -Date.now() },
  },
  { name: 'no sender reports', from: { senderReports: false } },
  { name: 'timestamps that jump an hour ahead', once: (camera) => camera.jumpTimestamps(HOUR_MS) },
  { name: 'timestamps that jump an hour back', once: (camera) => camera.jumpTimestamps(-HOUR_MS) },
  { name: 'sound that is announced and never sent', from: { audioSilent: true }, hasSound: false },
  {
    name: 'another size in mid-stream',
    once: (camera) => camera.switchClip(OTHER_CLIP),
    stretches: 2,
    height: 320,
  },
  { name: 'UDP that never arrives', source: UDP, from: { udpSilent: true } },
  { name: 'some garbage between the packets', from: { garbageBytes: 40 } },
];

export const DEADLY: readonly DeadlyFault[] = [
  { name: 'silence after PLAY', from: { silent: true }, code: 'SOURCE_TIMEOUT', withinMs: 13_000 },
  {
    name: 'silence in mid-stream',
    once: (camera) => camera.setFault({ silent: true }),
    code: 'SOURCE_TIMEOUT',
    withinMs: 13_000,
  },
  {
    name: 'a half-open connection',
    once: (camera) => camera.setFault({ frozen: true }),
    code: 'SOURCE_TIMEOUT',
    withinMs: 13_000,
  },
  {
    name: 'a connection that is accepted and never served',
    from: { frozen: true },
    code: 'SOURCE_TIMEOUT',
    withinMs: 13_000,
  },
  {
    name: 'a byte of an answer each half second',
    from: { replyByteIntervalMs: 500 },
    code: 'SOURCE_TIMEOUT',
    withinMs: 13_000,
  },
  {
    name: 'more garbage than packets',
    once: (camera) => camera.setFault({ garbageBytes: 20_000 }),
    code: 'RTSP_MALFORMED',
    withinMs: 5_000,
  },
  {
    name: 'connections that are cut',
    once: (camera) => camera.dropConnections(),
    code: 'SOURCE_CLOSED',
    withinMs: 1_000,
  },
  {
    name: 'no parameter sets at all',
    from: { sprop: false, inBandFromGop: 0 },
    code: 'NO_KEYFRAME',
    withinMs: 33_000,
  },
];

/** A camera for each fault, by its key in the engine. */
export async function openFaultyCameras(
  stack: AsyncDisposableStack,
): Promise<ReadonlyMap<Fault, { readonly key: string; readonly camera: FakeCamera }>> {
  const cameras = new Map<Fault, { readonly key: string; readonly camera: FakeCamera }>();
  for (const [index, fault] of [...BORN, ...DEADLY].entries()) {
    const camera = stack.use(
      await openFakeCamera({
        mounts: [{ path: '/live', clip: CLIP }],
        faults: fault.from ?? {},
        seed: index + 1,
      }),
    );
    cameras.set(fault, { key: `faulty-${String(index).padStart(2, '0')}`, camera });
  }
  return cameras;
}

const LIVE_WITHIN_MS = 10_000;
const WATCHED_MS = 14_000;
const FAULT_AFTER_MS = 4_000;

/** Watches a stream through its fault. @throws Error when it is not live in time or has nothing to watch. */
export async function watchBorn(
  host: EngineHost,
  fault: BornFault,
  key: string,
  camera: FakeCamera,
): Promise<Watched> {
  const live = host.untilState(key, 'live', LIVE_WITHIN_MS);
  const timer = setTimeout(() => fault.once?.(camera), FAULT_AFTER_MS);
  try {
    await live;
    return await watchStream(host, key, {}, { liveWithinMs: LIVE_WITHIN_MS, forMs: WATCHED_MS });
  } finally {
    clearTimeout(timer);
  }
}

export interface Survived {
  readonly code: string | undefined;
  /** From the fault until it was told. */
  readonly toldAfterMs: number;
  /** From the end of the fault until a viewer had media again. */
  readonly backAfterMs: number;
}

/** Lets the fault happen with a viewer there, takes it back when it was told, and waits for the picture. @throws Error when one is waited for in vain. */
export async function surviveDeadly(
  host: EngineHost,
  fault: DeadlyFault,
  key: string,
  camera: FakeCamera,
): Promise<Survived> {
  await using viewer = new MseClient(`${host.url.replace('http', 'ws')}/mse/${key}`);
  let fromMs = 0;
  if (fault.once !== undefined) {
    await host.untilState(key, 'live', LIVE_WITHIN_MS);
    await eventually('media', () => viewer.fragments > 10);
    fromMs = host.nowMs;
    fault.once(camera);
  }
  const told = await host.untilState(key, 'retrying', fault.withinMs + 5_000, fromMs);
  const seen = viewer.fragments;
  camera.setFault(NO_FAULTS);
  const overMs = host.nowMs;
  await eventually('media again', () => viewer.fragments > seen, { timeoutMs: 20_000, everyMs: 50 });
  return { code: told.code, toldAfterMs: told.atMs - fromMs, backAfterMs: host.nowMs - overMs };
}
