import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import type { FakeLogin } from './fake-auth.ts';
import { openFakeCamera, type FakeCamera, type FakeCameraOptions } from './fake-camera.ts';
import type { FakeFaults } from './fake-faults.ts';
import { parseH265ClipVideo } from './h265-clip.ts';
import { RawRtspClient, type RawReply } from './raw-rtsp-client.ts';
import { createSyntheticClip } from './synthetic-clip.ts';

/** 25 fps, a key frame a second, a loop of two seconds, 16 kHz sound. */
const CLIP = createSyntheticClip({
  width: 64,
  height: 48,
  gop: 25,
  pictures: 50,
  audio: { sampleRate: 16_000, channels: 1 },
});
const FRAME_TICKS = 3600;

let clock: VirtualClock;
let stack: AsyncDisposableStack;
beforeEach(() => {
  clock = new VirtualClock();
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

async function openCamera(options: Partial<FakeCameraOptions> = {}): Promise<FakeCamera> {
  return stack.use(await openFakeCamera({ mounts: [{ path: '/live', clip: CLIP }], clock, ...options }));
}

async function connect(camera: FakeCamera, path?: string): Promise<RawRtspClient> {
  const client = await RawRtspClient.open(camera.url(path));
  stack.defer(() => client.close());
  return client;
}

/** What this process has open that is UDP; a few turns of the event loop let go of what was closed. */
async function udpPorts(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((name) => /^udp/i.test(name)).length;
}

/** A camera with these faults and a client that has played `ms` of its video. */
async function playFor(ms: number, faults: Partial<FakeFaults> = {}) {
  const camera = await openCamera({ faults });
  const client = await connect(camera);
  const reply = await client.play();
  await clock.advance(ms);
  // A request after the packets: TCP keeps the order, so its reply comes when all of them are in.
  await client.request('OPTIONS');
  return { camera, client, reply };
}

function nalTypes(client: RawRtspClient): number[] {
  return client.packets().map(({ payload }) => (payload[0] ?? 0) & 31);
}

describe('messages', () => {
  it('answers OPTIONS with its methods and the CSeq', async () => {
    const client = await connect(await openCamera());
    const reply = await client.request('OPTIONS');
    expect(reply.status).toBe(200);
    expect(reply.headers.get('cseq')).toBe('1');
    expect(reply.headers.get('public')).toContain('GET_PARAMETER');
  });

  it('describes video and sound', async () => {
    const client = await connect(await openCamera());
    const { body, headers } = await client.request('DESCRIBE');
    expect(headers.get('content-base')).toMatch(/\/live\/$/);
    expect(body).toContain('a=rtpmap:96 H264/90000');
    expect(body).toContain(`sprop-parameter-sets=${CLIP.video.sps.toString('base64')},`);
    expect(body).toContain('a=rtpmap:97 MPEG4-GENERIC/16000/1');
    expect(body).toContain('config=1408');
  });

  it('keeps the query of a path', async () => {
    const path = '/cam/realmonitor?channel=1&subtype=0';
    const camera = await openCamera({ mounts: [{ path, clip: CLIP }] });
    const client = await connect(camera, path);
    expect((await client.request('DESCRIBE')).status).toBe(200);
    expect((await client.play()).status).toBe(200);
  });

  it.each<[string, string, Record<string, string>, string, number]>([
    ['an unknown path', 'DESCRIBE', {}, '-no', 404],
    ['an unknown track', 'SETUP', { Transport: 'RTP/AVP/TCP;interleaved=0-1' }, '/trackID=7', 404],
    ['UDP without ports', 'SETUP', { Transport: 'RTP/AVP;unicast' }, '/trackID=0', 461],
    ['PLAY without a session', 'PLAY', {}, '', 454],
    ['an unknown method', 'RECORD', {}, '', 501],
  ])('refuses %s', async (_, method, headers, path, status) => {
    const client = await connect(await openCamera());
    expect((await client.request(method, headers, path)).status).toBe(status);
  });

  it('closes on what is not RTSP', async () => {
    const camera = await openCamera();
    const client = await connect(camera);
    client.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await client.untilClosed();
    expect(camera.counters.malformedRequests).toBe(1);
  });

  it('ends a session with TEARDOWN and counts it', async () => {
    const { camera, client } = await playFor(100);
    expect(camera.playing('/live')).toBe(1);
    expect((await client.request('TEARDOWN')).status).toBe(200);
    expect(camera.playing()).toBe(0);
    expect(camera.counters).toMatchObject({ sessionsOpened: 1, sessionsClosed: 1, teardowns: 1 });
    const before = client.frames.length;
    await clock.advance(1000);
    await client.request('OPTIONS');
    expect(client.frames).toHaveLength(before);
  });
});

describe('login', () => {
  const LOGIN = { username: 'demo', password: 'kata sandi' };
  const hash = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');

  function digest(reply: RawReply, algorithm: 'md5' | 'sha256', uri: string, method = 'DESCRIBE'): string {
    const challenge = reply.headers.get('www-authenticate') ?? '';
    const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? '';
    const realm = /realm="([^"]+)"/.exec(challenge)?.[1] ?? '';
    const a1 = hash(algorithm, `${LOGIN.username}:${realm}:${LOGIN.password}`);
    const a2 = hash(algorithm, `${method}:${uri}`);
    const qop = challenge.includes('qop="auth"');
    const middle = qop ? `${nonce}:00000001:abc:auth` : nonce;
    const response = hash(algorithm, `${a1}:${middle}:${a2}`);
    const fields = `username="${LOGIN.username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"`;
    return `Digest ${fields}` + (qop ? ', qop=auth, nc=00000001, cnonce="abc"' : '');
  }

  async function locked(scheme: FakeLogin['scheme'], faults: Partial<FakeFaults> = {}) {
    const camera = await openCamera({
      mounts: [{ path: '/live', clip: CLIP, login: { scheme, ...LOGIN } }],
      faults,
    });
    return { camera, client: await connect(camera) };
  }

  it('takes Basic', async () => {
    const { camera, client } = await locked('basic');
    expect((await client.request('DESCRIBE')).headers.get('www-authenticate')).toBe(
      'Basic realm="IP Camera"',
    );
    const wrong = `Basic ${Buffer.from('demo:salah').toString('base64')}`;
    expect((await client.request('DESCRIBE', { Authorization: wrong })).status).toBe(401);
    const right = `Basic ${Buffer.from('demo:kata sandi').toString('base64')}`;
    expect((await client.request('DESCRIBE', { Authorization: right })).status).toBe(200);
    expect(camera.counters.wrongLogins).toBe(1);
  });

  it.each([
    ['digest-md5', 'md5', 'MD5'],
    ['digest-sha256', 'sha256', 'SHA-256'],
  ] as const)('takes %s', async (scheme, algorithm, name) => {
    const { camera, client } = await locked(scheme);
    const challenge = await client.request('DESCRIBE');
    expect(challenge.status).toBe(401);
    expect(challenge.headers.get('www-authenticate')).toContain(`algorithm=${name}`);
    const Authorization = digest(challenge, algorithm, camera.url());
    expect((await client.request('DESCRIBE', { Authorization })).status).toBe(200);
    const wrong = await client.request('DESCRIBE', {
      Authorization: digest(challenge, algorithm, camera.url(), 'PLAY'),
    });
    expect(wrong.status).toBe(401);
  });

  it('does not know the nonce of another connection', async () => {
    const { camera, client } = await locked('digest-md5');
    const Authorization = digest(await client.request('DESCRIBE'), 'md5', camera.url());
    const other = await connect(camera);
    const reply = await other.request('DESCRIBE', { Authorization });
    expect(reply.status).toBe(401);
    expect(reply.headers.get('www-authenticate')).toContain('stale=TRUE');
  });

  it('lets a nonce go stale', async () => {
    const { camera, client } = await locked('digest-md5', { nonceUses: 1 });
    const Authorization = digest(await client.request('DESCRIBE'), 'md5', camera.url());
    expect((await client.request('DESCRIBE', { Authorization })).status).toBe(200);
    const stale = await client.request('DESCRIBE', { Authorization });
    expect(stale.headers.get('www-authenticate')).toContain('stale=TRUE');
    const again = digest(stale, 'md5', camera.url());
    expect((await client.request('DESCRIBE', { Authorization: again })).status).toBe(200);
  });
});

describe('packets', () => {
  it('plays in real time, from a key frame with its parameter sets, as RTP-Info says', async () => {
    const { client, reply } = await playFor(1000);
    const packets = client.packets();
    expect(nalTypes(client).slice(0, 4)).toEqual([7, 8, 5, 1]);
    const pictures = packets.filter((packet) => packet.marker);
    expect(pictures.length).toBeGreaterThanOrEqual(25);
    expect(pictures.length).toBeLessThanOrEqual(26);
    const first = packets[0];
    expect(reply.headers.get('rtp-info')).toContain(`seq=${first?.sequence};rtptime=${first?.timestamp}`);
    packets.forEach((packet, at) => {
      expect(packet.sequence).toBe(((first?.sequence ?? 0) + at) % 65_536);
      expect(packet.ssrc).toBe(first?.ssrc);
    });
    pictures.forEach((picture, at) => {
      expect(picture.timestamp).toBe(((first?.timestamp ?? 0) + at * FRAME_TICKS) % 2 ** 32);
    });
  });

  it('gives each client numbers of its own and lets a late one begin at a key frame', async () => {
    const camera = await openCamera();
    const [early, late] = [await connect(camera), await connect(camera)];
    await early.play();
    await clock.advance(500);
    await late.play();
    await clock.advance(1000);
    await late.request('OPTIONS');
    expect(late.packets()[0]?.ssrc).not.toBe(early.packets()[0]?.ssrc);
    expect(nalTypes(late)[0]).toBe(7);
    expect(late.packets().filter((packet) => packet.marker).length).toBeLessThan(15);
  });

  it('loops without a seam', async () => {
    const { client } = await playFor(4500);
    const pictures = client.packets().filter((packet) => packet.marker);
    const steps = pictures
      .slice(1)
      .map((picture, at) => (picture.timestamp - (pictures[at]?.timestamp ?? 0)) >>> 0);
    expect(new Set(steps)).toEqual(new Set([FRAME_TICKS]));
    expect(nalTypes(client).filter((type) => type === 5)).toHaveLength(5);
  });

  it('sends sound of its own clock rate', async () => {
    const client = await connect(await openCamera());
    await client.play([0, 1]);
    await clock.advance(1000);
    await client.request('OPTIONS');
    const sound = client.packets(2);
    expect(sound.length).toBeGreaterThanOrEqual(15);
    expect(((sound[1]?.timestamp ?? 0) - (sound[0]?.timestamp ?? 0)) >>> 0).toBe(1024);
    expect(sound[0]?.payload.subarray(0, 4).toString('hex')).toBe('00100020');
  });

  it('sends a sender report every five seconds that puts media on the wall clock', async () => {
    const { client } = await playFor(10_100);
    const reports = client.frames.filter((frame) => frame.channel === 1);
    expect(reports).toHaveLength(2);
    const [first, second] = reports.map(({ payload }) => payload);
    expect(first?.readUInt16BE(0)).toBe(0x80c8);
    expect((second?.readUInt32BE(8) ?? 0) - (first?.readUInt32BE(8) ?? 0)).toBe(5);
    expect(((second?.readUInt32BE(16) ?? 0) - (first?.readUInt32BE(16) ?? 0)) >>> 0).toBe(5 * 90_000);
  });

  it('counts receiver reports', async () => {
    const { camera, client } = await playFor(100);
    client.write(Buffer.from('2401000880c9000112345678', 'hex'));
    await client.request('OPTIONS');
    expect(camera.counters.receiverReports).toBe(1);
  });

  it.each([
    ['PLI', '81ce00021234567800000001'],
    ['FIR', '84ce000412345678000000000000000100000000'],
  ])('answers a %s behind a report with a key frame', async (_name, feedback) => {
    const { camera, client } = await playFor(400);
    const packet = `80c9000112345678${feedback}`;
    client.write(Buffer.from(`2401${(packet.length / 2).toString(16).padStart(4, '0')}${packet}`, 'hex'));
    await client.request('OPTIONS');
    expect(camera.counters).toMatchObject({ keyframeRequests: 1, receiverReports: 1 });
    await clock.advance(100);
    await client.request('OPTIONS');
    const pictures = client
      .packets()
      .map(({ payload, timestamp }) => ({ type: (payload[0] ?? 0) & 31, timestamp }));
    expect(pictures.filter(({ type }) => type === 5)).toHaveLength(2);
    const times = [...new Set(pictures.map(({ timestamp }) => timestamp))];
    for (const [index, time] of times.slice(1).entries())
      expect((time - (times[index] ?? 0)) >>> 0).toBe(FRAME_TICKS);
  });

  it('plays H.265', async () => {
    const bytes = await readFile(new URL('clips/open-gop.h265', import.meta.url));
    const clip = { video: parseH265ClipVideo(bytes, 25), audio: undefined };
    const camera = await openCamera({ mounts: [{ path: '/live', clip }] });
    const client = await connect(camera);
    await client.play();
    await clock.advance(200);
    const { body } = await client.request('DESCRIBE');
    expect(body).toContain('a=rtpmap:96 H265/90000');
    expect(body).toMatch(/a=fmtp:96 sprop-vps=Q[\w+/=]+;sprop-sps=Q[\w+/=]+;sprop-pps=R[\w+/=]+\r/);
    const types = client.packets().map(({ payload }) => ((payload[0] ?? 0) >> 1) & 63);
    expect(types.slice(0, 6)).toEqual([32, 33, 34, 49, 49, 1]); // sets, fragments of the IDR, a picture
  });

  it('serves several mounts at once', async () => {
    const other = createSyntheticClip({ width: 32, height: 32, fps: 10, pictures: 10, gop: 10 });
    const camera = await openCamera({
      mounts: [
        { path: '/a', clip: CLIP },
        { path: '/b', clip: other },
      ],
    });
    const [a, b] = [await connect(camera, '/a'), await connect(camera, '/b')];
    await a.play();
    await b.play();
    await clock.advance(1050);
    await a.request('OPTIONS');
    await b.request('OPTIONS');
    expect(a.packets().filter((packet) => packet.marker)).toHaveLength(27);
    expect(b.packets().filter((packet) => packet.marker)).toHaveLength(11);
  });

  it('drops a client that does not read, and no other', async () => {
    const big = createSyntheticClip({ width: 64, height: 48, pictures: 25, gop: 25, fillerBytes: 400_000 });
    const camera = await openCamera({ mounts: [{ path: '/live', clip: big }] });
    const [stuck, well] = [await connect(camera), await connect(camera)];
    await stuck.play();
    await well.play();
    stuck.pause();
    for (let second = 0; second < 12 && camera.counters.slowClients === 0; second++) {
      for (let step = 0; step < 10; step++) {
        await clock.advance(100);
        await well.request('OPTIONS');
      }
    }
    expect(camera.counters.slowClients).toBe(1);
    expect(well.closed).toBe(false);
    expect(camera.playing()).toBe(1);
  });
});

describe('faults of packets', () => {
  it('loses packets but not their numbers', async () => {
    const { client } = await playFor(4000, { lossRate: 0.2 });
    const packets = client.packets();
    const span = ((packets.at(-1)?.sequence ?? 0) - (packets[0]?.sequence ?? 0)) & 0xffff;
    expect(packets.length).toBeLessThan(span * 0.95);
    expect(packets.length).toBeGreaterThan(span * 0.6);
  });

  it('repeats packets', async () => {
    const { client } = await playFor(2000, { duplicateRate: 0.3 });
    const sequences = client.packets().map((packet) => packet.sequence);
    expect(new Set(sequences).size).toBeLessThan(sequences.length);
  });

  it('swaps packets', async () => {
    const { client } = await playFor(2000, { reorderRate: 0.3 });
    const sequences = client.packets().map((packet) => packet.sequence);
    const steps = sequences.slice(1).map((sequence, at) => (sequence - (sequences[at] ?? 0)) & 0xffff);
    expect(steps).toContain(0xffff);
    expect(new Set(sequences).size).toBe(sequences.length);
  });

  it('leaves out parameter sets, for ever or at first', async () => {
    const never = await playFor(2500, { inBandFromGop: 0, sprop: false });
    expect(nalTypes(never.client)).not.toContain(7);
    expect((await never.client.request('DESCRIBE')).body).not.toContain('sprop');
    const late = await playFor(2500, { inBandFromGop: 3 });
    const types = nalTypes(late.client);
    expect(types.filter((type) => type === 7)).toHaveLength(1);
    expect(types.slice(0, types.indexOf(7)).filter((type) => type === 5)).toHaveLength(2);
  });

  it('clears marker bits', async () => {
    const { client } = await playFor(500, { markers: false });
    expect(client.packets().some((packet) => packet.marker)).toBe(false);
  });

  it('packs small NAL units together and cuts large ones', async () => {
    const together = await playFor(100, { aggregate: true });
    expect(nalTypes(together.client)[0]).toBe(24);
    const cut = await playFor(100, { mtuBytes: 20 });
    expect(nalTypes(cut.client)).toContain(28);
    expect(Math.max(...cut.client.packets().map(({ payload }) => payload.length))).toBeLessThanOrEqual(20);
  });

  it('starts where it is told, across the wrap', async () => {
    const { client } = await playFor(500, { startTimestamp: 2 ** 32 - FRAME_TICKS, startSequence: 65_535 });
    const packets = client.packets();
    expect(packets.slice(0, 2).map((packet) => packet.sequence)).toEqual([65_535, 0]);
    const pictures = packets.filter((packet) => packet.marker);
    expect(pictures.slice(0, 2).map((picture) => picture.timestamp)).toEqual([2 ** 32 - FRAME_TICKS, 0]);
  });

  it('lets the clock drift', async () => {
    const { client } = await playFor(4050, { clockDriftPpm: 10_000 });
    const pictures = client.packets().filter((packet) => packet.marker);
    const ticks = ((pictures[100]?.timestamp ?? 0) - (pictures[0]?.timestamp ?? 0)) >>> 0;
    expect(ticks).toBe(100 * FRAME_TICKS * 1.01);
  });

  it('jumps in time', async () => {
    const { camera, client } = await playFor(200);
    camera.jumpTimestamps(-60_000);
    await clock.advance(200);
    await client.request('OPTIONS');
    const pictures = client.packets().filter((packet) => packet.marker);
    const steps = pictures
      .slice(1)
      .map((picture, at) => (picture.timestamp - (pictures[at]?.timestamp ?? 0)) | 0);
    expect(steps.filter((step) => step !== FRAME_TICKS)).toEqual([FRAME_TICKS - 60 * 90_000]);
  });

  it('changes its resolution in mid-stream', async () => {
    const { camera, client } = await playFor(300);
    camera.switchClip(createSyntheticClip({ width: 128, height: 96, pictures: 25, gop: 25 }));
    await clock.advance(300);
    await client.request('OPTIONS');
    const sets = client.packets().filter(({ payload }) => ((payload[0] ?? 0) & 31) === 7);
    expect(sets).toHaveLength(2);
    expect(sets[0]?.payload.equals(sets[1]?.payload ?? Buffer.alloc(0))).toBe(false);
    const pictures = client.packets().filter((packet) => packet.marker);
    const steps = pictures
      .slice(1)
      .map((picture, at) => (picture.timestamp - (pictures[at]?.timestamp ?? 0)) >>> 0);
    expect(new Set(steps)).toEqual(new Set([FRAME_TICKS]));
  });

  it('joins in the middle of a GOP', async () => {
    const camera = await openCamera({ faults: { joinMidGop: true } });
    const [early, late] = [await connect(camera), await connect(camera)];
    await early.play();
    await clock.advance(500);
    await late.play();
    await clock.advance(200);
    await late.request('OPTIONS');
    expect(nalTypes(late)[0]).toBe(1);
  });

  it('announces sound and sends none', async () => {
    const client = await connect(await openCamera({ faults: { audioSilent: true } }));
    await client.play([0, 1]);
    await clock.advance(1000);
    await client.request('OPTIONS');
    expect(client.packets(2)).toEqual([]);
    expect(client.packets(0)).not.toEqual([]);
  });

  it('falls silent and answers on', async () => {
    const { camera, client } = await playFor(200);
    camera.setFault({ silent: true });
    const before = client.frames.length;
    await clock.advance(6000);
    expect((await client.request('GET_PARAMETER')).status).toBe(200);
    expect(client.frames).toHaveLength(before);
    camera.clearFaults();
    await clock.advance(200);
    await client.request('OPTIONS');
    expect(client.frames.length).toBeGreaterThan(before);
  });

  it('writes junk between frames', async () => {
    const { client } = await playFor(500, { garbageBytes: 9 });
    const pictures = client.packets().filter((packet) => packet.marker).length;
    expect(pictures).toBeGreaterThan(10);
    expect(client.junkBytes).toBeGreaterThanOrEqual(9 * pictures - 9);
  });

  it('keeps sender reports to itself', async () => {
    const { client } = await playFor(6000, { senderReports: false });
    expect(client.frames.filter((frame) => frame.channel === 1)).toEqual([]);
  });
});

describe('faults of messages', () => {
  it('hangs at a method and stays hung', async () => {
    const camera = await openCamera({ faults: { hangAt: 'DESCRIBE' } });
    const client = await connect(camera);
    expect((await client.request('OPTIONS')).status).toBe(200);
    let answered = 0;
    const count = () => void answered++;
    void client.request('DESCRIBE').then(count);
    void client.request('OPTIONS').then(count);
    await vi.waitFor(() => expect(camera.counters.requests).toEqual({ OPTIONS: 2, DESCRIBE: 1 }));
    await clock.advance(60_000);
    expect(answered).toBe(0);
    expect(client.closed).toBe(false);
  });

  it('closes at a method', async () => {
    const client = await connect(await openCamera({ faults: { closeAt: 'PLAY' } }));
    void client.play();
    await client.untilClosed();
  });

  it('refuses with a status', async () => {
    const client = await connect(await openCamera({ faults: { refuse: { method: 'SETUP', status: 453 } } }));
    expect((await client.request('SETUP', {}, '/trackID=0')).status).toBe(453);
  });

  it('drips its replies and keeps packets out of them', async () => {
    const camera = await openCamera();
    const client = await connect(camera);
    await client.play();
    camera.setFault({ replyByteIntervalMs: 10 });
    const reply = client.request('OPTIONS');
    let done = false;
    void reply.then(() => (done = true));
    await clock.advance(300);
    expect(done).toBe(false);
    for (let step = 0; step < 100 && !done; step++) await clock.advance(100);
    expect((await reply).status).toBe(200);
    expect(client.junkBytes).toBe(0);
  });

  it('answers with a wrong CSeq', async () => {
    const client = await connect(await openCamera({ faults: { cseqError: 150 } }));
    expect((await client.request('OPTIONS')).headers.get('cseq')).toBe('151');
  });

  it('redirects', async () => {
    const client = await connect(await openCamera({ faults: { redirectTo: 'rtsp://127.0.0.1:1/other' } }));
    const reply = await client.request('DESCRIBE');
    expect([reply.status, reply.headers.get('location')]).toEqual([302, 'rtsp://127.0.0.1:1/other']);
  });

  it('does not know GET_PARAMETER', async () => {
    const { client } = await playFor(100, { getParameter: false });
    expect((await client.request('OPTIONS')).headers.get('public')).not.toContain('GET_PARAMETER');
    expect((await client.request('GET_PARAMETER')).status).toBe(405);
  });

  it('closes a session that nobody keeps alive', async () => {
    const { camera, client } = await playFor(4000, { sessionTimeoutS: 5 });
    await clock.advance(4500);
    expect((await client.request('GET_PARAMETER')).status).toBe(200);
    await clock.advance(5400);
    await client.untilClosed();
    expect(camera.counters.sessionsTimedOut).toBe(1);
  });

  it('changes the session description', async () => {
    const rewriteSdp = (sdp: string) => sdp.replaceAll('H264', 'H265');
    const client = await connect(await openCamera({ faults: { rewriteSdp } }));
    expect((await client.request('DESCRIBE')).body).toContain('H265/90000');
  });
});

describe('faults of connections', () => {
  it('goes half-open and wakes again', async () => {
    const { camera, client } = await playFor(200);
    camera.setFault({ frozen: true });
    const before = client.frames.length;
    const reply = client.request('OPTIONS');
    await clock.advance(3000);
    expect(client.frames).toHaveLength(before);
    expect(client.closed).toBe(false);
    camera.setFault({ frozen: false });
    expect((await reply).status).toBe(200);
    await clock.advance(200);
    await client.until(() => client.frames.length > before);
  });

  it('drops every connection', async () => {
    const { camera, client } = await playFor(100);
    camera.dropConnections();
    await client.untilClosed();
    expect(camera.playing()).toBe(0);
  });

  it('refuses connections for a while', async () => {
    const camera = await openCamera();
    const { port } = camera;
    await camera.refuseConnections(2000);
    await expect(RawRtspClient.open(camera.url())).rejects.toThrow(/ECONNREFUSED/);
    await clock.advance(2000);
    await camera.acceptConnections();
    expect(camera.port).toBe(port);
    const client = await connect(camera);
    expect((await client.request('OPTIONS')).status).toBe(200);
  });

  it('puts a fault on one mount only', async () => {
    const mounts = ['/a', '/b'].map((path) => ({ path, clip: CLIP }));
    const camera = await openCamera({ mounts });
    camera.setFault({ refuse: { method: 'DESCRIBE', status: 500 } }, '/a');
    const [a, b] = [await connect(camera, '/a'), await connect(camera, '/b')];
    expect((await a.request('DESCRIBE')).status).toBe(500);
    expect((await b.request('DESCRIBE')).status).toBe(200);
  });

  it('leaves no timer behind', async () => {
    const { camera, client } = await playFor(500);
    client.close();
    await camera.close();
    await camera.close();
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
    expect(camera.clients).toBe(0);
  });
});

it('leaves nothing open when its port is taken: a process that only tried could not end', async () => {
  const first = await openCamera();
  const before = await udpPorts();
  expect(before).toBeGreaterThan(0);
  await expect(openCamera({ port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const twice = { path: '/live', clip: CLIP };
  await expect(openCamera({ mounts: [twice, twice] })).rejects.toThrow('two mounts');
  expect(await udpPorts()).toBe(before);
});
