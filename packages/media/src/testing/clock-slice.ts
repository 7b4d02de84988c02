/**
 * A running clock in a clip, without an encoder. The clip keeps its top rows free (one slice of every picture); this overlay writes
 * that slice anew with the camera's name and the time of day, and the clip's other slices go out untouched.
 *
 *   ┌──────────────────────────────────────────────────┐
 *   │ SIMPANG EMPAT            23-11-2026 15:04:05 WIB │  slice 0: ours, Intra16x16 blocks where something changed, else P_Skip
 *   ├──────────────────────────────────────────────────┤
 *   │ the clip's own slices 1..n                       │
 *
 * The slice header repeats the replaced slice's (frame_num, idr_pic_id, picture order count …) up to slice_qp_delta. The decoder's
 * state of the bar is known exactly, since everything in it comes from `writeBlockSlice`. Needs CAVLC, slices that start at row ends,
 * and P slices whose reference 0 is the picture before (docs/design/fake-camera.md).
 */
import { rbspOf } from './bit-reader.ts';
import { BitWriter, encodeNal } from './bit-writer.ts';
import { drawText, GLYPH_HEIGHT, textWidth } from './bar-font.ts';
import { BLOCK_SLICE_QP, createBlockPicture, writeBlockSlice, type BlockPicture } from './block-slice.ts';
import type { ClipVideo } from './clip.ts';
import type { ClipPicture } from './clip-picture.ts';
import { CLOCK_BITS, encodeClockBits } from './clock-bits.ts';
import { formatClock } from './clock-text.ts';
import { parseClipSlice } from './h264-headers.ts';
import type { PictureOverlay } from './picture-overlay.ts';

export interface ClockOverlayOptions {
  /** Camera name, on the left. */
  readonly label: string;
  /** IANA zone of the clock. Default `Asia/Jakarta`. */
  readonly timeZone?: string;
  /** Adds UTC ms as a row of blocks, new in every picture (clock-bits.ts). Default false. */
  readonly clockBits?: boolean;
}

export interface ClockOverlay extends PictureOverlay {
  /** Pixels from the picture's top to the row of clock bits; undefined without. */
  readonly bitsTop: number | undefined;
}

const BACKGROUND = 28;
const INK = 225;
const BIT_BLACK = 16;
const BIT_WHITE = 235;
/** Blocks kept free at the left and right edge. */
const MARGIN = 4;

/** What of a picture's first slice is repeated. */
interface SliceHead {
  readonly nalHeader: number;
  readonly intra: boolean;
  readonly rbsp: Buffer;
  readonly bits: number;
}

/** @throws Error when the clip is not made for it; the message says why. */
export function createClockOverlay(video: ClipVideo, options: ClockOverlayOptions): ClockOverlay {
  return new BarOverlay(video, options);
}

class BarOverlay implements ClockOverlay {
  readonly bitsTop: number | undefined;
  readonly #video: ClipVideo;
  readonly #label: string;
  readonly #timeZone: string;
  readonly #heads: readonly SliceHead[];
  readonly #deblockingControl: boolean;
  readonly #qpDelta: number;
  readonly #textTop: number;
  /** What the decoder holds, and which drawing that is. */
  readonly #decoded: BlockPicture;
  #shown: BlockPicture;
  #drawnSecond = Number.NaN;
  #drawn: BlockPicture;
  readonly #unchanged: Map<number, Buffer>;

  constructor(video: ClipVideo, options: ClockOverlayOptions) {
    if (video.ppsFields.cabac) throw new Error('a clock needs a CAVLC clip');
    const rows = barRows(video);
    const width = video.spsFields.widthMbs * 4;
    const bits = options.clockBits === true;
    if (bits && (rows < 3 || width < CLOCK_BITS * 4))
      throw new Error('clock bits need a bar of 704×48 pixels');
    this.bitsTop = bits ? (rows - 1) * 16 : undefined;
    this.#video = video;
    this.#timeZone = options.timeZone ?? 'Asia/Jakarta';
    this.#label = options.label;
    this.#heads = video.pictures.map((picture) => sliceHead(video, picture));
    this.#unchanged = unchangedSlices(video);
    this.#deblockingControl = video.ppsFields.deblockingControl;
    this.#qpDelta = BLOCK_SLICE_QP - video.ppsFields.initialQp;
    this.#textTop = Math.floor((4 * (bits ? rows - 1 : rows) - GLYPH_HEIGHT) / 2);
    this.#decoded = createBlockPicture(width, rows * 4);
    this.#shown = createBlockPicture(width, rows * 4);
    this.#drawn = this.#shown;
  }

  fits(video: ClipVideo): boolean {
    return video === this.#video;
  }

  slice(pictureIndex: number, wallMs: number): Buffer {
    const head = this.#heads[pictureIndex];
    if (head === undefined) throw new RangeError('no such picture in the clip');
    const wanted = this.#draw(wallMs);
    const unchanged = !head.intra && wanted === this.#shown;
    const known = unchanged ? this.#unchanged.get(pictureIndex) : undefined;
    if (known !== undefined) return known;
    const writer = new BitWriter().copy(head.rbsp, head.bits).signed(this.#qpDelta);
    if (this.#deblockingControl) writer.unsigned(1); // disable_deblocking_filter_idc
    writeBlockSlice(writer, wanted, this.#shown, this.#decoded, head.intra);
    this.#shown = wanted;
    const nal = encodeNal(head.nalHeader, writer.finish());
    if (unchanged) this.#unchanged.set(pictureIndex, nal);
    return nal;
  }

  /** The bar at this time: the same object while nothing changes. */
  #draw(wallMs: number): BlockPicture {
    const second = Math.floor(wallMs / 1000);
    if (second !== this.#drawnSecond) {
      const { width, height } = this.#decoded;
      const bar = createBlockPicture(width, height, BACKGROUND);
      const clock = formatClock(wallMs, this.#timeZone);
      const clockLeft = Math.max(0, width - MARGIN - textWidth(clock));
      const room = Math.max(0, Math.floor((clockLeft - 2 * MARGIN) / 6));
      drawText(bar, this.#label.slice(0, room), MARGIN, this.#textTop, INK);
      drawText(bar, clock, clockLeft, this.#textTop, INK);
      this.#drawn = bar;
      this.#drawnSecond = second;
    }
    return this.bitsTop === undefined ? this.#drawn : this.#withBits(wallMs, this.bitsTop);
  }

  #withBits(wallMs: number, top: number): BlockPicture {
    const bar = { ...this.#drawn, luma: this.#drawn.luma.slice() };
    encodeClockBits(wallMs).forEach((set, bit) => {
      for (let y = top / 4; y < top / 4 + 4; y++) {
        bar.luma.fill(set ? BIT_WHITE : BIT_BLACK, y * bar.width + bit * 4, y * bar.width + bit * 4 + 4);
      }
    });
    return bar;
  }
}

/** Slices that change nothing, by picture, shared by all overlays of a clip: they are most of what is sent. */
const unchangedByVideo = new WeakMap<ClipVideo, Map<number, Buffer>>();

function unchangedSlices(video: ClipVideo): Map<number, Buffer> {
  const known = unchangedByVideo.get(video);
  if (known !== undefined) return known;
  const slices = new Map<number, Buffer>();
  unchangedByVideo.set(video, slices);
  return slices;
}

/** Rows of macroblocks in the first slice, the same in every picture. */
function barRows(video: ClipVideo): number {
  let rows: number | undefined;
  for (const picture of video.pictures) {
    const second = picture.nals.filter(isSlice)[1];
    if (second === undefined) throw new Error('a clock needs a clip of several slices per picture');
    const mbs = parseClipSlice(second, video.spsFields, video.ppsFields).firstMb;
    const here = mbs / video.spsFields.widthMbs;
    if (!Number.isInteger(here) || here < 2 || (rows ?? here) !== here) {
      throw new Error('a clock needs a first slice of at least two whole rows, the same in every picture');
    }
    rows = here;
  }
  return rows ?? 0;
}

function sliceHead(video: ClipVideo, picture: ClipPicture): SliceHead {
  const nal = picture.nals.find(isSlice) ?? Buffer.alloc(0);
  const header = parseClipSlice(nal, video.spsFields, video.ppsFields);
  if (header.bitsBeforeQp === undefined || header.firstMb !== 0) {
    throw new Error('a clock needs plain I and P slices (x264: bframes=0, ref=1, weightp=0)');
  }
  return { nalHeader: nal[0] ?? 0, intra: header.intra, rbsp: rbspOf(nal, 64), bits: header.bitsBeforeQp };
}

function isSlice(nal: Buffer): boolean {
  const type = (nal[0] ?? 0) & 31;
  return type === 1 || type === 5;
}
