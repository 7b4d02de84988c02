/**
 * Pictures of a camera that gives one at a time: asked for again and again, one request at a time. A camera that is slow is asked
 * less often, and one that says its picture is still the same (ETag, Last-Modified) sends none.
 */
import { sleep } from '@pantau/base/clock';
import { ByteSink } from '../http/byte-sink.ts';
import type { HttpReply } from '../http/http-reply.ts';
import type { HttpWork } from '../http/http-source.ts';
import { MediaError, type MediaErrorCode } from '../media-error.ts';
import { MAX_JPEG_BYTES } from './jpeg-header.ts';
import { PictureTimeline } from './picture-timeline.ts';

/** Ms from picture to picture. */
export const POLL_INTERVAL_MS = 1_500;
/** A camera is left alone for so many times as long as its answer took, up to a bound (ms): with an answer as slow again it must not seem dead. */
const REST_FACTOR = 2;
const MAX_REST_MS = 4_000;
/** Requests in a row that may fail before the source has. */
const MAX_FAILURES = 2;
/** What may be better the next time. */
const PASSING: ReadonlySet<MediaErrorCode> = new Set([
  'SOURCE_TIMEOUT',
  'SOURCE_CLOSED',
  'SOURCE_REFUSED',
  'SOURCE_UNREACHABLE',
  'VIDEO_MALFORMED',
]);

/** Polls until the signal aborts. @throws MediaError when the camera fails more than twice in a row, or the signal's reason. */
export async function pollPictures({
  options,
  client,
  reply,
  body,
  signal,
  onTrouble,
}: HttpWork): Promise<void> {
  const { clock, onEvent } = options;
  const timeline = new PictureTimeline({ ...options, onTrouble });
  let last: Buffer = Buffer.alloc(0);
  const take = (picture: Buffer) => {
    if (picture.equals(last)) onEvent({ type: 'unchanged' });
    else timeline.push(picture);
    last = picture;
  };
  take(await collect(body));
  let conditions = conditionsOf(reply);
  let failures = 0;
  let tookMs = 0;
  while (true) {
    const restMs = Math.min(MAX_REST_MS, tookMs * REST_FACTOR);
    await sleep(clock, Math.max(POLL_INTERVAL_MS - tookMs, restMs), signal);
    const startedMs = clock.monotonic();
    try {
      const next = await client.get(client.origin, { signal, headers: conditions });
      if (next.status === 304) {
        next.discard();
        onEvent({ type: 'unchanged' });
      } else {
        take(await next.readAll(MAX_JPEG_BYTES));
        conditions = conditionsOf(next);
      }
      failures = 0;
    } catch (error) {
      if (signal.aborted || !mayPass(error) || ++failures > MAX_FAILURES) throw error;
      onTrouble('a picture could not be had');
    }
    tookMs = clock.monotonic() - startedMs;
  }
}

async function collect(body: AsyncGenerator<Buffer>): Promise<Buffer> {
  const sink = new ByteSink();
  for await (const chunk of body) {
    if (sink.byteLength + chunk.length > MAX_JPEG_BYTES)
      throw new MediaError('VIDEO_MALFORMED', 'The picture of the camera is too large');
    sink.add(chunk);
  }
  return sink.copy();
}

/** The conditional request that asks for what is newer than this reply (RFC 9110 section 13.1). */
function conditionsOf({ headers }: HttpReply): Readonly<Record<string, string>> {
  const { etag, 'last-modified': lastModified } = headers;
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  };
}

function mayPass(error: unknown): boolean {
  return error instanceof MediaError && PASSING.has(error.code);
}
