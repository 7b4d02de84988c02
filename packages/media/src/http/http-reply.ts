/** A reply whose headers are there and whose body is still to be read. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { abortReason } from '@pantau/base/clock';
import { MediaError } from '../media-error.ts';
import { ByteSink } from './byte-sink.ts';
import { describeHttpError } from './http-errors.ts';

export class HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where it came from, after all redirects. */
  readonly url: URL;
  readonly #message: IncomingMessage;
  readonly #signal: AbortSignal;
  readonly #onAbort = () => this.discard();

  /** @param signal ends the reading of the body. */
  constructor(message: IncomingMessage, url: URL, signal: AbortSignal) {
    this.status = message.statusCode ?? 0;
    this.headers = message.headers;
    this.url = url;
    this.#message = message;
    this.#signal = signal;
    // Where nobody reads, an error has nobody to tell.
    message.on('error', () => undefined);
    message.once('close', () => signal.removeEventListener('abort', this.#onAbort));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.discard();
  }

  /** Lower case, without parameters; empty when there is none. */
  get contentType(): string {
    return (this.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  }

  /**
   * The bytes of the body as they come; leaving the loop early closes the connection.
   * @throws MediaError SOURCE_CLOSED when the connection breaks, or the signal's reason.
   */
  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const chunk of this.#message) {
        // No encoding was set, so the stream yields buffers.
        yield chunk as Buffer;
      }
    } catch (error) {
      throw this.#signal.aborted ? abortReason(this.#signal) : describeHttpError(error, true);
    }
    if (this.#signal.aborted) throw abortReason(this.#signal);
  }

  /** The whole body. @throws MediaError VIDEO_MALFORMED when it is larger than `maxBytes`; see `chunks`. */
  async readAll(maxBytes: number): Promise<Buffer> {
    const announced = Number(this.headers['content-length'] ?? 0);
    if (announced > maxBytes) throw this.#tooLarge(maxBytes);
    const sink = new ByteSink();
    for await (const chunk of this.chunks()) {
      if (sink.byteLength + chunk.length > maxBytes) throw this.#tooLarge(maxBytes);
      sink.add(chunk);
    }
    return sink.copy();
  }

  /** Nothing more is wanted of it. */
  discard(): void {
    this.#message.destroy();
  }

  #tooLarge(maxBytes: number): MediaError {
    this.discard();
    return new MediaError('VIDEO_MALFORMED', `The camera's reply is larger than ${maxBytes} bytes`);
  }
}
