/**
 * Every `code` a reply may carry, with what it means. `docs/reference/errors.md` is checked against this list.
 * Codes are stable: clients and operators' scripts depend on them.
 */
export const ERROR_CODES = {
  REQUEST_INVALID: 'The request does not fit the documented shape.',
  NOT_FOUND: 'No such page, route or object.',
  METHOD_NOT_ALLOWED: 'The path exists, the method does not.',
  CAMERA_NOT_FOUND: 'No such camera, or it is disabled.',
  AREA_NOT_FOUND: 'No such area.',
  CAMERA_EXISTS: 'A camera with this name or stream key exists already.',
  CAMERA_INVALID: 'A field of the camera is not acceptable.',
  AREA_EXISTS: 'An area with this name exists already.',
  AREA_IN_USE: 'The area still has cameras.',
  STREAM_NOT_FOUND: 'The stream key is not known.',
  OVERLOADED: 'Too much work is waiting; try again shortly.',
  STOPPING: 'The server is shutting down.',
  DATABASE_UNAVAILABLE: 'The database does not answer.',
  CONFIG_INVALID: 'The configuration has problems; the message lists all of them.',
  INTERNAL: 'An error on our side; the request id finds it in the log.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
