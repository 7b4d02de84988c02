import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { audioSample, AUDIO, VIDEO, videoSample } from '../fmp4/testing-configs.ts';
import { flacFormat } from '../flac/flac-format.ts';
import type { StreamConfig } from '../sample.ts';
import { WhepServer, type WhepListener, type WhepServerOptions, type WhepSession } from './whep-server.ts';
import type { WebrtcPeer, WebrtcPeerOptions } from './webrtc-peer.ts';

const OFFER = [
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=rtpmap:111 opus/48000/2',
  'm=video 9 UDP/TLS/RTP/SAVPF 109',
  'a=rtpmap:109 H264/90000',
  'a=fmtp:109 packetization-mode=1;profile-level-id=64001f',
  '',
].join('\r\n');
const CONFIG: StreamConfig = { video: VIDEO, audio: undefined };

const CANDIDATE = 'a=candidate:1 1 udp 2113937151 127.0.0.1 53 typ host';

class FakePeer implements WebrtcPeer {
  readonly options: WebrtcPeerOptions;
  readonly video: Buffer[] = [];
  readonly audio: Buffer[] = [];
  offer = '';
  closed = 0;

  constructor(options: WebrtcPeerOptions) {
    this.options = options;
  }

  answer(offer: string): Promise<string> {
    this.offer = offer;
    return offer.includes('unanswerable')
      ? Promise.reject(new Error('no'))
      : Promise.resolve('v=0\r\nanswer');
  }

  sendVideo(packet: Buffer): void {
    this.video.push(packet);
  }

  sendAudio(packet: Buffer): void {
    this.audio.push(packet);
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

/** A WHEP server on a real port, with a stream and peers that the test plays. */
class Bench {
  readonly clock = new VirtualClock();
  readonly peers: FakePeer[] = [];
  readonly listeners = new Set<WhepListener>();
  readonly sessions: WhepSession[] = [];
  readonly whep: WhepServer;
  wishes = 0;
  config: StreamConfig | undefined = CONFIG;
  readonly #server: Server;

  constructor(options: Partial<WhepServerOptions> = {}) {
    this.whep = new WhepServer({
      clock: this.clock,
      logger: silentLogger,
      limits: { maxViewers: 3, maxViewersPerClient: 2 },
      network: { ports: undefined, addresses: [], stunServers: [] },
      load: () =>
        Promise.resolve((peerOptions) => {
          const peer = new FakePeer(peerOptions);
          this.peers.push(peer);
          return peer;
        }),
      findStream: (key) => (key === 'camera-1' ? this.#stream : undefined),
      clientAddress: (request) => String(request.headers['x-client'] ?? 'a'),
      ...options,
    });
    this.#server = createServer((request, response) => {
      const path = request.url?.replace('/whep/', '') ?? '';
      this.whep.handle(request, response, path, (session) => this.sessions.push(session));
    });
  }

  readonly #stream = {
    watch: (listener: WhepListener) => {
      this.listeners.add(listener);
      if (this.config) listener.onEvent({ type: 'config', config: this.config });
      return () => void this.listeners.delete(listener);
    },
    requestKeyframe: () => void this.wishes++,
  };

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    await this.whep.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const { port } = this.#server.address() as AddressInfo; // it listens on TCP
    return fetch(`http://127.0.0.1:${port}/whep/${path}`, init);
  }

  post(body: string = OFFER, headers: Record<string, string> = {}): Promise<Response> {
    return this.ask('camera-1', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/sdp', ...headers },
    });
  }

  emit(...events: Parameters<WhepListener['onEvent']>[0][]): void {
    for (const event of events) for (const listener of this.listeners) listener.onEvent(event);
  }
}

let bench: Bench;
const open = async (options?: Partial<WhepServerOptions>): Promise<Bench> => {
  bench = new Bench(options);
  await bench.open();
  return bench;
};
afterEach(() => bench.close());

const codeOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { code: unknown }).code;

it('does not let an offer make us send to our own loopback, unless the viewer is there', async () => {
  await open();
  await bench.post(`${OFFER}${CANDIDATE}\r\n`, { 'x-client': '192.0.2.1' });
  await bench.post(`${OFFER}${CANDIDATE}\r\n`, { 'x-client': '127.0.0.1' });
  expect(bench.peers.map(({ offer }) => offer.includes(CANDIDATE))).toEqual([false, true]);
});

describe('an offer', () => {
  it('is answered with 201, the answer and where to end it', async () => {
    await open();
    const response = await bench.post();
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/sdp');
    expect(await response.text()).toBe('v=0\r\nanswer');
    const location = response.headers.get('location') ?? '';
    expect(location).toMatch(/^\/whep\/session\/[\w-]{22}$/);
    expect(bench.whep.viewers).toBe(1);
    expect((await bench.ask(location.replace('/whep/', ''), { method: 'DELETE' })).status).toBe(200);
    expect(bench.whep.viewers).toBe(0);
    expect(bench.peers[0]?.closed).toBe(1);
    expect(bench.listeners.size).toBe(0);
    expect((await bench.ask(location.replace('/whep/', ''), { method: 'DELETE' })).status).toBe(404);
  });

  it.each([
    ['an unknown stream', 'camera-9', {}, 404, 'STREAM_NOT_FOUND'],
    ['no SDP', 'camera-1', { body: 'hello' }, 400, 'REQUEST_INVALID'],
    ['another type', 'camera-1', { headers: { 'content-type': 'text/plain' } }, 415, 'REQUEST_INVALID'],
    ['a flood', 'camera-1', { body: 'v=0\r\n'.repeat(20_000) }, 413, 'REQUEST_INVALID'],
    ['what the library refuses', 'camera-1', { body: `${OFFER}a=unanswerable\r\n` }, 400, 'REQUEST_INVALID'],
    ['no codec of ours', 'camera-1', { body: OFFER.replace('H264', 'VP8') }, 406, 'CODEC_UNSUPPORTED'],
    ['another method', 'camera-1', { method: 'PUT' }, 405, 'METHOD_NOT_ALLOWED'],
  ])('with %s is refused in words', async (_name, path, init: RequestInit, status, code) => {
    await open();
    const response = await bench.ask(path, {
      method: 'POST',
      body: OFFER,
      headers: { 'content-type': 'application/sdp' },
      ...init,
    });
    expect(response.status).toBe(status);
    expect(await codeOf(response)).toBe(code);
    expect(bench.whep.viewers).toBe(0);
    expect(bench.listeners.size).toBe(0);
  });

  it.each([
    ['B-frames', { ...CONFIG, video: { ...VIDEO, maxReorder: 2 } }],
    ['JPEG', { ...CONFIG, video: { ...VIDEO, codec: 'jpeg' as const } }],
    ['no picture', { video: undefined, audio: AUDIO }],
  ])('for a camera with %s is refused', async (_name, config) => {
    await open();
    bench.config = config;
    expect((await bench.post()).status).toBe(406);
  });

  it('says so when WebRTC is not installed', async () => {
    await open({ load: () => Promise.resolve(undefined) });
    const response = await bench.post();
    expect([response.status, await codeOf(response)]).toEqual([501, 'WHEP_UNAVAILABLE']);
  });

  it('waits for a camera that is being opened, and not for ever', async () => {
    await open();
    bench.config = undefined;
    const first = bench.post();
    await vi.waitFor(() => expect(bench.listeners.size).toBe(1));
    await vi.waitFor(() => expect(bench.clock.pendingTimers).toBeGreaterThan(0));
    bench.emit({ type: 'config', config: CONFIG });
    expect((await first).status).toBe(201);

    const second = bench.post(OFFER, { 'x-client': 'b' });
    await vi.waitFor(() => expect(bench.listeners.size).toBe(2));
    for (const listener of bench.listeners) listener.onTrouble('SOURCE_UNREACHABLE', 'nobody there', 7);
    const refused = await second;
    expect([refused.status, refused.headers.get('retry-after'), await codeOf(refused)]).toEqual([
      503,
      '7',
      'SOURCE_UNREACHABLE',
    ]);
  });

  it('is refused when there are too many viewers, altogether or of one address', async () => {
    await open();
    expect((await bench.post()).status).toBe(201);
    expect((await bench.post()).status).toBe(201);
    expect((await bench.post()).status).toBe(503);
    expect((await bench.post(OFFER, { 'x-client': 'b' })).status).toBe(201);
    expect((await bench.post(OFFER, { 'x-client': 'c' })).status).toBe(503);
    bench.sessions[0]?.end();
    expect((await bench.post(OFFER, { 'x-client': 'c' })).status).toBe(201);
  });
});

describe('a session', () => {
  const connect = async (offer = OFFER): Promise<FakePeer> => {
    expect((await bench.post(offer)).status).toBe(201);
    const peer = bench.peers.at(-1);
    if (peer === undefined) throw new Error('no peer');
    peer.options.onState('connected');
    return peer;
  };
  const sample = (fields: Parameters<typeof videoSample>[0]) => ({
    type: 'sample' as const,
    sample: videoSample(fields),
  });

  it('sends from the next key frame on, and again after a break of media time', async () => {
    await open();
    const peer = await connect();
    bench.emit(sample({ keyframe: false, data: Buffer.from('0000000241aa', 'hex') }));
    expect(peer.video).toHaveLength(0);
    bench.emit(sample({ keyframe: true, data: Buffer.from('0000000265aa', 'hex') }));
    expect(peer.video.length).toBeGreaterThan(0);
    const before = peer.video.length;
    bench.emit(
      { type: 'discontinuity', reason: 'x' },
      sample({ keyframe: false, data: Buffer.from('0000000241aa', 'hex') }),
    );
    expect(peer.video).toHaveLength(before);
    bench.emit(sample({ keyframe: true, data: Buffer.from('0000000265aa', 'hex') }));
    expect(peer.video.length).toBeGreaterThan(before);
  });

  it('sends nothing before the connection is up, and ends one that never comes up', async () => {
    await open();
    await bench.post();
    bench.emit(sample({ keyframe: true }));
    expect(bench.peers[0]?.video).toHaveLength(0);
    await bench.clock.advance(15_000);
    expect(bench.whep.viewers).toBe(0);
    expect(bench.peers[0]?.closed).toBe(1);
  });

  it('passes Opus on as it is, and leaves other sound out', async () => {
    await open();
    bench.config = { video: VIDEO, audio: { ...AUDIO, codec: 'opus', codecString: 'Opus' } };
    const peer = await connect();
    const sound = {
      type: 'sample' as const,
      sample: videoSample({ kind: 'audio', data: Buffer.from('opus!') }),
    };
    bench.emit(sample({ keyframe: true, data: Buffer.from('0000000265aa', 'hex') }), sound);
    expect(peer.audio.map((packet) => packet.subarray(12).toString())).toEqual(['opus!']);
    bench.config = { video: VIDEO, audio: AUDIO };
    expect((await bench.post()).status).toBe(201);
    expect(bench.peers.at(-1)?.options.audio).toBeUndefined();
  });

  it.each([
    ['PCMU', 0],
    ['PCMA', 8],
  ] as const)(
    'sends %s as the camera does, and none of it once the law changes',
    async (law, payloadType) => {
      await open();
      bench.config = { video: VIDEO, audio: flacFormat(8_000, 1, law).config };
      const peer = await connect(
        OFFER.replaceAll('111', String(payloadType)).replace('opus/48000/2', `${law}/8000`),
      );
      expect(peer.options.audio).toBe(law);
      const sound = (pts: number, g711?: Buffer) => ({
        type: 'sample' as const,
        sample: audioSample({ data: Buffer.from('flac'), pts, ...(g711 === undefined ? {} : { g711 }) }),
      });
      bench.emit(
        sample({ keyframe: true, data: Buffer.from('0000000265aa', 'hex') }),
        sound(0, Buffer.from('one')),
        // silence of ours, put in where the camera sent none
        sound(320),
        sound(640, Buffer.from('three')),
      );
      expect(peer.audio.map((packet) => packet.subarray(12).toString())).toEqual(['one', 'three']);
      const [first = 0, second = 0] = peer.audio.map((packet) => packet.readUInt32BE(4));
      expect((second - first) >>> 0).toBe(640);
      const other = law === 'PCMU' ? 'PCMA' : 'PCMU';
      bench.emit(
        { type: 'config', config: { video: VIDEO, audio: flacFormat(8_000, 1, other).config } },
        sample({ keyframe: true, data: Buffer.from('0000000265aa', 'hex') }),
        sound(960, Buffer.from('four')),
      );
      expect(peer.audio).toHaveLength(2);
    },
  );

  it('asks for a key frame when it begins and when the viewer wishes, once a second at most', async () => {
    await open();
    const peer = await connect();
    expect(bench.wishes).toBe(1);
    for (let index = 0; index < 10; index++) peer.options.onKeyframeWish();
    expect(bench.wishes).toBe(1);
    await bench.clock.advance(1_000);
    peer.options.onKeyframeWish();
    expect(bench.wishes).toBe(2);
  });

  it('ends when the camera begins to send what was not agreed on', async () => {
    await open();
    await connect();
    bench.emit({ type: 'config', config: { ...CONFIG, video: { ...VIDEO, codec: 'h265' } } });
    expect(bench.whep.viewers).toBe(0);
    await connect();
    bench.emit(sample({ keyframe: true }), sample({ keyframe: false, pts: 0 }));
    expect(bench.whep.viewers).toBe(0);
  });

  it('goes on through a change of resolution', async () => {
    await open();
    const peer = await connect();
    bench.emit(
      { type: 'config', config: { ...CONFIG, video: { ...VIDEO, width: 1280 } } },
      sample({ keyframe: true, data: Buffer.from('0000000265aa', 'hex') }),
    );
    expect(bench.whep.viewers).toBe(1);
    expect(peer.video.length).toBeGreaterThan(0);
  });

  it('can be ended from outside, by the stream and by the connection; whoever asked is told once', async () => {
    await open();
    await connect();
    const told = vi.fn();
    bench.sessions[0]?.onEnd(told);
    bench.sessions[0]?.end();
    bench.sessions[0]?.end();
    expect(told).toHaveBeenCalledTimes(1);
    await connect();
    for (const listener of bench.listeners) listener.onEnd();
    expect(bench.whep.viewers).toBe(0);
    const peer = await connect();
    peer.options.onState('ended');
    expect(bench.whep.viewers).toBe(0);
    expect(bench.listeners.size).toBe(0);
  });
});
