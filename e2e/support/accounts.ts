/** Accounts of a server under test, made at its console as an operator would. */
import type { Login } from './api-session.ts';
import type { PantauServer } from './pantau-server.ts';

export interface TestAccount extends Login {
  readonly id: number;
}

export const GOOD_PASSWORD = 'gunung-Rinjani-ungu-47';

export type TestRole = 'administrator' | 'operator' | 'viewer';

let made = 0;

/** A new account with a name of its own, so that a test that is tried again meets nothing of its first try. */
export async function addAccount(
  server: PantauServer,
  role: TestRole,
  options: { readonly area?: string } = {},
): Promise<TestAccount> {
  const username = `${role}-${++made}`;
  const args = ['user', 'add', username, '--role', role, '--password-stdin', '--keep', '--json'];
  const { area } = options;
  const result = await server.cli(
    [...args, ...(area === undefined ? [] : ['--area', area])],
    `${GOOD_PASSWORD}\n`,
  );
  if (result.code !== 0) throw new Error(`user add ended with ${result.code}: ${result.stderr}`);
  const user: unknown = JSON.parse(result.stdout);
  const id: unknown = typeof user === 'object' && user !== null ? Reflect.get(user, 'id') : undefined;
  if (typeof id !== 'number') throw new Error(`user add said ${result.stdout}`);
  return { id, username, password: GOOD_PASSWORD };
}
