/** Wraps a dialect so that whatever its driver throws leaves as an `AppError` (see `database-error.ts`). */
import type { CompiledQuery, DatabaseConnection, Dialect, Driver } from 'kysely';
import { translateDatabaseError } from './database-error.ts';

export function translatingDialect(inner: Dialect): Dialect {
  return {
    createAdapter: () => inner.createAdapter(),
    createIntrospector: (db) => inner.createIntrospector(db),
    createQueryCompiler: () => inner.createQueryCompiler(),
    createDriver: () => translatingDriver(inner.createDriver()),
  };
}

function translatingDriver(driver: Driver): Driver {
  const translated = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw translateDatabaseError(error);
    }
  };
  return new Proxy(driver, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]) =>
        translated(async () => {
          // Every method of `Driver` returns a promise; only `acquireConnection` yields something to wrap.
          const result: unknown = await Reflect.apply(member, target, parameters);
          if (name === 'acquireConnection') wrapQueries(result as DatabaseConnection, translated);
          return result;
        });
    },
  });
}

const wrapped = new WeakSet<DatabaseConnection>();

function wrapQueries(
  connection: DatabaseConnection,
  translated: <T>(work: () => Promise<T>) => Promise<T>,
): void {
  if (wrapped.has(connection)) return;
  wrapped.add(connection);
  const execute = connection.executeQuery.bind(connection);
  connection.executeQuery = <R>(query: CompiledQuery) => translated(() => execute<R>(query));
}
