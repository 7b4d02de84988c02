/**
 * What the server and the command line exit with, by the code of the error that ended them. Scripts depend on the numbers:
 * `docs/reference/cli.md` lists them (and a test compares). 64 and up follow sysexits where it has a fitting word.
 */
import type { ErrorCode } from '@pantau/contract/errors';
import type { MediaErrorCode } from '@pantau/media';
import type { OnvifErrorCode } from '@pantau/onvif';

export const EXIT_OK = 0;
/** Anything that is not in the table: a fault of ours. */
export const EXIT_INTERNAL = 70;
/** The guard ended a stop that did not come to an end. */
export const EXIT_STOP_FORCED = 2;
/** A second signal ended the stop at once. */
export const EXIT_SECOND_SIGNAL = 130;

export const EXIT_CODES: Readonly<Partial<Record<ErrorCode | MediaErrorCode | OnvifErrorCode, number>>> = {
  USAGE: 1,
  // The camera
  SOURCE_URL_INVALID: 64,
  SOURCE_UNREACHABLE: 65,
  SOURCE_UNAUTHORIZED: 66,
  SOURCE_NOT_FOUND: 67,
  SOURCE_TIMEOUT: 68,
  CODEC_UNSUPPORTED: 69,
  NO_KEYFRAME: 71,
  SOURCE_REFUSED: 72,
  SOURCE_CLOSED: 73,
  SOURCE_ADDRESS_REFUSED: 75,
  RTSP_MALFORMED: 74,
  SDP_MALFORMED: 74,
  RTP_MALFORMED: 74,
  VIDEO_MALFORMED: 74,
  AUDIO_MALFORMED: 74,
  // The device behind a camera
  ONVIF_URL_INVALID: 64,
  ONVIF_UNREACHABLE: 65,
  ONVIF_LOGIN_FAILED: 66,
  ONVIF_CLOCK_WRONG: 66,
  ONVIF_TIMEOUT: 68,
  ONVIF_REFUSED: 72,
  ONVIF_MALFORMED: 74,
  ONVIF_ADDRESS_REFUSED: 75,
  ONVIF_CERTIFICATE_WRONG: 75,
  NOT_ONVIF: 76,
  ONVIF_UNSUPPORTED: 76,
  // This machine
  CONFIG_INVALID: 78,
  NODE_TOO_OLD: 78,
  LISTEN_FAILED: 79,
  DATA_DIR_UNWRITABLE: 80,
  DATABASE_UNWRITABLE: 80,
  DATABASE_CORRUPT: 81,
  DATABASE_TOO_NEW: 82,
  DATABASE_BUSY: 83,
  DATABASE_UNAVAILABLE: 83,
  DATABASE_FULL: 84,
  KEY_FILE_INVALID: 85,
  CREDENTIALS_UNREADABLE: 85,
  // What was asked for
  CAMERA_NOT_FOUND: 90,
  AREA_NOT_FOUND: 91,
  CAMERA_EXISTS: 92,
  AREA_EXISTS: 92,
  USER_EXISTS: 92,
  CAMERA_INVALID: 93,
  AREA_INVALID: 93,
  USER_INVALID: 93,
  AREA_IN_USE: 94,
  USER_NOT_FOUND: 95,
  PASSWORD_REFUSED: 96,
  LAST_ADMINISTRATOR: 97,
};

/** The exit code for an error's `code`. */
export function exitCodeOf(code: string): number {
  const codes: Readonly<Record<string, number | undefined>> = EXIT_CODES;
  return codes[code] ?? EXIT_INTERNAL;
}
