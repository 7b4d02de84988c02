/**
 * Where the pictures of one track are put together, in the form in which they are handed on: NAL units with 4-byte
 * lengths, one behind the other. What a socket read is copied here once, and not again.
 *
 *   slab  ├─ handed on ─┼─ handed on ─┼─ units kept so far ─┼ length ┼─ unit under way ─┼─ free ─┤
 *                                   start                 kept                        end
 *
 * Pictures that were handed on are pieces of a slab of 64 KiB. What does not fit in its rest moves to a new one; the old
 * one lives as long as its pictures. A larger picture grows its slab in steps, and the next one begins in a slab of
 * ordinary size. How large a unit and a picture may be is for the callers to watch.
 */

/** A handful of pictures of a camera of 2 Mbit/s. Measured: 256 KiB cost 0.4 MiB more per camera. */
const SLAB_BYTES = 64 * 1024;
const LENGTH_BYTES = 4;
const NONE = Buffer.alloc(0);

export class PictureArea {
  #slab = NONE;
  #start = 0;
  #kept = 0;
  #end = 0;

  /** Bytes of the units that were kept, with their lengths. */
  get keptBytes(): number {
    return this.#kept - this.#start;
  }

  /** Bytes of the unit under way; 0 when there is none. */
  get unitBytes(): number {
    return Math.max(0, this.#end - this.#kept - LENGTH_BYTES);
  }

  /** Memory that is held to go on. */
  get slabBytes(): number {
    return this.#slab.length;
  }

  /** Begins a unit, in place of one that is under way. */
  beginUnit(): void {
    this.#end = this.#kept;
    this.#makeRoom(LENGTH_BYTES);
    this.#end += LENGTH_BYTES;
  }

  /** Adds one byte to the unit under way. */
  addByte(value: number): void {
    this.#makeRoom(1);
    this.#slab[this.#end++] = value;
  }

  /** Adds a copy of `bytes[from, …)` to the unit under way. */
  addBytes(bytes: Buffer, from = 0): void {
    this.#makeRoom(bytes.length - from);
    this.#end += bytes.copy(this.#slab, this.#end, from);
  }

  /** The unit under way: a view that holds until the next call of any other method. */
  viewUnit(): Buffer {
    return this.#slab.subarray(this.#kept + LENGTH_BYTES, Math.max(this.#end, this.#kept + LENGTH_BYTES));
  }

  /** Makes the unit under way the next one of the picture. */
  keepUnit(): void {
    if (this.#end <= this.#kept) return;
    this.#slab.writeUInt32BE(this.unitBytes, this.#kept);
    this.#kept = this.#end;
  }

  /** Forgets the unit under way, if there is one. */
  dropUnit(): void {
    this.#end = this.#kept;
    if (this.#kept === this.#start) this.#shrink();
  }

  /** Forgets the units that were kept; a unit under way stays, at another place. */
  dropPicture(): void {
    this.#slab.copyWithin(this.#start, this.#kept, this.#end);
    this.#end -= this.keptBytes;
    this.#kept = this.#start;
    this.#shrink();
  }

  /** Hands out the units that were kept; nothing is written there again. A unit under way begins the next picture. */
  takePicture(): Buffer {
    const picture = this.#slab.subarray(this.#start, this.#kept);
    this.#start = this.#kept;
    // The picture of a large slab shares it with nothing, and must not keep much more than its own bytes.
    const isMostly = picture.length * 2 >= this.#slab.length;
    const taken = this.#slab.length <= SLAB_BYTES || isMostly ? picture : Buffer.from(picture);
    this.#shrink();
    return taken;
  }

  #makeRoom(byteLength: number): void {
    if (this.#end + byteLength > this.#slab.length) this.#move(byteLength);
  }

  /** Leaves a slab that was grown, once what it grew for is gone. */
  #shrink(): void {
    if (this.#slab.length > SLAB_BYTES && this.#end - this.#start <= SLAB_BYTES) this.#move(0);
  }

  /** Takes what is not handed on, and `more` bytes of room, to a new slab. */
  #move(more: number): void {
    const needed = this.#end - this.#start + more;
    // Twice of what is needed: a picture of n bytes is moved log n times.
    const size = needed > SLAB_BYTES ? needed * 2 : SLAB_BYTES;
    const slab = needed === 0 ? NONE : Buffer.allocUnsafeSlow(size);
    this.#slab.copy(slab, 0, this.#start, this.#end);
    this.#kept -= this.#start;
    this.#end -= this.#start;
    this.#start = 0;
    this.#slab = slab;
  }
}
