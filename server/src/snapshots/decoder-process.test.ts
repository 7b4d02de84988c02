/** The process that decodes, with stand-ins that die, hang and grow; and with the real one, against ffmpeg's own eyes. */
import { createRequire } from 'node:module';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import type { Keyframe } from '@pantau/media';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DecoderProcess, type DecoderLimits } from './decoder-process.ts';
import { loadCodecs } from './load-codecs.ts';
import type { PictureOutcome } from './picture.ts';
import { decodePicture, drawKeyframe, hasFfmpeg, meanDifference } from './testing/drawn-keyframes.ts';
import { DEED } from './testing/scripted-picture-worker.ts';

const SCRIPTED = new URL('./testing/scripted-picture-worker.ts', import.meta.url);
const USELESS = new URL('./testing/useless-picture-worker.ts', import.meta.url);

function keyframe(deed: keyof typeof DEED, width = 640): Keyframe {
  return {
    config: {
      kind: 'video',
      codec: 'h264',
      codecString: 'avc1.42c01e',
      timescale: 90_000,
      width,
      height: 360,
      sampleAspectRatio: [1, 1],
      announcedFps: undefined,
      maxReorder: 0,
      decoderConfig: Buffer.from([1]),
    },
    data: Buffer.from([DEED[deed]]),
    wallMs: 0,
  };
}

const problemOf = (outcome: PictureOutcome) => (outcome.ok ? 'none' : outcome.problem);
/** The stand-in answers with its process id. */
const pidOf = (outcome: PictureOutcome) =>
  outcome.ok ? String(outcome.pictures[0]?.bytes) : outcome.problem;

describe('the decoder process', () => {
  let clock: VirtualClock;
  let decoder: DecoderProcess;
  const open = (limits: Partial<DecoderLimits> = {}, program = SCRIPTED) => {
    decoder = new DecoderProcess({ clock, logger: silentLogger, program, limits });
  };
  beforeEach(() => {
    clock = new VirtualClock();
    open();
  });
  afterEach(() => decoder[Symbol.asyncDispose]());

  it('starts with the first picture and is used again', async () => {
    expect(decoder.pid).toBeUndefined();
    const first = pidOf(await decoder.make(keyframe('answer')));
    expect(first).toBe(String(decoder.pid));
    expect(pidOf(await decoder.make(keyframe('answer')))).toBe(first);
    expect(problemOf(await decoder.make(keyframe('refuse')))).toBe('undecodable');
    expect(pidOf(await decoder.make(keyframe('answer')))).toBe(first);
  });

  it('that dies of a picture costs that picture only', async () => {
    const first = pidOf(await decoder.make(keyframe('answer')));
    const [dead, next] = await Promise.all([decoder.make(keyframe('die')), decoder.make(keyframe('answer'))]);
    expect(problemOf(dead)).toBe('crashed');
    expect(pidOf(next)).toMatch(/^\d+$/);
    expect(pidOf(next)).not.toBe(first);
  });

  it('that hangs is killed after five seconds, and the next picture gets another', async () => {
    const first = pidOf(await decoder.make(keyframe('answer')));
    const hanging = decoder.make(keyframe('hang'));
    const next = decoder.make(keyframe('answer'));
    await clock.advance(4999);
    expect(String(decoder.pid)).toBe(first);
    await clock.advance(1);
    expect(problemOf(await hanging)).toBe('timeout');
    expect(pidOf(await next)).not.toBe(first);
  });

  it('killed from outside in the middle of a picture is replaced', async () => {
    await decoder.make(keyframe('answer'));
    const hanging = decoder.make(keyframe('hang'));
    process.kill(decoder.pid ?? 0, 'SIGKILL');
    expect(problemOf(await hanging)).toBe('crashed');
    expect(pidOf(await decoder.make(keyframe('answer')))).toMatch(/^\d+$/);
  });

  it('that answers something else is not believed', async () => {
    expect(problemOf(await decoder.make(keyframe('babble')))).toBe('crashed');
    expect(problemOf(await decoder.make(keyframe('lie')))).toBe('crashed');
    expect(pidOf(await decoder.make(keyframe('answer')))).toMatch(/^\d+$/);
  });

  it('that cannot be started costs pictures, and nothing else', async () => {
    open({}, new URL('https://example.com/no-file'));
    const outcomes = await Promise.all([decoder.make(keyframe('answer')), decoder.make(keyframe('answer'))]);
    expect(outcomes.map(problemOf)).toEqual(['crashed', 'crashed']);
  });

  it('makes way for a new one when it has grown, or made enough pictures', async () => {
    const first = pidOf(await decoder.make(keyframe('grow')));
    const second = pidOf(await decoder.make(keyframe('answer')));
    expect(second).not.toBe(first);
    await decoder[Symbol.asyncDispose]();
    open({ pictures: 2 });
    const pids: string[] = [];
    for (let count = 0; count < 4; count++) pids.push(pidOf(await decoder.make(keyframe('answer'))));
    expect(pids[1]).toBe(pids[0]);
    expect(pids[2]).not.toBe(pids[1]);
    expect(pids[3]).toBe(pids[2]);
  });

  it('ends when there is no work', async () => {
    await decoder.make(keyframe('answer'));
    await clock.advance(149_000);
    expect(decoder.pid).toBeDefined();
    await clock.advance(2000);
    expect(decoder.pid).toBeUndefined();
    expect(pidOf(await decoder.make(keyframe('answer')))).toMatch(/^\d+$/);
  });

  it('is not started again and again: after three deaths in a row there is a pause', async () => {
    for (let count = 0; count < 3; count++)
      expect(problemOf(await decoder.make(keyframe('die')))).toBe('crashed');
    expect(problemOf(await decoder.make(keyframe('answer')))).toBe('busy');
    await clock.advance(60_000);
    expect(pidOf(await decoder.make(keyframe('answer')))).toMatch(/^\d+$/);
  });

  it('lets so many key frames wait and turns the others away', async () => {
    open({ queue: 2 });
    const all = Array.from({ length: 5 }, () => decoder.make(keyframe('answer')));
    const problems = (await Promise.all(all)).map(problemOf);
    expect(problems).toEqual(['none', 'none', 'none', 'busy', 'busy']);
  });

  it('is not given what claims to be too large, or empty', async () => {
    expect(problemOf(await decoder.make(keyframe('answer', 7681)))).toBe('too-large');
    expect(problemOf(await decoder.make(keyframe('answer', 0)))).toBe('undecodable');
    const heavy = { ...keyframe('answer'), data: Buffer.alloc(9 * 1024 * 1024) };
    expect(problemOf(await decoder.make(heavy))).toBe('too-large');
    expect(decoder.pid).toBeUndefined();
  });

  it('without the optional packages says so, and is not tried again', async () => {
    open({}, USELESS);
    expect(problemOf(await decoder.make(keyframe('answer')))).toBe('no-decoder');
    expect(decoder.pid).toBeUndefined();
    expect(problemOf(await decoder.make(keyframe('answer')))).toBe('no-decoder');
  });

  it('answers who waits when it is closed', async () => {
    await decoder.make(keyframe('answer'));
    const waiting = [decoder.make(keyframe('hang')), decoder.make(keyframe('answer'))];
    await decoder[Symbol.asyncDispose]();
    expect((await Promise.all(waiting)).map(problemOf)).toEqual(['busy', 'busy']);
    expect(problemOf(await decoder.make(keyframe('answer')))).toBe('busy');
  });
});

describe('the optional packages', () => {
  it('may be missing, or not run here', () => {
    expect(
      loadCodecs(() => {
        throw new Error('not here');
      }),
    ).toBeUndefined();
    const onlyNative = (name: string) => {
      if (name === 'sharp') throw new Error('not here');
      return {};
    };
    expect(loadCodecs(onlyNative)).toBeUndefined();
  });
});

const require = createRequire(import.meta.url);
const hasCodecs = loadCodecs((name) => require.resolve(name)) !== undefined;

describe.skipIf(!hasFfmpeg || !hasCodecs)('pictures of key frames', () => {
  const decoder = new DecoderProcess({ clock: systemClock, logger: silentLogger });
  afterAll(() => decoder[Symbol.asyncDispose]());

  it.each([
    ['H.264, 1080p', {}],
    ['H.265, 1080p', { codec: 'h265' }],
    ['H.264, 720p: not a whole fraction', { width: 1280, height: 720 }],
    ['H.264, small, BT.601', { width: 352, height: 288 }],
    ['H.264, odd size', { width: 638, height: 358 }],
    ['H.264, upright', { width: 1080, height: 1920 }],
    ['H.264, 4K', { width: 3840, height: 2160 }],
    ['H.264, full range', { colour: { primaries: 1, transfer: 1, matrix: 1, fullRange: true } }],
    ['H.264, 4:2:2', { width: 1280, height: 720, pixelFormat: 'yuv422p' }],
    ['H.264, 4:4:4', { width: 640, height: 360, pixelFormat: 'yuv444p' }],
    ['H.264, grey', { width: 640, height: 360, pixelFormat: 'gray' }],
    ['H.265, ten bits', { codec: 'h265', width: 1280, height: 720, pixelFormat: 'yuv420p10le' }],
  ] as const)('%s: what ffmpeg sees', async (_name, options) => {
    const drawn = drawKeyframe(options);
    const outcome = await decoder.make(drawn.keyframe);
    if (!outcome.ok) throw new Error(outcome.problem);
    expect(outcome.pictures.map(({ size, format }) => `${size} ${format}`)).toEqual([
      '960 jpeg',
      '960 webp',
      '320 jpeg',
      '320 webp',
    ]);
    for (const { width, height, size, format, bytes } of outcome.pictures) {
      expect(Math.max(width, height)).toBe(
        Math.min(size, Math.max(drawn.keyframe.config.width, drawn.keyframe.config.height)),
      );
      // One of each size and format; the others are of the same pixels.
      if ((format === 'webp') === (size === 960)) continue;
      const difference = meanDifference(decodePicture(bytes), drawn.decode(width, height));
      expect(difference).toBeLessThan(6);
    }
  });

  it('shows pixels that are not square in the shape that is meant', async () => {
    const { keyframe } = drawKeyframe({ width: 704, height: 576 });
    const outcome = await decoder.make({
      ...keyframe,
      config: { ...keyframe.config, sampleAspectRatio: [16, 11] },
    });
    expect(outcome.ok && outcome.pictures[0]).toMatchObject({ width: 960, height: 540 });
  });

  const good = hasFfmpeg ? drawKeyframe({ width: 640, height: 360 }).keyframe : keyframe('answer');
  const flipped = Buffer.from(good.data);
  for (let at = 40; at < flipped.length; at += 61) flipped.writeUInt8((flipped[at] ?? 0) ^ 0x55, at);
  const sps = Buffer.from(good.config.decoderConfig);
  sps.fill(0xff, 8, 24);
  const withConfig = (decoderConfig: Buffer, data = good.data): Keyframe => ({
    ...good,
    config: { ...good.config, decoderConfig },
    data,
  });

  it.each([
    ['cut off', { ...good, data: good.data.subarray(0, 200) }],
    ['of noise', { ...good, data: Buffer.alloc(5000, 0x5a) }],
    ['with a length that lies', { ...good, data: Buffer.concat([Buffer.alloc(4, 0xff), good.data]) }],
    ['with flipped bits', { ...good, data: flipped }],
    ['without a configuration', withConfig(Buffer.alloc(0))],
    ['with a configuration of noise', withConfig(Buffer.alloc(60, 0xff))],
    ['with parameter sets of noise', withConfig(sps)],
    ['that is no JPEG', { ...good, config: { ...good.config, codec: 'jpeg' as const } }],
    ['of a codec that does not exist', { ...good, config: { ...good.config, codecString: 'none.1' } }],
  ])('a key frame %s ends in a picture or a problem, and the next one is well', async (_name, hostile) => {
    const outcome = await decoder.make(hostile);
    if (!outcome.ok) expect(outcome.problem).toMatch(/^(undecodable|crashed)$/);
    expect(problemOf(await decoder.make(good))).toBe('none');
  });

  it('are made of a JPEG as it is', async () => {
    const first = await decoder.make(good);
    const jpeg = first.ok ? first.pictures[0]?.bytes : undefined;
    const outcome = await decoder.make({
      ...good,
      config: { ...good.config, codec: 'jpeg', codecString: 'jpeg', decoderConfig: Buffer.alloc(0) },
      data: jpeg ?? Buffer.alloc(0),
    });
    expect(outcome.ok && outcome.pictures[0]).toMatchObject({ width: 640, height: 360 });
  });
});
