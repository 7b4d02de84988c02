import { AppError, type AppErrorOptions, type ErrorKind } from '@pantau/base/errors';

/**
 * Every way in which a camera, its bytes or a viewer's request can fail, with the kind each code belongs to.
 * Parsers of camera bytes return `undefined` for "need more" and throw only `MediaError`; nothing else may come out.
 * The codes are public and stable: `docs/reference/errors.md` explains each in words.
 */
export const MEDIA_ERROR_KINDS = {
  /** The source URL cannot be used: syntax, scheme, missing host. */
  SOURCE_URL_INVALID: 'invalid',
  /** The host name does not resolve, or nothing answers there (refused, no route, reset while connecting). */
  SOURCE_UNREACHABLE: 'unavailable',
  /** The address is one that the server does not connect to: itself, or where no camera may be. */
  SOURCE_ADDRESS_REFUSED: 'forbidden',
  /** The camera did not answer in time, or went silent. */
  SOURCE_TIMEOUT: 'timeout',
  /** The camera refused the user name or password. */
  SOURCE_UNAUTHORIZED: 'unauthenticated',
  /** The path of the URL does not exist on the camera. */
  SOURCE_NOT_FOUND: 'not-found',
  /** The camera answered with another error status. */
  SOURCE_REFUSED: 'unavailable',
  /** The camera closed the connection or ended the stream. */
  SOURCE_CLOSED: 'unavailable',
  /** Bytes on the RTSP connection that are neither a message nor an interleaved frame, beyond what is tolerated. */
  RTSP_MALFORMED: 'data-loss',
  /** A description without a usable media section. */
  SDP_MALFORMED: 'data-loss',
  /** An RTP or RTCP packet that breaks RFC 3550 or its payload format. */
  RTP_MALFORMED: 'data-loss',
  /** Parameter sets or NAL units that cannot be read. */
  VIDEO_MALFORMED: 'data-loss',
  /** AAC configuration or access units that cannot be read. */
  AUDIO_MALFORMED: 'data-loss',
  /** The camera offers no codec that Pantau can carry. */
  CODEC_UNSUPPORTED: 'unsupported',
  /** No key frame arrived in time. */
  NO_KEYFRAME: 'timeout',
  /** The stream key is not known. */
  STREAM_NOT_FOUND: 'not-found',
  /** The engine is stopping. */
  ENGINE_STOPPING: 'unavailable',
} as const satisfies Record<string, ErrorKind>;

export type MediaErrorCode = keyof typeof MEDIA_ERROR_KINDS;

/** The only error that leaves the engine. `message` is plain English without credentials. */
export class MediaError extends AppError {
  declare readonly code: MediaErrorCode;

  constructor(code: MediaErrorCode, message: string, options: AppErrorOptions = {}) {
    super(MEDIA_ERROR_KINDS[code], code, message, options);
    this.name = 'MediaError';
  }
}
