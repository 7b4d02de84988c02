import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitWriter, encodeNal } from './bit-writer.ts';
import { parseClipAudio, parseClipVideo } from './clip.ts';
import { splitAnnexB } from './clip-picture.ts';
import { encodeSyntheticVideo } from './synthetic-clip.ts';

const START = Buffer.from([0, 0, 0, 1]);

describe('splitAnnexB', () => {
  it('knows both start codes and trailing zeros', () => {
    const nals = splitAnnexB(
      Buffer.from('00000001' + '6742' + '000001' + '68ce' + '0000' + '000001' + '65', 'hex'),
    );
    expect(nals.map((nal) => nal.toString('hex'))).toEqual(['6742', '68ce', '65']);
  });

  it('finds nothing where there is nothing', () => {
    expect(splitAnnexB(Buffer.alloc(0))).toEqual([]);
    expect(splitAnnexB(Buffer.from('000001', 'hex'))).toEqual([]);
  });
});

describe('parseClipVideo', () => {
  it('reads pictures, key frames and size', () => {
    const video = parseClipVideo(encodeSyntheticVideo({ width: 64, height: 48, pictures: 10, gop: 5 }), 25);
    expect(video.pictures.map((picture) => picture.keyframe)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => at % 5 === 0),
    );
    expect(video.pictures.map((picture) => picture.displayIndex)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(video.spsFields).toMatchObject({ profile: 66, widthMbs: 4, heightMbs: 3 });
  });

  it('keeps the slices of a picture together', () => {
    const video = parseClipVideo(
      encodeSyntheticVideo({ width: 64, height: 96, pictures: 4, gop: 4, barRows: 3 }),
      25,
    );
    expect(video.pictures.map((picture) => picture.nals.length)).toEqual([2, 2, 2, 2]);
  });

  it('puts B-pictures where they are shown', () => {
    // Coded I P B B P B B, picture order counts 0 6 2 4 12 8 10: twice, to see the count begin again at the IDR.
    const order = [0, 6, 2, 4, 12, 8, 10];
    const nals = [0, 1].flatMap(() => order.map((poc, at) => headerOnly(at === 0, poc)));
    const stream = Buffer.concat([orderedSps(), plainPps(), ...nals].flatMap((nal) => [START, nal]));
    const { pictures } = parseClipVideo(stream, 25);
    expect(pictures.map((picture) => picture.displayIndex)).toEqual([
      0, 3, 1, 2, 6, 4, 5, 7, 10, 8, 9, 13, 11, 12,
    ]);
  });

  it.each([
    ['no parameter sets', '0000000165b8', 25],
    ['not starting with an IDR', '', 25],
    ['an absurd rate', '', 0],
  ])('refuses %s', (_, hex, fps) => {
    const whole = encodeSyntheticVideo({ width: 32, height: 32, pictures: 3, gop: 3 });
    const nals = splitAnnexB(whole);
    const headless = Buffer.concat(
      [nals[0], nals[1], nals[3]].flatMap((nal) => [START, nal ?? Buffer.alloc(0)]),
    );
    const bytes = hex === '' ? (fps === 0 ? whole : headless) : Buffer.from(hex, 'hex');
    expect(() => parseClipVideo(bytes, fps)).toThrow(Error);
  });

  it('ends with a clip or an Error, whatever the bytes', () => {
    const whole = encodeSyntheticVideo({ width: 32, height: 32, pictures: 3, gop: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          expect(parseClipVideo(bytes, 25).pictures.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

describe('parseClipAudio', () => {
  // ADTS: MPEG-4, no CRC, AAC-LC, 16 kHz, mono, 11 bytes: header, then a frame of four.
  const ADTS = 'fff16040' + '017ffc' + '00c80007';

  it('reads frames and the configuration', () => {
    const audio = parseClipAudio(Buffer.from(ADTS + ADTS, 'hex'));
    expect(audio).toMatchObject({ sampleRate: 16_000, channels: 1 });
    expect(audio.config.toString('hex')).toBe('1408');
    expect(audio.frames.map((frame) => frame.toString('hex'))).toEqual(['00c80007', '00c80007']);
  });

  it.each([
    ['nothing', ''],
    ['something else', '52494646000000005741'],
    ['half a frame', ADTS.slice(0, 18)],
  ])('refuses %s', (_, hex) => {
    expect(() => parseClipAudio(Buffer.from(hex, 'hex'))).toThrow(Error);
  });
});

/** Main profile, pic_order_cnt_type 0 with 4 bits of lsb. */
function orderedSps(): Buffer {
  const writer = new BitWriter().bits(77, 8).bits(0, 8).bits(30, 8).unsigned(0);
  writer.unsigned(0).unsigned(0).unsigned(0).unsigned(2).flag(false).unsigned(3).unsigned(2);
  return encodeNal(0x67, writer.flag(true).flag(true).flag(false).flag(false).finish());
}

function plainPps(): Buffer {
  const writer = new BitWriter()
    .unsigned(0)
    .unsigned(0)
    .flag(false)
    .flag(false)
    .unsigned(0)
    .unsigned(0)
    .unsigned(0);
  return encodeNal(0x68, writer.flag(false).bits(0, 2).signed(0).signed(0).signed(0).bits(0, 3).finish());
}

/** A slice header up to the picture order count: all that the order needs. */
function headerOnly(idr: boolean, poc: number): Buffer {
  const writer = new BitWriter()
    .unsigned(0)
    .unsigned(idr ? 7 : 6)
    .unsigned(0)
    .bits(0, 4);
  if (idr) writer.unsigned(0);
  return encodeNal(
    idr ? 0x65 : 0x01,
    writer
      .bits(poc % 16, 4)
      .bits(0, 16)
      .finish(),
  );
}
