/** One still picture from where a camera gives them: the first whole JPEG of the reply, by its own structure. */
import { deadline, type Clock } from '@pantau/base/clock';
import { JpegFinder } from '../jpeg/jpeg-finder.ts';
import { readJpegSize } from '../jpeg/jpeg-header.ts';
import { jpegConfig } from '../jpeg/picture-timeline.ts';
import { MediaError } from '../media-error.ts';
import type { IsAddressAllowed } from '../source.ts';
import type { SourceDefinition } from '../source-definition.ts';
import type { Keyframe } from '../stream/keyframe-wishes.ts';
import { HttpClient } from './http-client.ts';
import type { HttpReply } from './http-reply.ts';

export interface FetchPictureOptions {
  /** `http(s)://…`, and the login for its host. */
  readonly source: SourceDefinition;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Default: every address. */
  readonly isAddressAllowed?: IsAddressAllowed | undefined;
}

/** For the whole of it: cameras may make the picture only when they are asked, and send it over a thin line. */
const PICTURE_TIMEOUT_MS = 15_000;

/**
 * Asks once, on a connection of its own. A login is tried once: whoever gets SOURCE_UNAUTHORIZED should not ask again with the same.
 * @returns the picture as a key frame of codec `jpeg`, dated by its arrival: HTTP does not say when it was taken.
 * @throws MediaError by what went wrong, VIDEO_MALFORMED for a reply without a JPEG; the signal's reason.
 */
export async function fetchPicture(options: FetchPictureOptions): Promise<Keyframe> {
  const { source, clock, isAddressAllowed } = options;
  using limit = deadline(
    clock,
    PICTURE_TIMEOUT_MS,
    () => new MediaError('SOURCE_TIMEOUT', 'The camera did not send its picture in time'),
    options.signal,
  );
  const { signal } = limit;
  const client = new HttpClient({ source, clock, isAddressAllowed });
  try {
    const data = await readFirstPicture(await client.get(client.origin, { signal }));
    const size = data && readJpegSize(data);
    if (data === undefined || size === undefined)
      throw new MediaError('VIDEO_MALFORMED', 'The address for still pictures gives no JPEG');
    return { config: jpegConfig(size), data, wallMs: clock.now() };
  } finally {
    client.close();
  }
}

/** Of a reply that never ends, the first picture is enough. */
async function readFirstPicture(reply: HttpReply): Promise<Buffer | undefined> {
  let found: Buffer | undefined;
  const finder = new JpegFinder({ onPicture: (picture) => (found ??= picture), onTrouble: () => {} });
  for await (const chunk of reply.chunks()) {
    finder.push(chunk);
    if (found !== undefined) return found;
  }
  return undefined;
}
