/** That the fake camera really does what a maker's table says: a test of the engine against it proves nothing otherwise. */
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { splitFrames } from '../rtp-layout.ts';
import { RawRtspClient, type RawRtp } from '../raw-rtsp-client.ts';
import { formatReply } from '../reply-text.ts';
import { HabitualPackets } from './habit-packets.ts';
import { fillIn, PLAIN_MESSAGES, PLAIN_PACKETS } from './habits.ts';
import { findMaker, MAKERS } from './makers.ts';
import { openMakerCamera } from './open-maker-camera.ts';

const FACTS = { channel: 0, isVideo: true, isKeyframe: true, previousTimestamp: 7 };

/** An interleaved frame on channel 0: payload type 96, sequence 100, timestamp 1000, SSRC 1. */
function frame(payload: string): Buffer {
  const body = Buffer.from(`8060 0064 000003e8 00000001 ${payload}`.replace(/ /g, ''), 'hex');
  return Buffer.concat([Buffer.from([0x24, 0, 0, body.length]), body]);
}

/** Plays a maker that asks for no login to a client that sets up `video`; its packets. */
async function packetsOf(name: string, video: string): Promise<readonly RawRtp[]> {
  const clock = new VirtualClock();
  await using camera = await openMakerCamera(findMaker(name), { clock });
  const client = await RawRtspClient.open(camera.url());
  const reply = await client.request('SETUP', { Transport: 'RTP/AVP/TCP;interleaved=0-1' }, video);
  client.session = reply.headers.get('session')?.split(';')[0];
  await client.request('PLAY');
  await clock.advance(1100);
  await client.request('OPTIONS');
  client.close();
  return client.packets();
}

const typesOf = (packets: readonly RawRtp[]) => packets.map(({ payload }) => (payload[0] ?? 0) & 31);

describe('packets', () => {
  it('of a marked type have the marker; of a set the time of the picture before', () => {
    const packets = new HabitualPackets({ ...PLAIN_PACKETS, marked: [7], oldStampOnSets: true });
    const [sps, pps, idr] = splitFrames(
      packets.rewrite(Buffer.concat([frame('67'), frame('68'), frame('65')]), FACTS),
    );
    expect([sps, pps, idr].map((bytes) => bytes?.readUInt8(5))).toEqual([0xe0, 0x60, 0x60]);
    expect([sps, pps, idr].map((bytes) => bytes?.readUInt32BE(8))).toEqual([7, 7, 1000]);
  });

  it('of another payload type stand behind key frames, with the number before', () => {
    const packets = new HabitualPackets({ ...PLAIN_PACKETS, extraPayloadType: 50 });
    const key = splitFrames(packets.rewrite(frame('65'), FACTS));
    expect(key.map((bytes) => [bytes.readUInt8(5), bytes.readUInt16BE(6)])).toEqual([
      [0x60, 100],
      [50, 100],
    ]);
    expect(splitFrames(packets.rewrite(frame('61'), { ...FACTS, isKeyframe: false }))).toHaveLength(1);
  });

  it('of others leak in now and then', () => {
    const packets = new HabitualPackets({ ...PLAIN_PACKETS, leak: true, strayChannel: 6 });
    const all = Array.from({ length: 10 }, () => splitFrames(packets.rewrite(frame('61'), FACTS))).flat();
    expect(all.filter((bytes) => bytes.readUInt32BE(12) !== 1).map((bytes) => bytes[1])).toEqual([0, 6]);
  });

  it('may have an extension, and a line end before them', () => {
    const packets = new HabitualPackets({ ...PLAIN_PACKETS, extension: true, lineEnds: true });
    expect(packets.rewrite(frame('61'), FACTS).toString('hex')).toBe(
      '0d0a' + '24000015' + '90600064000003e800000001' + 'abac000101020304' + '61',
    );
  });

  it('of V380: one fragmented unit with start codes inside, and no parameter sets by themselves', async () => {
    const packets = await packetsOf('v380', '/trackID=0');
    expect(typesOf(packets)).not.toContain(7);
    const first = packets.filter(({ timestamp }) => timestamp === packets[0]?.timestamp);
    expect(new Set(typesOf(first))).toEqual(new Set([28]));
    const unit = Buffer.concat(first.map(({ payload }) => payload.subarray(2)));
    expect((first[0]?.payload[1] ?? 0) & 31).toBe(7);
    expect([...unit.toString('hex').matchAll(/00000001(28|65)/g)].map(([, type]) => type)).toEqual([
      '28',
      '65',
      '65',
    ]);
  });

  it('of Xiongmai: markers on SPS, PPS and SEI; SEI before every picture', async () => {
    const packets = await packetsOf('xiongmai', '/trackID=3');
    const marked = packets.filter(({ marker }) => marker);
    expect(typesOf(marked).slice(0, 4)).toEqual([7, 8, 6, 5]);
    expect(typesOf(packets).filter((type) => type === 6).length).toBeGreaterThan(25);
  });

  it('of FLIR: not one marker, on its third number', async () => {
    const packets = await packetsOf('flir', '/trackID=0');
    expect(packets.length).toBeGreaterThan(25);
    expect(packets.filter(({ marker, payloadType }) => marker || payloadType !== 111)).toEqual([]);
  });
});

describe('messages', () => {
  it('are spelled as the habits say', () => {
    const of = { cseq: 3, server: 'x', contentLengthError: 0 };
    const head = ['Cseq: {cseq} ', 'Server:  {server}'];
    const habits = { ...PLAIN_MESSAGES, statusLine: 'RTSP/1.0 {status}', head };
    expect(formatReply({ status: 200, body: 'v=0' }, of, habits)).toBe(
      'RTSP/1.0 200\r\nCseq: 3 \r\nServer:  x\r\nContent-Length: 3\r\n\r\nv=0',
    );
  });

  it('a name that nothing fills is a mistake in a table', () => {
    expect(() => fillIn('{nonsense}', {})).toThrowError(/nonsense/);
  });

  it.each(MAKERS)('$name: everything else than its own paths is unknown', async (maker) => {
    await using camera = await openMakerCamera(maker);
    const client = await RawRtspClient.open(camera.url());
    const { status } = await client.request('SETUP', { Transport: 'RTP/AVP/TCP' }, '/nonsense');
    client.close();
    expect(status).toBe(404);
  });

  it.each([
    ['xiongmai', /^rtsp:\/\/127\.0\.0\.1:554\/user=tmp/],
    ['anjvision', /^192\.168\.1\.10:554\/stream0\/$/],
  ])('%s: Content-Base', async (name, expected) => {
    await using camera = await openMakerCamera(findMaker(name));
    const client = await RawRtspClient.open(camera.url());
    const { headers } = await client.request('DESCRIBE');
    client.close();
    expect(headers.get('content-base')).toMatch(expected);
  });

  it('of a playing Tapo: keep-alives get 400 and the number before', async () => {
    const { login: _, ...open } = findMaker('tapo');
    await using camera = await openMakerCamera(open, { clock: new VirtualClock() });
    const client = await RawRtspClient.open(camera.url());
    const setup = await client.request('SETUP', { Transport: 'RTP/AVP/TCP;interleaved=0-1' }, '/track1');
    client.session = setup.headers.get('session')?.split(';')[0];
    await client.request('PLAY');
    const { status, headers } = await client.request('OPTIONS');
    client.close();
    expect([status, headers.get('cseq')]).toEqual([400, '2']);
  });
});
