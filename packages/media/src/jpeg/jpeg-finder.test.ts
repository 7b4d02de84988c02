import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { JpegFinder } from './jpeg-finder.ts';
import { MAX_JPEG_BYTES, readJpegSize } from './jpeg-header.ts';
import { makeTestJpeg, textOfJpeg } from './testing-pictures.ts';

const A = makeTestJpeg('a');
const B = makeTestJpeg('b');

function find(chunks: readonly Buffer[]) {
  const pictures: Buffer[] = [];
  const troubles: string[] = [];
  const finder = new JpegFinder({
    onPicture: (picture) => pictures.push(picture),
    onTrouble: (message) => troubles.push(message),
  });
  for (const chunk of chunks) {
    const passing = Buffer.from(chunk);
    finder.push(passing);
    passing.fill(0xee); // the next read goes into the same bytes
  }
  return { pictures, troubles, texts: pictures.map(textOfJpeg) };
}

function part(picture: Buffer, { length = picture.length as number | undefined, boundary = '--frame' } = {}) {
  const header = length === undefined ? '' : `Content-Length: ${length}\r\n`;
  return Buffer.concat([
    Buffer.from(`${boundary}\r\nContent-Type: image/jpeg\r\n${header}\r\n`),
    picture,
    Buffer.from('\r\n'),
  ]);
}

/** A picture with a whole small one in an application segment, as cameras put in a preview. */
function withPreview(picture: Buffer): Buffer {
  const length = Buffer.from([(B.length + 2) >> 8, (B.length + 2) & 0xff]);
  return Buffer.concat([
    picture.subarray(0, -2).subarray(0, 2),
    Buffer.from([0xff, 0xfe, 0, 3, 0x61]),
    Buffer.from([0xff, 0xe1]),
    length,
    B,
    A.subarray(7),
  ]);
}

describe('JpegFinder finds the pictures of', () => {
  it.each<readonly [string, readonly Buffer[]]>([
    ['parts with a length', [part(A), part(B)]],
    ['parts without a length', [part(A, { length: undefined }), part(B, { length: undefined })]],
    ['parts with a length that is wrong', [part(A, { length: 7 }), part(B, { length: 99_999_999 })]],
    ['parts without leading dashes', [part(A, { boundary: 'frame' }), part(B, { boundary: 'frame' })]],
    ['parts with a boundary of its own each', [part(A, { boundary: '--x' }), part(B, { boundary: '--y' })]],
    ['no parts at all', [A, B]],
    ['parts with junk between', [part(A), Buffer.from('\0\0\xff\xd8 \r\n junk', 'latin1'), part(B)]],
    [
      'text parts between',
      [part(A), Buffer.from('--frame\r\nContent-Type: text/plain\r\n\r\nhello\r\n'), part(B)],
    ],
    [
      'fill bytes in front of markers',
      [part(Buffer.concat([A.subarray(0, 2), Buffer.from([0xff]), A.subarray(2)])), part(B)],
    ],
  ])('%s', (_name, chunks) => {
    const { pictures } = find(chunks);
    expect(pictures.map((picture) => picture.length > 100)).toEqual([true, true]);
    expect(textOfJpeg(pictures[1] ?? Buffer.alloc(8))).toBe('b');
    expect(find(Array.from(Buffer.concat(chunks), (byte) => Buffer.from([byte]))).pictures).toEqual(pictures);
  });

  it('a camera that puts a preview into each', () => {
    const picture = withPreview(A);
    expect(find([part(picture), part(picture)]).pictures).toEqual([picture, picture]);
  });

  it('a camera that leaves the end marker out', () => {
    const open = A.subarray(0, -2);
    const { pictures, troubles } = find([part(open), part(open), part(open)]);
    expect(pictures).toEqual([A, A]);
    expect(troubles).toEqual([]);
  });

  it('a camera after one that is broken in its middle', () => {
    const broken = Buffer.concat([A.subarray(0, 40), Buffer.from('no segment')]);
    const { texts, troubles } = find([part(broken), part(B), part(A)]);
    expect(texts.at(-1)).toBe('a');
    expect(troubles.length).toBeGreaterThan(0);
  });
});

describe('JpegFinder is bounded:', () => {
  it('a picture without an end is given up at 4 MiB, and the next one is found', () => {
    const endless = Buffer.concat([A.subarray(0, -2), Buffer.alloc(MAX_JPEG_BYTES)]);
    const { texts, troubles } = find([endless, B]);
    expect(texts).toEqual(['b']);
    expect(troubles).toEqual(['a picture is too large']);
  });

  it.each([
    ['zeros', Buffer.alloc(9 * 1024 * 1024)],
    ['starts without end', Buffer.alloc(9 * 1024 * 1024, Buffer.from([0xff, 0xd8, 0xff]))],
    ['text', Buffer.alloc(9 * 1024 * 1024, '--frame\r\n')],
  ])('%s for ever are no stream of pictures', (_name, bytes) => {
    expect(() => find([bytes])).toThrow(expect.objectContaining({ code: 'VIDEO_MALFORMED' }));
  });

  it('whatever comes, however it is cut', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        A,
        B,
        A.subarray(0, 60),
        Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2]),
        Buffer.from('\r\n--f\r\n'),
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 50 }), (pieces, cut) => {
        const bytes = Buffer.concat(pieces);
        const whole = find([bytes]).pictures;
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += cut) chunks.push(bytes.subarray(at, at + cut));
        expect(find(chunks).pictures).toEqual(whole);
      }),
    );
  });
});

describe('readJpegSize', () => {
  it('reads the frame header', () =>
    expect(readJpegSize(makeTestJpeg('x', 320, 240))).toEqual({ width: 320, height: 240 }));

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no JPEG', Buffer.from('GIF89a')],
    ['a picture without a frame header', Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2, 0, 0])],
    ['a picture of no height', makeTestJpeg('x', 32, 0)],
    [
      'a picture that would take gigabytes',
      Buffer.concat([
        makeTestJpeg('x', 16, 16).subarray(0, 2),
        Buffer.from('ffc0000b08ffffffff01011100', 'hex'),
      ]),
    ],
  ])('%s has none', (_name, bytes) => expect(readJpegSize(bytes)).toBeUndefined());

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readJpegSize(Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.from(bytes)]));
        try {
          find([Buffer.from(bytes)]);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
    );
  });
});
