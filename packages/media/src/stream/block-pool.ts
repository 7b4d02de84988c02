/**
 * Memory for media: blocks of one size that are used again and again. Media lives for a quarter of a minute, which is the
 * worst age for a garbage collector: old enough to be kept with care, and replaced all the time. Blocks cost it nothing.
 *
 *   BlockWriter   ├── block ──┼── block ──┼── block …   one per stream, appends; a part begins where the one before ended
 *   Span                 ╰─ part ─╯                     piece of a block that belongs to a file
 *
 * A block goes back to its pool when the last holder released it: the writer that fills it, each file in it, each reply
 * that is being sent. A holder that never releases costs the pool one block, which the garbage collector then frees.
 */
export const BLOCK_BYTES = 64 * 1024;

export class Block {
  readonly bytes: Buffer;
  readonly #pool: BlockPool | undefined;
  #holders = 1;

  /** @param pool where it goes when nobody holds it; none for bytes that are not used again. */
  constructor(bytes: Buffer, pool?: BlockPool) {
    this.bytes = bytes;
    this.#pool = pool;
  }

  hold(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) this.#pool?.giveBack(this);
  }
}

/** A piece of a block: bytes `[start, end)`. */
export interface Span {
  readonly block: Block;
  readonly start: number;
  readonly end: number;
}

/** Spare blocks kept, whatever is in use, and as a share of it. */
const SPARE_BLOCKS = 16;
const SPARE_SHARE = 0.25;

/** The blocks of an engine. */
export class BlockPool {
  #spare: Block[] = [];
  #inUse = 0;

  /** Bytes kept for later. */
  get spareBytes(): number {
    return this.#spare.length * BLOCK_BYTES;
  }

  /** A block with one holder, the caller. Its bytes are whatever they were. */
  take(): Block {
    this.#inUse++;
    const block = this.#spare.pop();
    block?.hold();
    return block ?? new Block(Buffer.allocUnsafeSlow(BLOCK_BYTES), this);
  }

  giveBack(block: Block): void {
    this.#inUse = Math.max(0, this.#inUse - 1);
    this.#spare.push(block);
    const bound = Math.ceil(SPARE_BLOCKS + this.#inUse * SPARE_SHARE);
    if (this.#spare.length > bound) this.#spare.length = bound;
  }
}

/** Appends to blocks of a pool. */
export class BlockWriter {
  readonly #pool: BlockPool;
  #block: Block | undefined;
  #at = 0;

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  /** Copies `pieces`, one behind the other. Each span's block is held for the caller. */
  write(pieces: readonly Buffer[]): readonly Span[] {
    const spans: Span[] = [];
    let start = this.#at;
    for (const piece of pieces) {
      for (let done = 0; done < piece.length;) {
        const block = (this.#block ??= this.#pool.take());
        const copied = piece.copy(block.bytes, this.#at, done);
        done += copied;
        this.#at += copied;
        if (this.#at < BLOCK_BYTES) continue;
        spans.push({ block, start, end: BLOCK_BYTES });
        // The writer's own hold becomes the span's.
        this.#block = undefined;
        this.#at = 0;
        start = 0;
      }
    }
    if (this.#block && this.#at > start) {
      this.#block.hold();
      spans.push({ block: this.#block, start, end: this.#at });
    }
    return spans;
  }

  /** Lets go of the block that was not full yet. */
  close(): void {
    this.#block?.release();
    this.#block = undefined;
    this.#at = 0;
  }
}
