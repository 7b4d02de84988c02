import { KEY_SCOPES, RIGHTS, ROLES } from '@pantau/contract/access';
import { ERROR_CODES } from '@pantau/contract/errors';
import { describe, expect, it } from 'vitest';
import { RIGHT_WORDS, ROLE_LIST, ROLE_WORDS, SCOPE_LIST } from '../features/users/role-words.ts';
import { ApiError, UnreachableError } from '../lib/api-client.ts';
import type { AdminTextOf } from './admin-texts.ts';
import indonesian from './admin.id.json';
import { ERROR_WORDS, errorText, errorWords, fieldErrorWords } from './error-words.ts';

/** Codes that no request of these pages is answered with: of other routes, the command line, or a failed start. */
const ELSEWHERE = [
  'WHEP_UNAVAILABLE',
  'HEADERS_TOO_LARGE',
  'API_KEY_INVALID',
  'HOTLINK_REFUSED',
  'PICTURES_ONLY',
  'TICKET_INVALID',
  'BODY_TOO_LARGE',
  'CONTENT_TYPE_UNSUPPORTED',
  'KEY_FILE_INVALID',
  'CAMERA_NOT_FOUND',
  'CAMERA_EXISTS',
  'CAMERA_INVALID',
  'AREA_EXISTS',
  'AREA_INVALID',
  'AREA_IN_USE',
  'STREAM_NOT_FOUND',
  'DATABASE_CORRUPT',
  'DATABASE_UNWRITABLE',
  'DATABASE_TOO_NEW',
  'DATA_DIR_UNWRITABLE',
  'LISTEN_FAILED',
  'NODE_TOO_OLD',
  'CONFIG_INVALID',
  'USAGE',
];

const t: AdminTextOf = (id, values) => (values === undefined ? id : `${id} ${JSON.stringify(values)}`);

describe('words for refusals', () => {
  it('are decided for every code there is', () => {
    const undecided = Object.keys(ERROR_CODES).filter(
      (code) => !Object.hasOwn(ERROR_WORDS, code) && !ELSEWHERE.includes(code),
    );
    expect(undecided, 'add words to error-words.ts, or the code to ELSEWHERE').toEqual([]);
  });

  it('exist', () => {
    for (const words of Object.values(ERROR_WORDS)) expect(indonesian).toHaveProperty([words]);
  });

  it.each(['', 'SOMETHING_NEW', 'toString', '__proto__'])('have a sentence for %j too', (code) => {
    expect(errorWords(code)).toBe('error.INTERNAL');
  });

  it('name the request where the fault is the server\'s', () => {
    const error = new ApiError(500, { code: 'INTERNAL', request_id: 'req-1' });
    expect(errorText(error, t)).toBe('error.INTERNAL error.requestId {"id":"req-1"}');
    expect(errorText(new ApiError(401, { code: 'LOGIN_FAILED' }), t)).toBe('error.LOGIN_FAILED');
  });

  it('tell a silent server from a fault of the page', () => {
    expect(errorText(new UnreachableError('x'), t)).toMatch(/^error\.(?:unreachable|noNetwork)$/);
    expect(errorText(new TypeError('x'), t)).toBe('error.INTERNAL');
  });

  it('at a field say which rule it was', () => {
    expect(fieldErrorWords('password', 'TOO_WEAK')).toBe('field.TOO_WEAK');
    expect(fieldErrorWords('username', 'INVALID')).toBe('field.username');
    expect(fieldErrorWords('password', 'constructor')).toBe('field.invalid');
  });
});

describe('words for roles and rights', () => {
  it('exist for every one', () => {
    expect(Object.keys(RIGHT_WORDS)).toEqual(Object.keys(RIGHTS));
    expect(Object.keys(ROLE_WORDS)).toEqual(ROLES);
    for (const words of [...Object.values(RIGHT_WORDS), ...Object.values(ROLE_WORDS)])
      expect(indonesian).toHaveProperty([words]);
  });

  it('are listed completely', () => {
    expect(SCOPE_LIST).toEqual(KEY_SCOPES);
    expect(ROLE_LIST.toSorted()).toEqual([...ROLES].toSorted());
  });
});
