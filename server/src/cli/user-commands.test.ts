import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { createArgon2Hasher } from '../auth/argon2-hasher.ts';
import { openSqlite } from '../db/sqlite-database.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { makeTestFolder } from '../testing/open-test-database.ts';
import { runCli } from './run-cli.ts';

const PASSWORD = 'jembatan layang kuning';
const OTHER = 'sawah hijau berkabut';

let folder: ReturnType<typeof makeTestFolder>;
beforeEach(() => (folder = makeTestFolder()));
afterEach(() => folder.remove());

interface Input {
  readonly stdin?: string;
  /** What is typed at a terminal, one per question. */
  readonly typed?: readonly string[];
}

async function pantau(input: Input, ...args: readonly string[]) {
  let out = '';
  let error = '';
  const typed = [...(input.typed ?? [])];
  const questions: string[] = [];
  const code = await runCli(args, {
    environment: { DATA_DIR: folder.path },
    workingDir: folder.path,
    clock: systemClock,
    writeOut: (text) => (out += text),
    writeError: (text) => (error += text),
    readStdin: () => Promise.resolve(input.stdin ?? ''),
    ...(input.typed === undefined
      ? {}
      : {
          promptSecret: (question: string) => {
            questions.push(question);
            return Promise.resolve(typed.shift() ?? '');
          },
        }),
    createEngine: () => Promise.resolve(new FakeEngine()),
  });
  return { code, out, error, questions };
}
const piped = { stdin: `${PASSWORD}\n` };

/** Looks into the database that the commands wrote. */
async function inspect() {
  await using database = await openSqlite({
    dataDir: folder.path,
    readConnections: 1,
    clock: systemClock,
    logger: silentLogger,
  });
  const users = await database.read.selectFrom('users').selectAll().orderBy('id').execute();
  const events = await database.read.selectFrom('audit_events').selectAll().orderBy('id').execute();
  return { users, events: events.map((row) => [row.type, row.actor_kind, row.endpoint, row.target_name]) };
}

describe('pantau user', () => {
  it('adds the first administrator, who keeps the password, and others, who do not', async () => {
    const first = await pantau(
      piped,
      'user',
      'add',
      'administrator-1',
      '--role',
      'administrator',
      '--password-stdin',
    );
    expect(first).toEqual({
      code: 0,
      out: 'Account 1 "administrator-1" (administrator) added.\n',
      error: '',
      questions: [],
    });
    await pantau({}, 'area', 'add', 'Kota');
    await pantau({}, 'area', 'add', 'Desa');
    const second = await pantau(
      { typed: [OTHER, OTHER] },
      'user', 'add', 'viewer-1', '--role', 'viewer', '--area', 'kota', '2',
    ); // prettier-ignore
    expect(second).toEqual({
      code: 0,
      out: 'Account 2 "viewer-1" (viewer) added.\nThe password must be changed at the next sign-in.\n',
      error: '',
      questions: ['New password (at least 12 characters): ', 'The same again: '],
    });
    const third = await pantau(
      piped,
      'user', 'add', 'operator-1', '--role', 'operator', '--password-stdin', '--keep', '--json',
    ); // prettier-ignore
    expect(JSON.parse(third.out)).toMatchObject({ id: 3, role: 'operator', must_change_password: false });

    const { users, events } = await inspect();
    expect(users.map((user) => user.must_change_password)).toEqual([0, 1, 0]);
    expect(await createArgon2Hasher().verify(users[1]?.password_hash ?? '', OTHER)).toBe(true);
    expect(events).toEqual([
      ['USER_CREATED', 'console', 'user add', 'administrator-1'],
      ['AREA_CREATED', 'console', 'area add', 'Kota'],
      ['AREA_CREATED', 'console', 'area add', 'Desa'],
      ['USER_CREATED', 'console', 'user add', 'viewer-1'],
      ['USER_CREATED', 'console', 'user add', 'operator-1'],
    ]);

    const list = await pantau({}, 'user', 'list');
    expect(list.out).toBe(
      'ID  NAME             ROLE           STATE    2FA   SESSIONS  LAST SIGN-IN\n' +
        '1   administrator-1  administrator  enabled  none  0         never\n' +
        '3   operator-1       operator       enabled  none  0         never\n' +
        '2   viewer-1         viewer         enabled  none  0         never\n',
    );
    const json = await pantau({}, 'user', 'list', '--json');
    expect(JSON.parse(json.out)).toMatchObject([{ id: 1 }, { id: 3 }, { id: 2, area_ids: [1, 2] }]);
    for (const { out } of [first, second, third, list, json])
      expect(out).not.toMatch(/jembatan|sawah|argon2/);
  }, 30_000);

  it('changes accounts and writes down who did it', async () => {
    await pantau(piped, 'user', 'add', 'administrator-1', '--role', 'administrator', '--password-stdin');
    await pantau(piped, 'user', 'add', 'operator-1', '--role', 'operator', '--password-stdin', '--keep');
    const reset = await pantau({ stdin: OTHER }, 'user', 'reset-password', 'OPERATOR-1', '--password-stdin');
    expect(reset.out).toBe(
      'Account "operator-1" has a new password; its sessions have ended.\nThe password must be changed at the next sign-in.\n',
    );
    expect((await pantau({}, 'user', 'disable', 'operator-1')).out).toContain('cannot sign in');
    expect((await inspect()).users.map((user) => [user.enabled, user.must_change_password])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect((await pantau({}, 'user', 'enable', 'operator-1')).out).toBe(
      'Account "operator-1" can sign in.\n',
    );
    expect((await pantau({}, 'user', 'disable-2fa', 'operator-1')).out).toContain('no second factor');
    const removed = await pantau({}, 'user', 'remove', 'operator-1', '--json');
    expect(JSON.parse(removed.out)).toMatchObject({ username: 'operator-1' });
    const { users, events } = await inspect();
    expect(users.map((user) => user.username)).toEqual(['administrator-1']);
    expect(events.slice(2)).toEqual([
      ['PASSWORD_RESET', 'console', 'user reset-password', 'operator-1'],
      ['USER_UPDATED', 'console', 'user disable', 'operator-1'],
      ['USER_UPDATED', 'console', 'user enable', 'operator-1'],
      ['SECOND_FACTORS_RESET', 'console', 'user disable-2fa', 'operator-1'],
      ['USER_DELETED', 'console', 'user remove', 'operator-1'],
    ]);
  }, 30_000);

  it('keeps the last administrator', async () => {
    await pantau(piped, 'user', 'add', 'administrator-1', '--role', 'administrator', '--password-stdin');
    for (const command of ['disable', 'remove']) {
      expect(await pantau({}, 'user', command, 'administrator-1')).toEqual({
        code: EXIT_CODES.LAST_ADMINISTRATOR,
        out: '',
        error: '"administrator-1" is the last administrator who can sign in. [LAST_ADMINISTRATOR]\n',
        questions: [],
      });
    }
    expect(
      await pantau(piped, 'user', 'add', 'Administrator-1', '--role', 'viewer', '--password-stdin'),
    ).toMatchObject({ code: EXIT_CODES.USER_EXISTS });
  }, 30_000);

  const add = ['user', 'add', 'viewer-1', '--role', 'viewer'];
  it.each<[what: string, input: Input, args: readonly string[], code: number | undefined, says: string]>([
    ['no terminal', {}, add, EXIT_CODES.USAGE, '--password-stdin'],
    ['two that differ', { typed: [PASSWORD, OTHER] }, add, EXIT_CODES.PASSWORD_REFUSED, 'differ'],
    ['an empty input', { stdin: '\n' }, [...add, '--password-stdin'], EXIT_CODES.USAGE, 'no password'],
    [
      'a short one',
      { stdin: 'pendek' },
      [...add, '--password-stdin'],
      EXIT_CODES.PASSWORD_REFUSED,
      'at least 12',
    ],
    [
      'two lines',
      { stdin: `${PASSWORD}\n${OTHER}\n` },
      [...add, '--password-stdin'],
      EXIT_CODES.PASSWORD_REFUSED,
      'control',
    ],
    [
      'a common one',
      { stdin: 'bismillah1234' },
      [...add, '--password-stdin'],
      EXIT_CODES.PASSWORD_REFUSED,
      'easy to guess',
    ],
    ['a strange role', piped, ['user', 'add', 'viewer-1', '--role', 'root'], EXIT_CODES.USAGE, 'root'],
    ['no role', piped, ['user', 'add', 'viewer-1'], EXIT_CODES.USAGE, '--role'],
    [
      'a strange name',
      piped,
      ['user', 'add', 'dua kata', '--role', 'viewer', '--password-stdin'],
      EXIT_CODES.USER_INVALID,
      '3 to 50',
    ],
    [
      'a strange area',
      piped,
      [...add, '--password-stdin', '--area', 'Nowhere'],
      EXIT_CODES.AREA_NOT_FOUND,
      'Nowhere',
    ],
    [
      'nobody to reset',
      { typed: [] },
      ['user', 'reset-password', 'nobody'],
      EXIT_CODES.USER_NOT_FOUND,
      'nobody',
    ],
    ['nobody to change', {}, ['user', 'disable-2fa', 'nobody'], EXIT_CODES.USER_NOT_FOUND, 'nobody'],
  ])('refuses %s', async (_what, input, args, code, says) => {
    const result = await pantau(input, ...args);
    expect(result).toMatchObject({ code, out: '', questions: expect.any(Array) });
    expect(result.error).toContain(says);
    expect(result.error).not.toMatch(/jembatan|sawah|bismillah/);
    expect((await inspect()).users).toEqual([]);
  });

  it('says how to begin', async () => {
    expect((await pantau({}, 'user', 'list')).out).toContain('pantau user add');
  });
});
