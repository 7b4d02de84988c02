import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from './delivery-session.ts';
import { FakeVideo } from './testing/fake-media.ts';
import { FakePeer } from './testing/fake-peer.ts';
import { WhepSession } from './whep-session.ts';

const PAGE = 'https://kota.example';

/** An answer as the server gives it. */
function answered(status = 201, body = 'answer', headers: Record<string, string> = {}): Response {
  const response = new Response(body, { status, headers: { location: '/whep/session/abc', ...headers } });
  Object.defineProperty(response, 'url', { value: `${PAGE}/whep/key` });
  return response;
}

const refused = (status: number, code: string, headers: Record<string, string> = {}) =>
  answered(status, JSON.stringify({ success: false, code }), headers);

function openSession() {
  const clock = new VirtualClock();
  const peer = new FakePeer();
  const video = new FakeVideo();
  const events: SessionEvent[] = [];
  const tracks: object[] = [];
  const stream = { addTrack: (track: object) => void tracks.push(track) };
  const sent: { readonly url: string; readonly init: RequestInit }[] = [];
  const replies: ((response: Response | Error) => void)[] = [];
  const session = new WhepSession({
    url: '/whep/key',
    video: video.element,
    clock,
    emit: (event) => events.push(event),
    createPeer: () => peer.connection,
    // Of a stream only `addTrack` is used.
    createStream: () => stream as unknown as MediaStream,
    send: (url, init) => {
      sent.push({ url, init });
      return new Promise((resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        replies.push((reply) => (reply instanceof Error ? reject(reply) : resolve(reply)));
      });
    },
  });
  /** Answers the newest request, and lets what follows from that happen. */
  const reply = async (response: Response | Error) => {
    replies.at(-1)?.(response);
    await clock.advance(0);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const failures = () => events.flatMap((event) => (event.type === 'failed' ? [event.failure] : []));
  const deletes = () => sent.filter(({ init }) => init.method === 'DELETE');
  return { clock, peer, video, events, session, stream, tracks, sent, reply, failures, deletes };
}

async function openOffered() {
  const all = openSession();
  await all.clock.advance(0);
  all.peer.gathered();
  await all.clock.advance(0);
  return all;
}

async function openConnected() {
  const all = await openOffered();
  await all.reply(answered());
  all.peer.become('connected');
  return all;
}

describe('WhepSession', () => {
  it('posts what it wants to receive once its addresses are known', async () => {
    const { peer, sent, clock } = openSession();
    await clock.advance(900);
    expect(sent).toEqual([]);
    peer.gathered();
    await clock.advance(0);
    expect(peer.transceivers.map(({ direction, receiver }) => [receiver.track.kind, direction])).toEqual([
      ['video', 'recvonly'],
      ['audio', 'recvonly'],
    ]);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      url: '/whep/key',
      init: { method: 'POST', body: 'offer with addresses', headers: { 'content-type': 'application/sdp' } },
    });
  });

  it('does not wait longer than a second for them', async () => {
    const { sent, clock } = openSession();
    await clock.advance(1_000);
    expect(sent[0]?.init.body).toBe('offer');
  });

  it('shows what comes, with as little buffer as there may be', async () => {
    const { peer, video, stream, tracks, events, failures, clock } = await openConnected();
    expect(peer.answer).toBe('answer');
    expect(video.srcObject).toBe(stream);
    expect(tracks).toHaveLength(2);
    expect(peer.transceivers.map(({ receiver }) => receiver.jitterBufferTarget)).toEqual([0, 0]);
    expect(events).toEqual([{ type: 'audio', hasAudio: true }]);
    await clock.advance(60_000);
    expect(failures()).toEqual([]);
  });

  it('says when there is no sound', async () => {
    const { peer, events, reply } = await openOffered();
    peer.sendsAudio = false;
    await reply(answered());
    expect(events).toEqual([{ type: 'audio', hasAudio: false }]);
  });

  it('tells the server when it ends, once, and leaves nothing behind', async () => {
    const { session, peer, video, clock, deletes } = await openConnected();
    session.close();
    session.close();
    expect(deletes()).toHaveLength(1);
    expect(deletes()[0]).toMatchObject({ url: `${PAGE}/whep/session/abc`, init: { keepalive: true } });
    expect(peer.isClosed).toBe(true);
    expect(video.srcObject).toBeNull();
    expect(clock.pendingTimers).toBe(0);
  });

  it('closed while it gathers or asks, says nothing and posts nothing more', async () => {
    const early = openSession();
    await early.clock.advance(0);
    early.session.close();
    await early.clock.advance(5_000);
    expect(early.sent).toEqual([]);
    const asked = await openOffered();
    asked.session.close();
    await asked.clock.advance(20_000);
    expect(asked.sent[0]?.init.signal?.aborted).toBe(true);
    expect([...early.events, ...asked.events]).toEqual([]);
    expect(early.clock.pendingTimers + asked.clock.pendingTimers).toBe(0);
  });

  it('leaves the picture of a later session alone', async () => {
    const { session, video } = await openConnected();
    const later = {};
    video.srcObject = later;
    session.close();
    expect(video.srcObject).toBe(later);
  });

  it.each([
    [refused(406, 'CODEC_UNSUPPORTED'), { kind: 'unavailable', detail: 'camera' }],
    [refused(503, 'OVERLOADED'), { kind: 'unavailable', detail: 'full' }],
    [refused(503, 'SOURCE_UNAUTHORIZED'), { kind: 'camera', detail: 'SOURCE_UNAUTHORIZED' }],
    [refused(503, 'STOPPING', { 'retry-after': '5' }), { kind: 'server', retryAfterMs: 5_000 }],
    [answered(502, '<html>'), { kind: 'server' }],
    [new TypeError('Failed to fetch'), { kind: 'network' }],
  ])('is over with the reason when the offer is refused', async (response, failure) => {
    const { reply, failures, peer, deletes } = await openOffered();
    await reply(response);
    expect(failures()).toEqual([failure]);
    expect(peer.isClosed).toBe(true);
    expect(deletes()).toEqual([]);
  });

  it('gives the server its time for a camera that sleeps, and no more', async () => {
    const { clock, failures } = await openOffered();
    await clock.advance(14_000);
    expect(failures()).toEqual([]);
    await clock.advance(1_000);
    expect(failures()).toEqual([{ kind: 'network' }]);
  });

  it('is not to be had where no way leads through within 8 s, or the browser finds none', async () => {
    const slow = await openOffered();
    await slow.reply(answered());
    await slow.clock.advance(7_900);
    expect(slow.failures()).toEqual([]);
    await slow.clock.advance(100);
    expect(slow.failures()).toEqual([{ kind: 'unavailable' }]);
    expect(slow.deletes()).toHaveLength(1);
    const none = await openOffered();
    await none.reply(answered());
    none.peer.become('failed');
    expect(none.failures()).toEqual([{ kind: 'unavailable' }]);
  });

  it('is not to be had with an answer that the browser does not take', async () => {
    const { peer, reply, failures, deletes } = await openOffered();
    peer.refuses = true;
    await reply(answered());
    expect(failures()).toEqual([{ kind: 'unavailable' }]);
    expect(deletes()).toHaveLength(1);
  });

  it('a connection that breaks is the network, and may be tried again', async () => {
    const { peer, failures } = await openConnected();
    peer.become('disconnected');
    expect(failures()).toEqual([]);
    peer.become('failed');
    expect(failures()).toEqual([{ kind: 'network' }]);
  });

  it('reads the age of the picture from what came since the last look', async () => {
    const { peer, session, clock } = await openConnected();
    const look = async (framesDecoded: number, totalProcessingDelay: number) => {
      peer.stats = [
        { type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 },
        {
          type: 'candidate-pair',
          nominated: true,
          currentRoundTripTime: 2,
          totalRoundTripTime: 4,
          responsesReceived: 100,
        },
        { type: 'inbound-rtp', kind: 'audio', framesDecoded: 1, totalProcessingDelay: 50 },
        { type: 'inbound-rtp', kind: 'video', framesDecoded, totalProcessingDelay },
      ];
      session.findLatencyS();
      await clock.advance(0);
      return session.findLatencyS();
    };
    expect(session.findLatencyS()).toBeUndefined();
    await look(0, 0);
    expect(await look(10, 1)).toBeCloseTo(0.12);
    await clock.advance(0);
    expect(await look(20, 1.5)).toBeCloseTo(0.07);
    // nothing came: the last figure stands
    expect(await look(20, 1.5)).toBeCloseTo(0.07);
  });
});
