/**
 * How much memory a row of views keeps alive. A view of one byte keeps all of the socket's chunk, so lengths say nothing: a
 * camera could fill the memory with a few bytes of each chunk. A buffer counts once while its views come in a row.
 */

/** A view object itself, roughly. */
const VIEW_BYTES = 128;

export class HeldMemory {
  #last: ArrayBufferLike | undefined;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(view: Uint8Array): void {
    this.#bytes += VIEW_BYTES;
    if (view.buffer === this.#last) return;
    this.#last = view.buffer;
    this.#bytes += view.buffer.byteLength;
  }
}
