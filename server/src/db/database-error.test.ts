import { describe, expect, it } from 'vitest';
import { AppError } from '@pantau/base/errors';
import { translateDatabaseError } from './database-error.ts';

const withCode = (code: string) => Object.assign(new Error('in the words of the driver'), { code });

describe('translateDatabaseError', () => {
  it.each([
    ['SQLITE_CONSTRAINT_UNIQUE', 'DATABASE_CONFLICT'],
    ['SQLITE_CONSTRAINT_CHECK', 'DATABASE_CONFLICT'],
    ['SQLITE_BUSY_SNAPSHOT', 'DATABASE_BUSY'],
    ['SQLITE_CORRUPT_VTAB', 'DATABASE_CORRUPT'],
    ['SQLITE_NOTADB', 'DATABASE_CORRUPT'],
    ['SQLITE_READONLY_DIRECTORY', 'DATABASE_UNWRITABLE'],
    ['SQLITE_CANTOPEN', 'DATABASE_UNWRITABLE'],
    ['SQLITE_FULL', 'DATABASE_FULL'],
    ['SQLITE_IOERR_SHMSIZE', 'DATABASE_FULL'],
    ['SQLITE_ERROR', 'DATABASE_UNAVAILABLE'],
    ['23505', 'DATABASE_CONFLICT'],
    ['23503', 'DATABASE_CONFLICT'],
    ['53100', 'DATABASE_FULL'],
    ['57P03', 'DATABASE_UNAVAILABLE'],
    ['28P01', 'DATABASE_UNAVAILABLE'],
    ['42P01', 'DATABASE_UNAVAILABLE'],
    ['ECONNREFUSED', 'DATABASE_UNAVAILABLE'],
  ])('%s → %s', (code, expected) => {
    const translated = translateDatabaseError(withCode(code));
    expect(translated).toBeInstanceOf(AppError);
    expect(translated).toMatchObject({ code: expected });
    expect(translated).not.toMatchObject({ message: expect.stringContaining('words of the driver') });
  });

  it('understands a lost connection without a code', () => {
    expect(translateDatabaseError(new Error('Connection terminated unexpectedly'))).toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    });
  });

  it('leaves alone what is not of the database', () => {
    const ours = new AppError('not-found', 'CAMERA_NOT_FOUND', 'x');
    const bug = new TypeError('x is not a function');
    expect(translateDatabaseError(ours)).toBe(ours);
    expect(translateDatabaseError(bug)).toBe(bug);
  });
});
