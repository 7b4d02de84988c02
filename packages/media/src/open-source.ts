/** Which source a URL is, by its scheme: the one list of schemes that the embedded engine opens. */
import { openHttpSource } from './http/http-source.ts';
import { MediaError } from './media-error.ts';
import type { OpenSource } from './source.ts';

/**
 * Opens whatever source a URL names.
 * @param openRtsp how RTSP cameras are opened: here, or on another thread.
 */
export function openByScheme(openRtsp: OpenSource): OpenSource {
  const openers = new Map<string, OpenSource>([
    ['rtsp', openRtsp],
    ['rtsps', openRtsp],
    ['http', openHttpSource],
    ['https', openHttpSource],
  ]);
  const expected = [...openers.keys()].map((scheme) => `${scheme}://`).join(', ');
  return async (options) => {
    const scheme = /^\s*([a-z][a-z0-9+.-]*):\/\//i.exec(options.source.url)?.[1]?.toLowerCase() ?? '';
    const open = openers.get(scheme);
    if (open === undefined) {
      throw new MediaError('SOURCE_URL_INVALID', `The camera URL must start with one of ${expected}`);
    }
    return open(options);
  };
}
