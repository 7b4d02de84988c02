/** Which source a URL is, by its scheme: the one list of schemes that the embedded engine opens. */
import { openHttpSource } from './http/http-source.ts';
import { MediaError } from './media-error.ts';
import { openRtspSource } from './rtsp-source.ts';
import type { OpenSource } from './source.ts';

const OPENERS: Readonly<Record<string, OpenSource>> = {
  rtsp: openRtspSource,
  rtsps: openRtspSource,
  http: openHttpSource,
  https: openHttpSource,
};

/** Schemes of URLs that can be opened, without the colon. */
export const SOURCE_SCHEMES: readonly string[] = Object.keys(OPENERS);

/** Opens whatever source the URL names. @throws MediaError SOURCE_URL_INVALID for a scheme that is not on the list, and what the opener throws. */
export const openAnySource: OpenSource = async (options) => {
  const scheme = /^\s*([a-z][a-z0-9+.-]*):\/\//i.exec(options.source.url)?.[1]?.toLowerCase() ?? '';
  const open = Object.hasOwn(OPENERS, scheme) ? OPENERS[scheme] : undefined;
  if (open === undefined) {
    throw new MediaError('SOURCE_URL_INVALID', `The camera URL must start with ${listOf(SOURCE_SCHEMES)}`);
  }
  return open(options);
};

function listOf(schemes: readonly string[]): string {
  return schemes.map((scheme) => `${scheme}://`).join(', ');
}
