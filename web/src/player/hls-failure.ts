/** What a fatal hls.js error means for the player's rules. Kept apart from hls.js itself, so that it is testable without a browser. */
import type { SessionFailure } from './player-trouble.ts';

/** The fields of hls.js `ErrorData` that matter. */
export interface HlsErrorFacts {
  readonly type: string;
  readonly details: string;
  readonly response?: { readonly code?: number } | undefined;
  readonly mimeType?: string | undefined;
}

const CODEC_DETAILS = new Set([
  'manifestIncompatibleCodecsError',
  'bufferAddCodecError',
  'bufferIncompatibleCodecsError',
]);

export function classifyHlsFailure(data: HlsErrorFacts): SessionFailure {
  if (CODEC_DETAILS.has(data.details)) {
    return { kind: 'codec', ...(data.mimeType === undefined ? {} : { detail: data.mimeType }) };
  }
  if (data.type === 'mediaError') return { kind: 'decode', detail: data.details };
  if (data.type !== 'networkError') return { kind: 'decode', detail: data.details };
  const status = data.response?.code ?? 0;
  // The server keeps a cold request for up to 10 s; 503 then means that the camera gave no picture (or a restart).
  if (status === 503) return { kind: 'camera' };
  if (status === 502 || status === 504) return { kind: 'server' };
  // There is no playlist: the camera sends single pictures.
  if (status === 406) return { kind: 'other-delivery', detail: 'pictures' };
  // The link to the media has run out, as all do within hours; the entry leads to a new one. A refused entry is no such thing.
  if (status === 403 && data.details !== 'manifestLoadError') return { kind: 'timeline' };
  if (status === 404 || status === 410) return { kind: 'not-found' };
  if (status === 429 || status >= 500) return { kind: 'server' };
  return { kind: 'network', detail: data.details };
}
