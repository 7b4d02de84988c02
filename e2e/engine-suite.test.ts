/**
 * One list of checks for the engine, against everybody who sends: our simulator, GStreamer, ffmpeg, MediaMTX and go2rtc. The engine
 * runs in a process of its own; the streams of a peer are watched side by side, and each test judges what was seen of one.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  BORN,
  DEADLY,
  openFaultyCameras,
  surviveDeadly,
  watchBorn,
  type BornFault,
  type DeadlyFault,
  type Survived,
} from './support/engine-faults.ts';
import { EngineHost } from './support/engine-host.ts';
import {
  openFfmpeg,
  openGo2rtc,
  openGStreamer,
  openMediamtx,
  openSimulator,
  type OpenPeer,
  type Peer,
  type PeerStream,
} from './support/engine-peers.ts';
import { eventually, median } from './support/eventually.ts';
import {
  datedAges,
  findFall,
  keyframeDistances,
  paceOf,
  type RecordedSegment,
} from './support/hls-recorder.ts';
import { describeWith, type Requirement } from './support/requirements.ts';
import { watchStream, type Watched } from './support/watch-stream.ts';

const LIVE_WITHIN_MS = 10_000;
const WATCHED_MS = 12_000;

/** The end of a segment is seen to appear at most a key frame, a reload and what a busy machine takes later. */
const NEW_WITHIN_S = 1.5;

/** Dates are true: no segment is seen before its end, and usually it is seen soon after. */
function expectTrueDates(segments: readonly RecordedSegment[], of: string): void {
  const ages = datedAges(segments);
  expect(ages.length, `${of}: dates`).toBeGreaterThan(2);
  expect(Math.min(...ages), `${of}: age of the end of a new segment, least`).toBeGreaterThan(-0.2);
  expect(median(ages), `${of}: age of the end of a new segment`).toBeLessThan(NEW_WITHIN_S);
}

/** Media comes as fast as time passes. */
function expectPace(segments: readonly RecordedSegment[], of: string, least = 0.9): void {
  const pace = paceOf(segments);
  expect(pace, `${of}: media seconds per second`).toBeGreaterThan(least);
  expect(pace, `${of}: media seconds per second`).toBeLessThan(1.1);
}

describeAgainst('our simulator', ['ffmpeg'], openSimulator);
describeAgainst('GStreamer', ['ffmpeg', 'gstreamer', 'gstreamer-x265'], openGStreamer);
describeAgainst('ffmpeg', ['ffmpeg'], openFfmpeg);
describeAgainst('MediaMTX', ['ffmpeg', 'gstreamer', 'mediamtx'], openMediamtx);
describeAgainst('go2rtc', ['ffmpeg', 'gstreamer', 'go2rtc'], openGo2rtc);

/** The list of checks against one peer. The names of its streams are known when it is open, so a test goes through all of them. */
function describeAgainst(peerName: string, needs: readonly Requirement[], open: OpenPeer): void {
  describeWith(`the engine against ${peerName}`, needs, () => {
    const stack = new AsyncDisposableStack();
    let host: EngineHost;
    let peer: Peer;
    let watched: ReadonlyMap<PeerStream, Watched>;

    beforeAll(async () => {
      peer = await open(stack);
      const keys = new Map(peer.streams.map((stream) => [stream, `suite-${stream.name}`]));
      host = stack.use(
        await EngineHost.open(
          peer.streams.map((stream) => ({
            key: keys.get(stream) ?? '',
            source: { username: undefined, password: undefined, ...stream.source },
            pull: 'always',
          })),
        ),
      );
      // All of them start at once, which is work for the peer; they are watched when it is done.
      await Promise.all([...keys.values()].map((key) => host.untilState(key, 'live', LIVE_WITHIN_MS)));
      const entries = await Promise.all(
        [...keys].map(async ([stream, key]) => {
          const limits = { liveWithinMs: LIVE_WITHIN_MS, forMs: WATCHED_MS };
          const seen = await watchStream(host, key, stream, limits).catch((error: unknown) => {
            throw new Error(`${stream.name}: ${error instanceof Error ? error.message : String(error)}`);
          });
          return [stream, seen] as const;
        }),
      );
      watched = new Map(entries);
    });
    afterAll(() => stack.disposeAsync());

    /** Judges every stream of these deliveries, by name. */
    const judge = (
      deliveries: readonly NonNullable<PeerStream['delivery']>[],
      look: (stream: PeerStream, seen: Watched) => void,
    ): void => {
      for (const [stream, seen] of watched) {
        if (deliveries.includes(stream.delivery ?? 'media')) look(stream, seen);
      }
    };

    it('every stream is live within ten seconds, as what it is', () => {
      judge(
        ['media', 'pictures', 'relay'],
        ({ name, delivery = 'media', video, audio }, { status, liveAfterMs }) => {
          expect(liveAfterMs, `${name}: live`).toBeLessThan(LIVE_WITHIN_MS);
          expect(status.state, `${name}: in the end`).toBe('live');
          expect(status.delivery, `${name}: delivery`).toBe(delivery);
          if (video !== undefined) expect(status.video, `${name}: picture`).toMatchObject(video);
          if (delivery === 'media') expect(status.audio?.codec, `${name}: sound`).toBe(audio);
        },
      );
    });

    it('nothing was lost, and the connection was one', () => {
      for (const [{ name }, { status }] of watched) {
        expect(status.lostPackets, `${name}: lost packets`).toBe(0);
        const states = host.changes.filter(({ key }) => key === status.key).map(({ state }) => state);
        expect(states, name).toEqual(['connecting', 'live']);
      }
    });

    it('FFmpeg decodes what viewers get without a word, and time only rises', () => {
      judge(['media', 'pictures', 'relay'], ({ name }, { decoded }) => {
        expect(decoded.length, `${name}: stretches`).toBe(1);
        for (const { complaints, packets } of decoded) {
          expect(complaints, name).toBe('');
          expect(findFall(packets), `${name}: decoding times`).toBeUndefined();
        }
      });
    });

    it('segments come as fast as time passes, begin with key frames, and are dated truly', () => {
      judge(['media', 'relay'], ({ name, delivery, gopSeconds }, { segments, decoded, status }) => {
        expectPace(segments, name);
        if (delivery === 'relay') return;
        expectTrueDates(segments, name);
        const packets = decoded.flatMap((stretch) => stretch.packets);
        expect(packets.find(({ kind }) => kind === 'video')?.isKey, `${name}: first picture`).toBe(true);
        if (gopSeconds === undefined) return;
        for (const distance of keyframeDistances(packets))
          expect(Math.abs(distance - gopSeconds), `${name}: key frames`).toBeLessThan(0.25 * gopSeconds);
        expect(status.video?.gopMs, `${name}: measured`).toBeGreaterThan(gopSeconds * 800);
        expect(status.video?.gopMs, `${name}: measured`).toBeLessThan(gopSeconds * 1200);
      });
    });

    it('a viewer by WebSocket gets its configuration, then media', () => {
      judge(['media', 'pictures', 'relay'], ({ name, delivery = 'media' }, { mse }) => {
        const at = mse.findIndex(({ json }) => json?.['type'] === 'config');
        expect(at, `${name}: config`).toBeGreaterThanOrEqual(0);
        const after = mse.slice(at + 1).filter(({ json }) => json === undefined);
        if (delivery === 'relay') {
          expect(after, name).toEqual([]);
          return;
        }
        expect(after.length, `${name}: messages`).toBeGreaterThan(20);
        if (delivery === 'pictures') return;
        expect(after[0]?.box, `${name}: first`).toBe('ftyp');
        expect(new Set(after.slice(1).map(({ box }) => box)), `${name}: then`).toEqual(new Set(['moof']));
      });
    });

    // The last: it ends the engine.
    it('stopped, it leaves the peer in good order and nothing behind', async () => {
      expect(await host.stop()).toEqual([]);
      await eventually('the peer to know', () => peer.isLeft(), { timeoutMs: 5_000 });
    });
  });
}

/** All faults at once, each on a camera of its own; every test judges one. */
describeWith('the engine and a camera with', ['ffmpeg'], () => {
  const stack = new AsyncDisposableStack();
  let host: EngineHost;
  const outcomes = new Map<object, Promise<Watched | Survived>>();
  const outcomeOf = <T extends Watched | Survived>(fault: BornFault | DeadlyFault): Promise<T> =>
    // What was watched belongs to a fault that is born, what was survived to a deadly one: see `beforeAll`.
    (outcomes.get(fault) ?? Promise.reject(new Error('it was not watched'))) as Promise<T>;

  beforeAll(async () => {
    const cameras = await openFaultyCameras(stack);
    host = stack.use(
      await EngineHost.open(
        [...cameras].map(([fault, { key, camera }]) => ({
          key,
          source: { url: camera.url(), username: undefined, password: undefined, ...fault.source },
          pull: 'always',
        })),
      ),
    );
    for (const fault of BORN) {
      const one = cameras.get(fault);
      if (one) outcomes.set(fault, watchBorn(host, fault, one.key, one.camera));
    }
    for (const fault of DEADLY) {
      const one = cameras.get(fault);
      if (one) outcomes.set(fault, surviveDeadly(host, fault, one.key, one.camera));
    }
    await Promise.allSettled(outcomes.values());
  });
  afterAll(() => stack.disposeAsync());

  it.each(BORN)('$name: plays on', async (fault) => {
    const { loss = 'none', stretches = 1, height = 240, hasSound = true } = fault;
    const { status, decoded, segments } = await outcomeOf<Watched>(fault);
    const states = host.changes.filter(({ key }) => key === status.key).map(({ state }) => state);
    expect(states).toEqual(['connecting', 'live']);
    expect(status.video?.height).toBe(height);
    expect(status.audio === undefined).toBe(!hasSound);
    if (loss === 'none') expect(status.lostPackets).toBe(0);
    else expect(status.lostPackets).toBeGreaterThan(0);
    expect(decoded.length).toBe(stretches);
    for (const { complaints, packets } of decoded) {
      expect(complaints).toBe('');
      expect(findFall(packets)).toBeUndefined();
      expect(packets.find(({ kind }) => kind === 'video')?.isKey).toBe(true);
    }
    // Behind a loss time begins anew at the next key frame: what was missing is missing in the media too.
    expectPace(segments, fault.name, loss === 'none' ? 0.9 : 0.4);
    expectTrueDates(segments, fault.name);
  });

  it.each(DEADLY)('$name: says $code in time, and is back when it is over', async (fault) => {
    const { code, toldAfterMs, backAfterMs } = await outcomeOf<Survived>(fault);
    expect(code).toBe(fault.code);
    expect(toldAfterMs).toBeLessThan(fault.withinMs);
    expect(backAfterMs).toBeLessThan(LIVE_WITHIN_MS);
  });

  it('leaves nothing behind', async () => {
    expect(await host.stop()).toEqual([]);
  });
});
