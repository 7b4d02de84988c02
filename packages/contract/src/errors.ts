/**
 * Every `code` a reply, the command line or a failed start may carry, with what it means. Codes of the media engine are in
 * `packages/media/src/media-error.ts`. `docs/reference/errors.md` is checked against both lists.
 * Codes are stable: clients and operators' scripts depend on them.
 */
export const ERROR_CODES = {
  REQUEST_INVALID: 'The request does not fit the documented shape.',
  HEADERS_TOO_LARGE: 'The request line or its headers are too long.',
  REQUEST_TIMEOUT: 'The request did not arrive completely in time.',
  NOT_FOUND: 'No such page, route or object.',
  METHOD_NOT_ALLOWED: 'The path exists, the method does not.',
  CAMERA_NOT_FOUND: 'No such camera, or it is disabled.',
  AREA_NOT_FOUND: 'No such area.',
  CAMERA_EXISTS: 'A camera with this name or stream key exists already.',
  CAMERA_INVALID: 'A field of the camera is not acceptable.',
  AREA_EXISTS: 'An area with this name exists already.',
  AREA_INVALID: 'A field of the area is not acceptable.',
  AREA_IN_USE: 'The area still has cameras.',
  STREAM_NOT_FOUND: 'The stream key is not known.',
  OVERLOADED: 'Too much work is waiting; try again shortly.',
  STOPPING: 'The server is shutting down.',
  DATABASE_UNAVAILABLE: 'The database does not answer.',
  DATABASE_BUSY: 'Another process held the database longer than we wait.',
  DATABASE_CONFLICT: 'The change contradicts what is stored already.',
  DATABASE_CORRUPT: 'The database file is damaged or not a database.',
  DATABASE_UNWRITABLE: 'The database or its folder cannot be written.',
  DATABASE_FULL: 'No space is left for the database.',
  DATABASE_TOO_NEW: 'The database was written by a newer version of Pantau.',
  DATA_DIR_UNWRITABLE: 'The data folder cannot be created or written.',
  LISTEN_FAILED: 'The address or port cannot be listened on.',
  NODE_TOO_OLD: 'This version of Node.js is too old.',
  CONFIG_INVALID: 'The configuration has problems; the message lists all of them.',
  USAGE: 'The command line was not understood.',
  INTERNAL: 'An error on our side; the request id finds it in the log.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
