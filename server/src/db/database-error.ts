/**
 * The one place where a driver's error becomes an `AppError`. Messages are for the operator and name no values of rows.
 */
import { AppError, messageOf } from '@pantau/base/errors';

/** Whether `error` says that a unique column would hold a value twice. */
export function isUniqueViolation(error: unknown): boolean {
  return (
    error instanceof AppError &&
    error.code === 'DATABASE_CONFLICT' &&
    error.details['constraint'] === 'unique'
  );
}

/** Whether `error` says that another row still refers to this one, or the referred row is missing. */
export function isForeignKeyViolation(error: unknown): boolean {
  return (
    error instanceof AppError &&
    error.code === 'DATABASE_CONFLICT' &&
    error.details['constraint'] === 'foreign-key'
  );
}

/** Turns whatever a driver threw into an AppError; an AppError passes unchanged. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  return code.startsWith('SQLITE_') ? translateSqlite(code, error) : translatePostgres(code, error);
}

function translateSqlite(code: string, cause: unknown): AppError {
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY')
    return conflict('unique', cause);
  // SQLite reports ON DELETE RESTRICT as a trigger; the schema has no other triggers.
  if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY' || code === 'SQLITE_CONSTRAINT_TRIGGER')
    return conflict('foreign-key', cause);
  if (code.startsWith('SQLITE_CONSTRAINT')) return conflict('check', cause);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new AppError(
      'unavailable',
      'DATABASE_BUSY',
      'Another process is holding the database; try again shortly.',
      { cause },
    );
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new AppError(
      'data-loss',
      'DATABASE_CORRUPT',
      'The database file is damaged or is not a database. Restore a backup, or move the file away to begin with an empty one.',
      { cause },
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM') {
    return unwritable(cause);
  }
  if (['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_SHMSIZE'].includes(code)) {
    return new AppError('exhausted', 'DATABASE_FULL', 'No space is left for the database.', { cause });
  }
  return new AppError('internal', 'DATABASE_UNAVAILABLE', `The database failed (${code}).`, { cause });
}

/** SQLSTATE classes of PostgreSQL's appendix A, and the socket errors of a server that is away. */
function translatePostgres(code: string, cause: unknown): unknown {
  if (code === '23505') return conflict('unique', cause);
  if (code === '23503' || code === '23001') return conflict('foreign-key', cause);
  if (code.startsWith('23')) return conflict('check', cause);
  if (code === '53100')
    return new AppError('exhausted', 'DATABASE_FULL', 'No space is left for the database.', { cause });
  if (code.startsWith('28') || code.startsWith('3D')) {
    return new AppError(
      'precondition',
      'DATABASE_UNAVAILABLE',
      'PostgreSQL refused the user, password or database of DATABASE_URL.',
      { cause },
    );
  }
  if (/^(08|53|57)/.test(code) || /^E[A-Z_]+$/.test(code)) {
    return new AppError('unavailable', 'DATABASE_UNAVAILABLE', `PostgreSQL does not answer (${code}).`, {
      cause,
    });
  }
  if (/^[0-9A-Z]{5}$/.test(code))
    return new AppError('internal', 'DATABASE_UNAVAILABLE', `The database failed (${code}).`, { cause });
  return cause;
}

/** The operator can mend it. */
export function unwritable(cause: unknown): AppError {
  return new AppError(
    'precondition',
    'DATABASE_UNWRITABLE',
    'The database file or its folder cannot be opened for writing. Check owner and permissions of DATA_DIR.',
    { cause },
  );
}

function conflict(constraint: 'unique' | 'foreign-key' | 'check', cause: unknown): AppError {
  return new AppError('conflict', 'DATABASE_CONFLICT', 'The change contradicts what is stored already.', {
    cause,
    details: { constraint },
  });
}

/** How pg says that a statement was not answered in time. */
export const ANSWER_TIMEOUT_MESSAGE = 'Query read timeout';

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // pg reports a connection that broke or timed out without a code.
  if (/connection terminated|timeout exceeded when trying to connect/i.test(messageOf(error)))
    return 'ECONNRESET';
  if (error.message === ANSWER_TIMEOUT_MESSAGE) return 'ETIMEDOUT';
  return undefined;
}
