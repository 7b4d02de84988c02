/**
 * The process in which camera pictures are decoded: native code that reads hostile bytes. It inherits no environment, open
 * files or sockets of the server's; when it dies or hangs, `decoder-process.ts` starts another.
 */
import { decodeKeyframe } from './decode-keyframe.ts';
import { encodePictures, readJpeg } from './encode-pictures.ts';
import { loadCodecs } from './load-codecs.ts';
import { PICTURE_SIZES } from './picture.ts';
import type { PictureReply, PictureRequest } from './picture-protocol.ts';

/**
 * Frames and decoders are freed when JavaScript notices that they are garbage, and to JavaScript they look small: without a
 * push the process grows by 5 MB a picture. Every eighth picture costs a millisecond each; every one would cost seven.
 */
const PICTURES_PER_COLLECTION = 8;

const codecs = loadCodecs();
let sinceCollection = 0;

if (codecs !== undefined) {
  // One picture at a time, on one core; a cache would only hold pictures that never come again.
  codecs.sharp.cache(false);
  codecs.sharp.concurrency(1);
}

process.on('message', (request) => {
  // The only one who starts this file is the server, which sends exactly this.
  void answer(request as PictureRequest);
});
// The server is gone: nobody needs this any more, whatever it is busy with.
// oxlint-disable-next-line no-restricted-properties -- a native thread may be busy for ever
process.on('disconnect', () => process.exit());
send({ type: 'ready', canWork: codecs !== undefined });

async function answer(request: PictureRequest): Promise<void> {
  const { id } = request;
  try {
    if (codecs === undefined) throw new Error('asked although it cannot work');
    const { sharp, webCodecs } = codecs;
    const raw =
      request.codec === 'jpeg'
        ? await readJpeg(sharp, request.data)
        : await decodeKeyframe(webCodecs, request, Math.max(...PICTURE_SIZES));
    const pictures = await encodePictures(sharp, raw, request.sampleAspectRatio);
    send({ type: 'pictures', id, pictures, rssBytes: process.memoryUsage.rss() });
  } catch {
    // What the decoder says of foreign bytes helps nobody: the camera's state says more.
    send({ type: 'problem', id, problem: 'undecodable', rssBytes: process.memoryUsage.rss() });
  }
  if (++sinceCollection < PICTURES_PER_COLLECTION) return;
  sinceCollection = 0;
  globalThis.gc?.();
}

function send(reply: PictureReply): void {
  process.send?.(reply);
}
