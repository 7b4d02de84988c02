/**
 * Sources behind http(s): a stream of pictures, single pictures that are asked for again and again, FLV, or a playlist that is relayed.
 * Which one it is, the first reply tells. It neither retries nor judges: whoever opened it does.
 *
 *   GET ─► what is it? ─┬─ multipart ──► JPEG finder ─► picture timeline ─┐
 *                       ├─ picture ────► polling ─────► picture timeline ─┼─► events
 *                       ├─ FLV ────────► tags ────────► media timeline ───┤
 *                       └─ playlist ───► HLS relay ───────────────────────┘
 */
import { abortReason } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import { ErrorTally } from '../error-tally.ts';
import { readFlv } from '../flv/read-flv.ts';
import { relayPlaylist } from '../hls-relay/relay-playlist.ts';
import { JpegFinder } from '../jpeg/jpeg-finder.ts';
import { PictureTimeline } from '../jpeg/picture-timeline.ts';
import { pollPictures } from '../jpeg/poll-pictures.ts';
import { MediaError } from '../media-error.ts';
import type { ProbeTrack } from '../probe-report.ts';
import type { MediaSource, OpenSource, OpenSourceOptions } from '../source.ts';
import { HttpClient } from './http-client.ts';
import { sniffReply, type HttpKind } from './http-kind.ts';
import type { HttpReply } from './http-reply.ts';
import { ReadingPace } from './reading-pace.ts';

/** What the work on a source has in its hands. */
export interface HttpWork {
  readonly options: OpenSourceOptions;
  readonly client: HttpClient;
  readonly reply: HttpReply;
  readonly body: AsyncGenerator<Buffer, void, undefined>;
  /** Aborts when the source is closed. */
  readonly signal: AbortSignal;
  /** Something was wrong with the bytes: for counting. */
  readonly onTrouble: (message: string) => void;
}

/** Reads the source until it ends. @throws MediaError */
type ReadHttp = (work: HttpWork) => Promise<void>;

interface Reading {
  readonly encoding: string;
  readonly read: ReadHttp;
}

const READINGS: Readonly<Partial<Record<HttpKind, Reading>>> = {
  'picture-stream': { encoding: 'MJPEG', read: readPictureStream },
  picture: { encoding: 'JPEG', read: pollPictures },
  playlist: { encoding: 'HLS', read: relayPlaylist },
  flv: { encoding: 'FLV', read: readFlv },
};

const REFUSALS: Readonly<Partial<Record<HttpKind, string>>> = {
  'web-page': 'The address gives a web page, not pictures',
  'mpeg-ts': 'The address gives MPEG-TS, which cannot be carried yet',
};

const MAX_SERVER_CHARACTERS = 128;

/** Opens an HTTP source. Resolves once it is known what it is; events follow. @throws MediaError */
export const openHttpSource: OpenSource = async (options) => {
  const { source, clock, logger, isAddressAllowed } = options;
  const client = new HttpClient({ source, clock, isAddressAllowed });
  const stopper = new AbortController();
  const onAbort = () => stopper.abort(abortReason(options.signal));
  if (options.signal.aborted) onAbort();
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const reply = await client.get(client.origin, { signal: stopper.signal });
    const { kind, body } = await sniffReply(reply);
    const reading = READINGS[kind];
    if (reading === undefined) {
      reply.discard();
      throw new MediaError(
        'CODEC_UNSUPPORTED',
        REFUSALS[kind] ?? 'The address gives nothing that can be carried',
      );
    }
    const tally = new ErrorTally({ clock, logger, message: 'media from the camera was damaged' });
    const onTrouble = (message: string) => tally.add(message);
    const work: HttpWork = { options, client, reply, body, signal: stopper.signal, onTrouble };
    return new HttpSource(reading, work, stopper, () => {
      tally.close();
      client.close();
      options.signal.removeEventListener('abort', onAbort);
    });
  } catch (error) {
    options.signal.removeEventListener('abort', onAbort);
    stopper.abort();
    client.close();
    throw error;
  }
};

class HttpSource implements MediaSource {
  readonly server: string | undefined;
  readonly tracks: readonly ProbeTrack[];
  readonly lostPackets = 0;
  readonly ended: Promise<void>;
  readonly #stopper: AbortController;

  constructor({ encoding, read }: Reading, work: HttpWork, stopper: AbortController, onEnd: () => void) {
    const server = work.reply.headers['server'];
    this.server = typeof server === 'string' ? server.slice(0, MAX_SERVER_CHARACTERS) : undefined;
    this.tracks = [{ kind: 'video', encoding, clockRate: 90_000, supported: true }];
    this.#stopper = stopper;
    this.ended = this.#run(read, work, onEnd);
    this.ended.catch(() => {}); // whoever waits for it is told; nobody waiting is no fault
  }

  async close(): Promise<void> {
    this.#stopper.abort(new MediaError('SOURCE_CLOSED', 'nobody needs the source any more'));
    await this.ended.catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(read: ReadHttp, work: HttpWork, onEnd: () => void): Promise<void> {
    // Not before whoever opened it has it in hand.
    await Promise.resolve();
    try {
      await read(work);
      throw new MediaError('SOURCE_CLOSED', 'The camera ended the stream');
    } catch (error) {
      if (isClosing(this.#stopper.signal, error)) return;
      throw error instanceof MediaError
        ? error
        : new MediaError('SOURCE_CLOSED', messageOf(error), { cause: error });
    } finally {
      this.#stopper.abort(new MediaError('SOURCE_CLOSED', 'the source has ended'));
      onEnd();
    }
  }
}

/** Whether it ended because it was closed, and not by trouble of its own. */
function isClosing(signal: AbortSignal, error: unknown): boolean {
  return (
    signal.aborted &&
    error === abortReason(signal) &&
    error instanceof MediaError &&
    error.code === 'SOURCE_CLOSED'
  );
}

/** multipart/x-mixed-replace, or what claims to be: the pictures are found by their own structure. */
async function readPictureStream({ options, body, signal, onTrouble }: HttpWork): Promise<void> {
  const timeline = new PictureTimeline({ ...options, onTrouble });
  const finder = new JpegFinder({ onPicture: (picture) => timeline.push(picture), onTrouble });
  const pace = new ReadingPace({ clock: options.clock, signal, onTrouble });
  for await (const chunk of body) await pace.note(chunk.length, finder.push(chunk));
}
