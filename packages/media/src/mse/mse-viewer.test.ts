import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../stream/engine-limits.ts';
import type { CurrentInit } from '../stream/live-muxer.ts';
import { VIDEO_AND_AUDIO } from '../stream/testing-source.ts';
import { MseViewer, type ViewerSocket } from './mse-viewer.ts';

const INIT: CurrentInit = {
  name: 'init-1.mp4',
  body: Buffer.from('init'),
  config: VIDEO_AND_AUDIO,
  rendition: 'main',
};
const KIB = 1024;
/** 2 Mbit/s: 3 s are 750 kB. */
const BITRATE = 2_000_000;

/** A socket whose other end reads when the test says so. */
class FakeSocket {
  bufferedAmount = 0;
  readonly sent: (string | Buffer)[] = [];
  pings = 0;
  closedWith: number | undefined;
  isTerminated = false;
  isReading = true;

  readonly send = (data: string | Buffer): void => {
    this.sent.push(data);
    if (!this.isReading) this.bufferedAmount += data.length;
  };

  ping(): void {
    this.pings++;
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  get log(): string[] {
    // Messages of the protocol always have a type.
    return this.sent.map((data) =>
      typeof data === 'string' ? (JSON.parse(data) as { type: string }).type : data.toString(),
    );
  }
}

let socket: FakeSocket;
let viewer: MseViewer;

beforeEach(() => {
  socket = new FakeSocket();
  // The fake has exactly the members that a viewer uses, with fewer overloads.
  viewer = new MseViewer(socket as unknown as ViewerSocket, DEFAULT_LIMITS, 0);
});

const send = (text: string | Buffer, keyframe = false) =>
  viewer.sendFragment(Buffer.from(text), keyframe, INIT, BITRATE);

describe('MseViewer', () => {
  it('starts with what there is since the key frame', () => {
    viewer.join(INIT, [Buffer.from('part'), Buffer.from('open')]);
    send('next');
    expect(socket.log).toEqual(['config', 'init', 'part', 'open', 'next']);
    expect(JSON.parse(String(socket.sent[0]))).toEqual({
      type: 'config',
      rendition: 'main',
      mime: 'video/mp4; codecs="avc1.64001e,mp4a.40.2"',
      video: { codec_string: 'avc1.64001e', width: 640, height: 360 },
      audio: { codec_string: 'mp4a.40.2', sample_rate: 48_000, channels: 1 },
    });
  });

  it('waits for the next key frame when there is nothing to start with', () => {
    viewer.join(INIT, []);
    send('delta');
    send('key', true);
    send('delta');
    expect(socket.log).toEqual(['config', 'init', 'key', 'delta']);
  });

  it('gets a new init segment with the key frame that needs it', () => {
    viewer.join(INIT, [Buffer.from('a')]);
    viewer.expectKeyframe();
    const other = { ...INIT, name: 'init-2.mp4', body: Buffer.from('init2') };
    viewer.sendFragment(Buffer.from('lost'), false, other, BITRATE);
    viewer.sendFragment(Buffer.from('b'), true, other, BITRATE);
    expect(socket.log).toEqual(['config', 'init', 'a', 'config', 'init2', 'b']);
  });

  it('skips to a key frame when the queue is full, and goes on when it has drained', () => {
    viewer.join(INIT, [Buffer.from('a')]);
    socket.isReading = false;
    for (let frame = 0; frame < 100; frame++) send(Buffer.alloc(10 * KIB));
    const buffered = socket.bufferedAmount;
    expect(buffered).toBeGreaterThan(700 * KIB);
    expect(buffered).toBeLessThan(780 * KIB);
    send('key-1', true);
    expect(socket.bufferedAmount).toBe(buffered);
    socket.isReading = true;
    socket.bufferedAmount = 0;
    send('delta');
    send('key-2', true);
    expect(socket.log.slice(-2)).toEqual(['discontinuity', 'key-2']);
    expect(socket.isTerminated).toBe(false);
  });

  it('cuts off a viewer that is too slow for three key frames in a row', () => {
    viewer.join(INIT, [Buffer.from('a')]);
    socket.isReading = false;
    for (let frame = 0; frame < 100; frame++) send(Buffer.alloc(10 * KIB));
    send('key', true);
    send('key', true);
    expect(socket.isTerminated).toBe(false);
    send('key', true);
    expect(socket.isTerminated).toBe(true);
  });

  it('cuts off a viewer that reads nothing for 10 s', () => {
    socket.isReading = false;
    viewer.join(INIT, [Buffer.from('a')]);
    viewer.tick(9_500);
    expect(socket.isTerminated).toBe(false);
    viewer.tick(10_000);
    expect(socket.isTerminated).toBe(true);
  });

  it('does not hold what joining sent against a slow starter', () => {
    socket.isReading = false;
    viewer.join(INIT, [Buffer.alloc(5000 * KIB)]);
    send('next');
    expect(socket.log.at(-1)).toBe('next');
  });

  it('pings, and cuts off who does not answer', () => {
    viewer.tick(19_999);
    expect(socket.pings).toBe(0);
    viewer.tick(20_000);
    expect(socket.pings).toBe(1);
    viewer.notePong();
    viewer.tick(40_000);
    expect(socket.pings).toBe(2);
    viewer.tick(60_000);
    expect(socket.isTerminated).toBe(true);
  });

  it('says goodbye, sends nothing after, and does not wait for ever for the answer', () => {
    viewer.leave('replaced', 0);
    send('key', true);
    expect(socket.log).toEqual(['bye']);
    expect(socket.closedWith).toBe(1012);
    viewer.tick(1_999);
    expect(socket.isTerminated).toBe(false);
    viewer.tick(2_000);
    expect(socket.isTerminated).toBe(true);
  });

  it('closes on a viewer that talks too much, and cuts it off when it goes on', () => {
    for (let count = 0; count < 100; count++) viewer.noteMessage();
    expect(socket.closedWith).toBeUndefined();
    viewer.noteMessage();
    expect(socket.closedWith).toBe(1008);
    expect(socket.isTerminated).toBe(false);
    for (let count = 0; count < 100; count++) viewer.noteMessage();
    expect(socket.isTerminated).toBe(true);
  });
});
