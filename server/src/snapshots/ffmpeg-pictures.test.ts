/** The fallback: pictures by ffmpeg when the optional packages are not there, and none when ffmpeg is missing too. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import type { Keyframe } from '@pantau/media';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { formatAnnexB } from './annex-b.ts';
import { DecoderProcess } from './decoder-process.ts';
import { FfmpegPictures } from './ffmpeg-pictures.ts';
import type { PictureMaker, PictureOutcome } from './picture.ts';
import { PictureMakers } from './picture-makers.ts';
import { decodePicture, drawKeyframe, hasFfmpeg, meanDifference } from './testing/drawn-keyframes.ts';

const USELESS = new URL('./testing/useless-picture-worker.ts', import.meta.url);
const problemOf = (outcome: PictureOutcome) => (outcome.ok ? 'none' : outcome.problem);

describe.skipIf(!hasFfmpeg)('pictures by ffmpeg', () => {
  const open: PictureMaker[] = [];
  const use = <T extends PictureMaker>(maker: T): T => {
    open.push(maker);
    return maker;
  };
  afterEach(async () => {
    for (const maker of open.splice(0)) await maker[Symbol.asyncDispose]();
  });

  it.each(['h264', 'h265'] as const)('%s without the optional packages: what was drawn', async (codec) => {
    const drawn = drawKeyframe({ codec, width: 1280, height: 720 });
    const makers = use(
      new PictureMakers([
        new DecoderProcess({ clock: systemClock, logger: silentLogger, program: USELESS }),
        new FfmpegPictures({ clock: systemClock, logger: silentLogger }),
      ]),
    );
    const outcome = await makers.make(drawn.keyframe);
    if (!outcome.ok) throw new Error(outcome.problem);
    expect(outcome.pictures.map(({ size, format, width }) => [size, format, width])).toEqual([
      [960, 'jpeg', 960],
      [320, 'jpeg', 320],
    ]);
    for (const { bytes, width, height } of outcome.pictures)
      expect(meanDifference(decodePicture(bytes), drawn.decode(width, height))).toBeLessThan(10);
  });

  it('garbage is a problem, and the next one is well', async () => {
    const maker = use(new FfmpegPictures({ clock: systemClock, logger: silentLogger }));
    const { keyframe } = drawKeyframe({ width: 320, height: 180 });
    const noise: Keyframe = {
      ...keyframe,
      data: Buffer.concat([Buffer.from([0, 0, 19, 136]), Buffer.alloc(5000, 0x5a)]),
    };
    expect(problemOf(await maker.make(noise))).toBe('undecodable');
    expect(problemOf(await maker.make({ ...keyframe, data: Buffer.alloc(50, 0xff) }))).toBe('undecodable');
    expect(problemOf(await maker.make(keyframe))).toBe('none');
  });

  it.each([
    ['hangs', 'exec sleep 60', 'timeout'],
    ['prints without end', 'exec yes', 'too-large'],
    ['dies', 'kill -SEGV $$', 'crashed'],
  ])('a program that %s costs that picture only', async (_name, script, problem) => {
    const folder = mkdtempSync(join(tmpdir(), 'pantau-ffmpeg-'));
    const command = join(folder, 'ffmpeg');
    writeFileSync(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const clock = new VirtualClock();
    const maker = use(new FfmpegPictures({ clock, logger: silentLogger, command }));
    const { keyframe } = drawKeyframe({ width: 320, height: 180 });
    const making = maker.make(keyframe);
    await clock.advance(4_999);
    if (problem === 'timeout') await clock.advance(1);
    expect(problemOf(await making)).toBe(problem);
    rmSync(folder, { recursive: true });
  });

  it('neither packages nor ffmpeg: no pictures, said once', async () => {
    const maker = use(
      new FfmpegPictures({ clock: systemClock, logger: silentLogger, command: '/nowhere/ffmpeg' }),
    );
    const makers = new PictureMakers([maker]);
    const { keyframe } = drawKeyframe({ width: 320, height: 180 });
    expect(problemOf(await makers.make(keyframe))).toBe('no-decoder');
    expect(problemOf(await makers.make(keyframe))).toBe('no-decoder');
  });
});

describe('Annex B', () => {
  const avcc = Buffer.from([1, 0x42, 0xc0, 0x1e, 0xff, 0xe1, 0, 2, 0x67, 9, 1, 0, 1, 0x68]);

  it('has the parameter sets in front', () => {
    const unit = Buffer.from([0, 0, 0, 3, 0x65, 7, 8]);
    expect(formatAnnexB({ codec: 'h264', decoderConfig: avcc }, unit)?.toString('hex')).toBe(
      '000000016709' + '0000000168' + '00000001650708',
    );
  });

  it('is nothing for what is no sample or no configuration, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('h264' as const, 'h265' as const),
        fc.uint8Array({ maxLength: 80 }),
        fc.uint8Array({ maxLength: 80 }),
        (codec, config, data) => {
          const bytes = formatAnnexB({ codec, decoderConfig: Buffer.from(config) }, Buffer.from(data));
          if (bytes !== undefined)
            expect(bytes.length).toBeLessThanOrEqual(3 * (config.length + data.length) + 8);
        },
      ),
      { numRuns: 500 },
    );
  });
});
