/**
 * A rendition that is just being opened has nothing to play, while the player that asks for it is in the middle of another
 * one. Until its first key frame it borrows that one's segments, so that its playlist is there at once and has no hole
 * before its own media: the player goes on as before, and the size changes where the borrowed part ends.
 *
 *   main  │ seg │ seg │ seg │ seg ┊part part part…        cut at the sub's first key frame
 *   sub   │ seg │ seg │ seg │ seg │ rest │ own │ own │    ┊
 *           └────── borrowed ────────┘
 *
 * Only standard segments are lent: the parts of a low-latency playlist begin with the rendition's own media. And only a
 * player that is in the middle of the other rendition sees what is borrowed: there are players, FFmpeg's among them, that
 * cannot take another init segment once they have begun. What they see is the end of the same list.
 */
import { MediaFile } from './media-file.ts';
import type { LiveMuxer } from './live-muxer.ts';
import type { MediaSegment, MediaWindow } from './media-window.ts';
import { filePrefix, type RenditionFacts, type RenditionName } from './rendition.ts';

/** What the bridge needs of the two renditions. */
export interface BridgeEnd {
  readonly window: MediaWindow;
  readonly muxer: LiveMuxer;
}

export class Bridge {
  readonly #to: BridgeEnd;
  readonly #from: BridgeEnd;
  readonly #prefix: string;
  #isOpen = false;

  /** @param rendition of `to`, which borrows. */
  constructor(rendition: RenditionName, to: BridgeEnd, from: BridgeEnd) {
    this.#to = to;
    this.#from = from;
    this.#prefix = filePrefix(rendition);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Borrows what the other rendition lists now. Does nothing when there is media of its own. */
  open(): void {
    if (this.#isOpen || !this.#to.window.isEmpty || this.#to.window.listed.length > 0) return;
    const lent = this.#from.window.listed.filter((segment) => !segment.isBorrowed);
    const sequence = this.#to.muxer.takeSequences(lent.length);
    if (lent.length === 0 || sequence === undefined) return;
    this.#isOpen = true;
    for (const [index, segment] of lent.entries()) this.#borrow(segment, sequence + index, '');
  }

  /** The other rendition finished a segment. Returns whether it was borrowed. */
  extend(segment: MediaSegment): boolean {
    if (!this.#isOpen) return false;
    const sequence = this.#to.muxer.takeSequences(1);
    if (sequence !== undefined) this.#borrow(segment, sequence, '');
    return sequence !== undefined;
  }

  /** Its own first segment begins: borrows what the other rendition has up to now, and no more. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#from.muxer.cutPart();
    const { open } = this.#from.window;
    const sequence = open && open.parts.length > 0 ? this.#to.muxer.takeSequences(1) : undefined;
    if (open && sequence !== undefined) this.#borrow(open, sequence, `-${open.parts.length}`);
  }

  /** There will be no media of its own. */
  abandon(): void {
    this.#isOpen = false;
  }

  #borrow(segment: MediaSegment, sequence: number, suffix: string): void {
    const init = this.#from.window.findFile(segment.initName);
    if (!init) return;
    const initName = `${this.#prefix}bridge-${segment.initName}`;
    this.#to.window.addInit(initName, init.copy());
    const files = segment.parts.map(({ file }) => file);
    const file = MediaFile.join(`${this.#prefix}bridge-${segment.sequence}${suffix}.m4s`, files);
    this.#to.window.borrow({ ...segment, sequence, initName, file });
  }
}

/** Whether a player of `to` can play what is made for `from`: the same codec of pictures, and sound in both or in neither. */
export function canBridge(to: RenditionFacts | undefined, from: RenditionFacts | undefined): boolean {
  if (!to || !from) return false;
  const [a, b] = [to.config, from.config];
  return a.video?.codec === b.video?.codec && a.audio?.codec === b.audio?.codec;
}
