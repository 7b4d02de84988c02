import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseClipVideo, type ClipVideo } from './clip.ts';
import { encodeClockBits, readClockBits } from './clock-bits.ts';
import { createClockOverlay, type ClockOverlay } from './clock-slice.ts';
import { formatClock } from './clock-text.ts';
import { decodeWithFfmpeg, hasFfmpeg } from './decode-with-ffmpeg.ts';
import { encodeSyntheticVideo } from './synthetic-clip.ts';

const WIDTH = 720;
const HEIGHT = 96;
const FPS = 10;
const START_MS = Date.UTC(2026, 10, 23, 8, 4, 58, 500);
const VIDEO = parseClipVideo(
  encodeSyntheticVideo({ width: WIDTH, height: HEIGHT, fps: FPS, pictures: 20, gop: 10, barRows: 3 }),
  FPS,
);
const PLAIN = decodePlain();

/** Two loops of the clip with its first slices replaced. */
function burnIn(overlay: ClockOverlay, video: ClipVideo = VIDEO): Buffer {
  const nals: Buffer[] = [];
  for (let count = 0; count < 2 * video.pictures.length; count++) {
    const index = count % video.pictures.length;
    const picture = video.pictures[index];
    if (picture?.keyframe === true) nals.push(video.sps, video.pps);
    nals.push(overlay.slice(index, START_MS + (count * 1000) / FPS), ...(picture?.nals.slice(1) ?? []));
  }
  return Buffer.concat(nals.flatMap((nal) => [Buffer.from([0, 0, 0, 1]), nal]));
}

function decodePlain() {
  if (!hasFfmpeg) return undefined;
  return decodeWithFfmpeg(
    encodeSyntheticVideo({ width: WIDTH, height: HEIGHT, fps: FPS, pictures: 20, gop: 10, barRows: 3 }),
    WIDTH,
    HEIGHT,
  );
}

describe('createClockOverlay', () => {
  it('is the bytes that ffmpeg 5.1 was seen to decode without a complaint', () => {
    const bytes = burnIn(createClockOverlay(VIDEO, { label: 'Pasar Kota', clockBits: true }));
    expect(createHash('sha256').update(bytes).digest('hex')).toMatchInlineSnapshot(
      `"e53ffc193f21e32c7f6b9b28197fa74fd616c2eab6dc187dd9848ceb6176b1be"`,
    );
  });

  it('costs little: whole at key frames, almost nothing while the second lasts', () => {
    const overlay = createClockOverlay(VIDEO, { label: 'Pasar Kota' });
    const sizes = VIDEO.pictures.map((_, at) => overlay.slice(at, START_MS + at * 100).length);
    expect(sizes[0]).toBeGreaterThan(500);
    expect(sizes[1]).toBeLessThan(16);
    expect(sizes[5]).toBeGreaterThan(16); // 08:04:59
    expect(sizes[5]).toBeLessThan(300);
  });

  it('hands out the same slice while nothing changes', () => {
    const [a, b] = ['A', 'B'].map((label) => createClockOverlay(VIDEO, { label }));
    for (const overlay of [a, b]) overlay?.slice(0, START_MS);
    expect(a?.slice(1, START_MS)).toBe(b?.slice(1, START_MS));
  });

  it('serves its own clip only', () => {
    const overlay = createClockOverlay(VIDEO, { label: '' });
    expect(overlay.fits(VIDEO)).toBe(true);
    expect(overlay.fits(parseClipVideo(encodeSyntheticVideo({ pictures: 2, gop: 2 }), 25))).toBe(false);
    expect(() => overlay.slice(99, START_MS)).toThrow(RangeError);
  });

  it.each([
    ['one slice per picture', { width: 720, height: 96 }, false, /several slices/],
    ['a bar too low', { width: 720, height: 96, barRows: 1 }, false, /two whole rows/],
    ['no room for bits', { width: 320, height: 96, barRows: 3 }, true, /704/],
  ])('refuses %s', (_, shape, clockBits, message) => {
    const video = parseClipVideo(encodeSyntheticVideo({ ...shape, pictures: 2, gop: 2 }), 25);
    expect(() => createClockOverlay(video, { label: 'x', clockBits })).toThrow(message);
  });

  it('cuts a name that is too long and copes with any letters', () => {
    for (const label of ['x'.repeat(500), 'Jalan Ñandú — 日本', '']) {
      expect(createClockOverlay(VIDEO, { label }).slice(0, START_MS).length).toBeGreaterThan(100);
    }
  });
});

describe.skipIf(!hasFfmpeg)('a clip with a clock, decoded by ffmpeg', () => {
  it('has no complaint and leaves the rest of the picture as it was', () => {
    const { luma, complaints } = decodeWithFfmpeg(
      burnIn(createClockOverlay(VIDEO, { label: 'Pasar' })),
      WIDTH,
      HEIGHT,
    );
    expect(complaints).toBe('');
    expect(PLAIN?.complaints).toBe('');
    expect(luma).toHaveLength(40);
    luma.forEach((picture, at) => {
      const plain = PLAIN?.luma[at % 20];
      expect(picture.subarray(48 * WIDTH).equals(plain?.subarray(48 * WIDTH) ?? Buffer.alloc(0))).toBe(true);
    });
  });

  it('draws ink and background where they belong, changing with the second', () => {
    const { luma } = decodeWithFfmpeg(burnIn(createClockOverlay(VIDEO, { label: 'I' })), WIDTH, HEIGHT);
    // The letter I at blocks 4..8 from the left, 2 from the top: its stem is the third column of blocks.
    const at = (picture: number, x: number, y: number) => luma[picture]?.[y * WIDTH + x] ?? -1;
    for (const picture of [0, 7, 39]) {
      expect(at(picture, 6 * 4 + 1, 5 * 4 + 1)).toBeGreaterThan(200);
      expect(at(picture, 4 * 4 + 1, 5 * 4 + 1)).toBeLessThan(50);
    }
    const bars = luma.map((picture) => picture.subarray(0, 48 * WIDTH));
    const changes = bars
      .slice(1)
      .flatMap((bar, index) => (bar.equals(bars[index] ?? bar) ? [] : [index + 1]));
    expect(changes.filter((picture) => picture % 10 === 5)).toEqual([5, 15, 25, 35]);
  });

  it('shows the time of every picture in its bits', () => {
    const overlay = createClockOverlay(VIDEO, { label: 'Pasar', clockBits: true });
    const { luma, complaints } = decodeWithFfmpeg(burnIn(overlay), WIDTH, HEIGHT);
    expect(complaints).toBe('');
    const times = luma.map((picture) =>
      readClockBits((x, y) => picture[y * WIDTH + x] ?? 0, overlay.bitsTop ?? 0),
    );
    expect(times).toEqual(luma.map((_, at) => START_MS + at * 100));
  });
});

describe('clock bits', () => {
  it('are read as they were written', () => {
    const bits = encodeClockBits(START_MS);
    expect(bits).toHaveLength(44);
    expect(readClockBits((x) => (bits[Math.floor(x / 16)] === true ? 235 : 16), 0)).toBe(START_MS);
  });

  it('are not read out of grey', () => {
    expect(readClockBits(() => 128, 0)).toBeUndefined();
  });
});

describe('formatClock', () => {
  it.each([
    ['Asia/Jakarta', '23-11-2026 15:04:58 WIB'],
    ['Asia/Makassar', '23-11-2026 16:04:58 WITA'],
    ['Asia/Jayapura', '23-11-2026 17:04:58 WIT'],
    ['UTC', '23-11-2026 08:04:58 UTC'],
  ])('%s', (zone, text) => {
    expect(formatClock(START_MS, zone)).toBe(text);
  });
});
