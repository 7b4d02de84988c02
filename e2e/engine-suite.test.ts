/**
 * One list of checks for the engine, against everybody who sends: our simulator, GStreamer, ffmpeg, MediaMTX and go2rtc. The engine
 * runs in a process of its own; the streams of a peer are watched side by side, and each test judges what was seen of one.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
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
import { eventually } from './support/eventually.ts';
import { datedAges, findFall, keyframeDistances, paceOf } from './support/hls-recorder.ts';
import { describeWith, type Requirement } from './support/requirements.ts';
import { watchStream, type Watched } from './support/watch-stream.ts';

const LIVE_WITHIN_MS = 10_000;
const WATCHED_MS = 12_000;

/** Pantau's standard HLS has segments of two seconds: the end of one appears at once, or with the next key frame. */
const OLDEST_WHEN_NEW_S = 2.5;

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
        expect(paceOf(segments), `${name}: media seconds per second`).toBeGreaterThan(0.9);
        expect(paceOf(segments), `${name}: media seconds per second`).toBeLessThan(1.1);
        if (delivery === 'relay') return;
        for (const age of datedAges(segments)) {
          expect(age, `${name}: age of a segment's end`).toBeGreaterThan(-0.2);
          expect(age, `${name}: age of a segment's end`).toBeLessThan(OLDEST_WHEN_NEW_S);
        }
        expect(datedAges(segments).length, `${name}: dates`).toBeGreaterThan(2);
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
