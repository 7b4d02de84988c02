import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openHttpSource } from '../http/http-source.ts';
import { HttpUpstream } from '../http/testing/http-upstream.ts';
import { MediaError } from '../media-error.ts';
import type { MediaEvent } from '../sample.ts';
import { createSyntheticClip, silentAudio } from '../testing/synthetic-clip.ts';
import { readRecord } from './parameter-sets-of-record.ts';
import { readFlv } from './read-flv.ts';
import { flvHeader, flvTag } from './testing-tags.ts';

const CLIP = createSyntheticClip();
const SOUND = silentAudio({ sampleRate: 48_000, channels: 1 });

function withLength(bytes: Buffer, width: 2 | 4): Buffer {
  const length = Buffer.alloc(width);
  length.writeUIntBE(bytes.length, 0, width);
  return Buffer.concat([length, bytes]);
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 5.3.3.1) with lengths of four bytes. */
function avcRecord({ sps, pps } = CLIP.video): Buffer {
  const head = Buffer.from([1, sps[1] ?? 0, sps[2] ?? 0, sps[3] ?? 0, 0xff, 0xe1]);
  return Buffer.concat([head, withLength(sps, 2), Buffer.from([1]), withLength(pps, 2)]);
}

/** The clip as FLV, with sound that was announced or not. */
function makeFlv(pictures: number, hasSound: boolean): Buffer {
  const config = Buffer.concat([Buffer.from([0x17, 0, 0, 0, 0]), avcRecord()]);
  const tags = [flvTag(9, 0, config)];
  if (hasSound) tags.push(flvTag(8, 0, Buffer.concat([Buffer.from([0xaf, 0]), SOUND.config])));
  for (let index = 0; index < pictures; index++) {
    const picture = CLIP.video.pictures[index % CLIP.video.pictures.length];
    const timeMs = Math.round((index * 1000) / CLIP.video.fps);
    const head = Buffer.from([picture?.keyframe === true ? 0x17 : 0x27, 1, 0, 0, 0]);
    tags.push(
      flvTag(9, timeMs, Buffer.concat([head, ...(picture?.nals ?? []).map((nal) => withLength(nal, 4))])),
    );
    if (hasSound)
      tags.push(
        flvTag(8, timeMs, Buffer.concat([Buffer.from([0xaf, 1]), SOUND.frames[0] ?? Buffer.alloc(1)])),
      );
  }
  return Buffer.concat([flvHeader(), ...tags]);
}

async function readAll(flv: Buffer, audio = true): Promise<readonly MediaEvent[]> {
  const events: MediaEvent[] = [];
  await using upstream = await HttpUpstream.start((_request, response) => {
    response.writeHead(200, { 'content-type': 'video/x-flv' }).end(flv);
  });
  const source = await openHttpSource({
    source: { url: upstream.url('/flv?port=1935'), username: undefined, password: undefined, audio },
    onEvent: (event) => events.push(event),
    clock: new VirtualClock(),
    logger: silentLogger,
    signal: new AbortController().signal,
  });
  await source.ended.catch(() => undefined);
  return events;
}

const count = (events: readonly MediaEvent[], kind: 'video' | 'audio') =>
  events.filter((event) => event.type === 'sample' && event.sample.kind === kind).length;

describe('FLV over HTTP', () => {
  it('becomes the same samples as over RTP: a config, a key frame, times that rise', async () => {
    const events = await readAll(makeFlv(60, false));
    expect(events[0]).toMatchObject({
      type: 'config',
      config: { video: { codec: 'h264', width: 320 }, audio: undefined },
    });
    expect(events[1]).toMatchObject({ type: 'sample', sample: { kind: 'video', keyframe: true } });
    const times = events.flatMap((event) => (event.type === 'sample' ? [event.sample.dts] : []));
    expect(times.length).toBeGreaterThanOrEqual(57);
    expect(times.every((dts, index) => index === 0 || dts > (times[index - 1] ?? 0))).toBe(true);
  });

  it('brings its sound along, and leaves it out where the camera is to be silent', async () => {
    const events = await readAll(makeFlv(60, true));
    expect(events[0]).toMatchObject({ config: { audio: { codec: 'aac', sampleRate: 48_000 } } });
    expect(count(events, 'audio')).toBeGreaterThan(40);
    const silent = await readAll(makeFlv(60, true), false);
    expect([count(silent, 'audio'), silent[0]]).toEqual([
      0,
      expect.objectContaining({ config: expect.objectContaining({ audio: undefined }) }),
    ]);
  });
});

describe('readRecord', () => {
  it.each([0, 5, 6, 12])('that is cut off after %i bytes gives nothing', (bytes) => {
    expect(readRecord('h264', avcRecord().subarray(0, bytes))).toBeUndefined();
    expect(readRecord('h265', avcRecord().subarray(0, bytes))).toBeUndefined();
  });

  it('reads the sets of an HEVC record (ISO/IEC 14496-15 section 8.3.3.1)', () => {
    const array = (type: number, set: string) => [type, 0, 1, 0, set.length / 2, ...Buffer.from(set, 'hex')];
    const record = Buffer.from([
      ...Buffer.alloc(21),
      0xff,
      3,
      ...array(32, '4001'),
      ...array(33, '4201ab'),
      ...array(34, '4401'),
    ]);
    expect(readRecord('h265', record)).toEqual({
      lengthBytes: 4,
      parameterSets: ['4001', '4201ab', '4401'].map((set) => Buffer.from(set, 'hex')),
    });
  });
});

describe('tags of any content', () => {
  const whole = makeFlv(6, true);
  const head = fc.constantFrom(
    '1700000000',
    '1701000000',
    '2701000000',
    '1c00000000',
    'af00',
    'af01',
    '90687663310000',
    '',
  );
  const body = fc
    .tuple(head, fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constant(avcRecord())))
    .map(([hex, rest]) => Buffer.concat([Buffer.from(hex, 'hex'), rest]));
  const tags = fc
    .array(fc.tuple(fc.constantFrom(8, 9, 9, 18), fc.nat(2 ** 32 - 1), body), { maxLength: 20 })
    .map((each) =>
      Buffer.concat([flvHeader(), ...each.map(([type, timeMs, bytes]) => flvTag(type, timeMs, bytes))]),
    );
  const damaged = fc
    .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 })
    .map((changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });

  it('are read, or refused with a MediaError; pictures are in order, and no timer stays', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(tags, damaged), fc.integer({ min: 1, max: 400 }), async (bytes, size) => {
        const clock = new VirtualClock();
        const times: number[] = [];
        const onEvent = (event: MediaEvent) => {
          if (event.type === 'sample' && event.sample.kind === 'video') times.push(event.sample.dts);
        };
        const options = {
          source: { url: 'http://camera.test/', username: undefined, password: undefined },
          onEvent,
          clock,
          logger: silentLogger,
          signal: new AbortController().signal,
        };
        try {
          await readFlv({
            options,
            body: cut(bytes, size),
            signal: new AbortController().signal,
            onTrouble: () => undefined,
          });
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
        expect(times.every((dts, index) => index === 0 || dts > (times[index - 1] ?? 0))).toBe(true);
        expect(clock.pendingTimers).toBe(0);
      }),
    );
  });
});

// What reads it asks for an asynchronous one.
// oxlint-disable-next-line require-await
async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
