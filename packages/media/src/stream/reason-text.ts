import { messageOf } from '@pantau/base/errors';
import { MediaError, type MediaErrorCode } from '../media-error.ts';
import type { StreamReason } from './stream-status.ts';

/** One sentence per code for the public page: plain English, nothing that came from the camera, no addresses. */
const SENTENCES: Readonly<Record<MediaErrorCode, string>> = {
  SOURCE_URL_INVALID: 'The address of this camera is not usable.',
  SOURCE_UNREACHABLE: 'The camera cannot be reached.',
  SOURCE_ADDRESS_REFUSED: 'The address of this camera is not allowed.',
  SOURCE_TIMEOUT: 'The camera stopped answering.',
  SOURCE_UNAUTHORIZED: 'The camera refuses the login it was given.',
  SOURCE_NOT_FOUND: 'The camera does not know the stream it was asked for.',
  SOURCE_REFUSED: 'The camera refuses to send its stream.',
  SOURCE_CLOSED: 'The camera ended the connection.',
  RTSP_MALFORMED: 'The camera sends data that cannot be read.',
  SDP_MALFORMED: 'The camera describes its stream in a way that cannot be read.',
  RTP_MALFORMED: 'The camera sends data that cannot be read.',
  VIDEO_MALFORMED: 'The camera sends a picture that cannot be read.',
  AUDIO_MALFORMED: 'The camera sends sound that cannot be read.',
  CODEC_UNSUPPORTED: 'The camera sends a video format that is not supported.',
  NO_KEYFRAME: 'The camera sends no complete picture.',
  STREAM_NOT_FOUND: 'There is no such stream.',
  ENGINE_STOPPING: 'The server is shutting down.',
};

/** For a camera that takes no further connection although its login is right. */
export const busyReason: StreamReason = {
  code: 'SOURCE_REFUSED',
  message: 'The camera takes no further connection: it is probably sending to as many as it can.',
};

/** For a login that is not tried for a while. */
export const refusedLoginReason: StreamReason = {
  code: 'SOURCE_UNAUTHORIZED',
  message: `${SENTENCES.SOURCE_UNAUTHORIZED} Waiting half an hour so that the camera does not lock the account.`,
};

/** The public reason for whatever a source failed with. */
export function reasonOf(error: unknown): StreamReason {
  const code = error instanceof MediaError ? error.code : 'SOURCE_CLOSED';
  return { code, message: SENTENCES[code] };
}

/** The same for the log: the error's own words. */
export function logTextOf(error: unknown): string {
  return error instanceof MediaError ? `${error.code}: ${error.message}` : messageOf(error);
}
