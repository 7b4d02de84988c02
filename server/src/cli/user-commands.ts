/** `pantau user add|list|reset-password|disable-2fa|enable|disable|remove` */
import { Option, type Command } from 'commander';
import type { Role } from '@pantau/contract/access';
import { consoleActor } from '../audit/actor.ts';
import { presentUser } from '../users/user-present.ts';
import type { ListedUser, User } from '../users/user.ts';
import { formatJson } from './area-commands.ts';
import { readNewPassword, type PasswordOptions } from './new-password.ts';
import { jsonOption } from './options.ts';
import type { CliHost } from './run-cli.ts';
import { withSession, type Session } from './session.ts';
import { formatTable } from './table.ts';

interface GivenPasswordOptions extends PasswordOptions {
  readonly keep?: true;
  readonly json?: true;
}

interface AddOptions extends GivenPasswordOptions {
  readonly role: Role;
  readonly area?: readonly string[];
}

/** Of the contract only the type: its schemas would add a quarter to the start of every command. */
const ROLES: Readonly<Record<Role, string>> = {
  administrator: 'everything',
  operator: 'cameras and areas',
  viewer: 'private cameras of the areas given',
};

export function addUserCommands(user: Command, host: CliHost): void {
  addPasswordOptions(
    user
      .command('add')
      .description('add an account; asks for the password twice')
      .argument('<name>', '3 to 50 of A-Z a-z 0-9 . _ -')
      .addOption(
        new Option('--role <role>', describeRoles()).choices(Object.keys(ROLES)).makeOptionMandatory(),
      )
      .option('--area <id-or-name...>', 'areas whose private cameras a viewer may watch'),
  ).action((name: string, options: AddOptions) => addUser(host, name, options));

  user
    .command('list')
    .description('list the accounts')
    .addOption(jsonOption())
    .action(async ({ json }: { readonly json?: true }) => {
      const listed = await withSession(host, ({ users }) => users.list());
      host.writeOut(json ? formatJson(listed.map(toJson)) : formatUsers(listed));
    });

  addPasswordOptions(
    user
      .command('reset-password')
      .description('set a new password and end all sessions of the account')
      .argument('<name>'),
  ).action((name: string, options: GivenPasswordOptions) => resetPassword(host, name, options));

  addChange(
    host,
    user.command('disable-2fa').description('remove code app, passkeys and recovery codes of an account'),
    ({ users }, { id }, actor) => users.resetSecondFactors(id, actor),
    (name) => `Account "${name}" has no second factor any more; its sessions have ended.`,
  );
  addChange(
    host,
    user.command('enable').description('let an account sign in again'),
    ({ users }, { id }, actor) => users.update(id, { enabled: true }, actor),
    (name) => `Account "${name}" can sign in.`,
  );
  addChange(
    host,
    user.command('disable').description('keep an account from signing in and end its sessions'),
    ({ users }, { id }, actor) => users.update(id, { enabled: false }, actor),
    (name) => `Account "${name}" cannot sign in any more; its sessions have ended.`,
  );
  addChange(
    host,
    user.command('remove').description('remove an account'),
    ({ users }, { id }, actor) => users.remove(id, actor),
    (name) => `Account "${name}" removed.`,
  );
}

function addPasswordOptions(command: Command): Command {
  return command
    .option('--password-stdin', 'read the password from standard input')
    .option('--keep', 'do not ask for another password at the next sign-in')
    .addOption(jsonOption());
}

/** A command that changes one account by name. */
function addChange(
  host: CliHost,
  command: Command,
  change: (session: Session, user: User, actor: ReturnType<typeof consoleActor>) => Promise<User>,
  describe: (name: string) => string,
): void {
  const endpoint = `user ${command.name()}`;
  command
    .argument('<name>')
    .addOption(jsonOption())
    .action(async (name: string, { json }: { readonly json?: true }) => {
      const user = await withSession(host, async (session) =>
        change(session, await session.users.getByName(name), consoleActor(endpoint)),
      );
      host.writeOut(json ? formatJson(toJson({ user, sessions: 0 })) : `${describe(user.username)}\n`);
    });
}

async function addUser(host: CliHost, name: string, options: AddOptions): Promise<void> {
  const password = await readNewPassword(host, options);
  const user = await withSession(host, async (session) => {
    const areaIds: number[] = [];
    for (const area of options.area ?? []) areaIds.push((await session.areas.get(area)).id);
    return session.users.create(
      { username: name, password, role: options.role, areaIds },
      consoleActor('user add'),
      { mustChange: await mustChange(session, options) },
    );
  });
  const text = `Account ${user.id} "${user.username}" (${user.role}) added.\n${hint(user)}`;
  host.writeOut(options.json ? formatJson(toJson({ user, sessions: 0 })) : text);
}

async function resetPassword(host: CliHost, name: string, options: GivenPasswordOptions): Promise<void> {
  // A name that does not exist is told before anybody types a password twice.
  const { id } = await withSession(host, ({ users }) => users.getByName(name));
  const password = await readNewPassword(host, options);
  const user = await withSession(host, async (session) =>
    session.users.resetPassword(id, password, consoleActor('user reset-password'), {
      mustChange: await mustChange(session, options),
    }),
  );
  const text = `Account "${user.username}" has a new password; its sessions have ended.\n${hint(user)}`;
  host.writeOut(options.json ? formatJson(toJson({ user, sessions: 0 })) : text);
}

/** Whoever sits at the console of a server without an administrator is setting it up for themselves. */
async function mustChange({ users }: Session, { keep }: GivenPasswordOptions): Promise<boolean> {
  return keep === undefined && (await users.countAdministrators()) > 0;
}

function describeRoles(): string {
  return Object.entries(ROLES)
    .map(([role, may]) => `${role}: ${may}`)
    .join('; ');
}

function hint(user: User): string {
  return user.mustChangePassword ? 'The password must be changed at the next sign-in.\n' : '';
}

function formatUsers(listed: readonly ListedUser[]): string {
  if (listed.length === 0) return 'There are no accounts yet: pantau user add <name> --role administrator\n';
  const rows = listed.map(({ user, sessions }) => [
    String(user.id),
    user.username,
    user.role,
    user.enabled ? 'enabled' : 'disabled',
    describeFactors(user),
    String(sessions),
    user.lastLoginAtMs === null ? 'never' : new Date(user.lastLoginAtMs).toISOString(),
  ]);
  return formatTable(['ID', 'NAME', 'ROLE', 'STATE', '2FA', 'SESSIONS', 'LAST SIGN-IN'], rows);
}

function describeFactors({ hasTotp, passkeys }: User): string {
  const factors = [...(hasTotp ? ['app'] : []), ...(passkeys > 0 ? [`${passkeys} passkey(s)`] : [])];
  return factors.length === 0 ? 'none' : factors.join(' + ');
}

function toJson({ user, sessions }: ListedUser): object {
  return presentUser(user, sessions);
}
