import { HOTP, Secret as OtpSecret } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DATABASE_KINDS } from '../testing/open-test-database.ts';
import { actorOf, openSecondFactors, type TestSecondFactors } from '../testing/open-second-factors.ts';
import type { FactorOwner } from './second-factor-service.ts';

const STEP_MS = 30_000;

/** The code that an app would show. */
function codeOf(secret: string, nowMs: number): string {
  return HOTP.generate({ secret: OtpSecret.fromBase32(secret), counter: Math.floor(nowMs / STEP_MS) });
}

describe.each(DATABASE_KINDS)('code apps and recovery codes on %s', (kind) => {
  let opened: TestSecondFactors;
  let count = 0;
  let owner: FactorOwner;

  beforeAll(async () => {
    opened = await openSecondFactors(kind);
  }, 30_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    owner = await opened.addUser(`operator-${++count}`);
    await opened.takeEvents();
  });

  /** Adds a code app; the clock stands at the next step afterwards. */
  async function enrol(who = owner): Promise<{ secret: string; codes: readonly string[] }> {
    const { secret } = await opened.service.beginTotp(who, 'Pantau', actorOf(who));
    const codes = await opened.service.confirmTotp(who, codeOf(secret, opened.clock.now()), actorOf(who));
    await opened.clock.advance(STEP_MS);
    return { secret, codes };
  }

  const userRow = () =>
    opened.database.read
      .selectFrom('users')
      .selectAll()
      .where('id', '=', owner.userId)
      .executeTakeFirstOrThrow();

  it('is active only after a code of it was given', async () => {
    const { service, clock } = opened;
    const { secret, uri } = await service.beginTotp(owner, 'Pantau', actorOf(owner));
    expect(uri).toContain(`secret=${secret}`);
    expect(await service.methodsOf(owner.userId)).toEqual([]);
    expect(await service.takeTotp(owner.userId, codeOf(secret, clock.now()))).toBe(false);
    await expect(service.confirmTotp(owner, '000000x', actorOf(owner))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'SECOND_FACTOR_FAILED',
    });
    expect(await service.summaryOf(owner.userId)).toEqual({
      hasTotp: false,
      passkeys: 0,
      recoveryCodesLeft: 0,
    });
    const codes = await service.confirmTotp(owner, codeOf(secret, clock.now()), actorOf(owner));
    expect(codes).toHaveLength(10);
    expect(await service.summaryOf(owner.userId)).toEqual({
      hasTotp: true,
      passkeys: 0,
      recoveryCodesLeft: 10,
    });
    expect(await service.methodsOf(owner.userId)).toEqual(['totp', 'recovery-code']);
    const target = `user ${owner.username}`;
    expect(await opened.takeEvents()).toEqual([
      { type: 'TOTP_STARTED', target, details: {} },
      { type: 'TOTP_ENABLED', target, details: {} },
      { type: 'RECOVERY_CODES_CREATED', target, details: {} },
    ]);
  });

  it('is begun anew until it is confirmed, and not while one is active', async () => {
    const { service, clock } = opened;
    const conflict = { kind: 'conflict', code: 'TOTP_NOT_STARTED' };
    await expect(service.confirmTotp(owner, '123456', actorOf(owner))).rejects.toMatchObject(conflict);
    const first = await service.beginTotp(owner, 'Pantau', actorOf(owner));
    const second = await service.beginTotp(owner, 'Pantau', actorOf(owner));
    expect(second.secret).not.toBe(first.secret);
    await service.confirmTotp(owner, codeOf(second.secret, clock.now()), actorOf(owner));
    await opened.takeEvents();
    await expect(service.beginTotp(owner, 'Pantau', actorOf(owner))).rejects.toMatchObject(conflict);
    await expect(
      service.confirmTotp(owner, codeOf(second.secret, clock.now()), actorOf(owner)),
    ).rejects.toMatchObject(conflict);
    expect(await opened.takeEvents()).toEqual([]);
  });

  it('has its secret sealed for its row in the database, and nowhere in the audit trail', async () => {
    const { secret } = await opened.service.beginTotp(owner, 'Pantau', actorOf(owner));
    const pending = (await userRow()).totp_pending_secret;
    expect(pending).not.toContain(secret);
    await opened.service.confirmTotp(owner, codeOf(secret, opened.clock.now()), actorOf(owner));
    const row = await userRow();
    expect(row.totp_pending_secret).toBeNull();
    expect(row.totp_secret).not.toContain(secret);
    expect(JSON.stringify(await opened.takeEvents())).not.toContain(secret);

    const other = await opened.addUser(`other-${++count}`);
    await opened.database.record((transaction) =>
      transaction
        .updateTable('users')
        .set({ totp_secret: row.totp_secret })
        .where('id', '=', other.userId)
        .execute(),
    );
    await opened.clock.advance(STEP_MS);
    await expect(
      opened.service.takeTotp(other.userId, codeOf(secret, opened.clock.now())),
    ).rejects.toMatchObject({ code: 'CREDENTIALS_UNREADABLE' });
  });

  it('takes a code once, also when it is given many times at once', async () => {
    const { secret } = await enrol();
    const code = codeOf(secret, opened.clock.now());
    const taken = await Promise.all(
      Array.from({ length: 8 }, () => opened.service.takeTotp(owner.userId, code)),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await opened.service.takeTotp(owner.userId, code)).toBe(false);
    await opened.clock.advance(STEP_MS);
    expect(await opened.service.takeTotp(owner.userId, code)).toBe(false);
    expect(await opened.service.takeTotp(owner.userId, codeOf(secret, opened.clock.now()))).toBe(true);
  });

  it('does not take the code that confirmed it, nor a code of another account', async () => {
    const { service, clock } = opened;
    const { secret } = await service.beginTotp(owner, 'Pantau', actorOf(owner));
    const code = codeOf(secret, clock.now());
    await service.confirmTotp(owner, code, actorOf(owner));
    expect(await service.takeTotp(owner.userId, code)).toBe(false);
    const other = await opened.addUser(`other-${++count}`);
    const { secret: foreign } = await enrol(other);
    expect(await service.takeTotp(owner.userId, codeOf(foreign, clock.now()))).toBe(false);
    expect(await service.takeTotp(999_999, codeOf(foreign, clock.now()))).toBe(false);
    expect(await service.takeTotp(other.userId, codeOf(foreign, clock.now()))).toBe(true);
  });

  it('takes a recovery code once, also when it is given many times at once', async () => {
    const { codes } = await enrol();
    await opened.takeEvents();
    const [first = '', second = ''] = codes;
    const take = (code: string, userId = owner.userId) =>
      opened.service.takeRecoveryCode(userId, code, actorOf(owner));
    const typed = first.toLowerCase().replaceAll('-', ' ');
    const taken = await Promise.all(Array.from({ length: 8 }, () => take(typed)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await take(first)).toBe(false);
    expect(await take('')).toBe(false);
    expect(await take('0000-0000-0000-0000')).toBe(false);
    const other = await opened.addUser(`other-${++count}`);
    expect(await take(second, other.userId)).toBe(false);
    expect(await take(second)).toBe(true);
    expect(await opened.service.summaryOf(owner.userId)).toMatchObject({ recoveryCodesLeft: 8 });
    const target = `user ${owner.username}`;
    expect(await opened.takeEvents()).toEqual([
      { type: 'RECOVERY_CODE_USED', target, details: { left: 9 } },
      { type: 'RECOVERY_CODE_USED', target, details: { left: 8 } },
    ]);
  });

  it('stores recovery codes as hashes only', async () => {
    const { codes } = await enrol();
    const rows = await opened.database.read
      .selectFrom('recovery_codes')
      .selectAll()
      .where('user_id', '=', owner.userId)
      .execute();
    for (const row of rows) expect(row.code_hash).toMatch(/^[0-9a-f]{64}$/);
    for (const code of codes) expect(JSON.stringify(rows)).not.toContain(code.replaceAll('-', ''));
  });

  it('makes new recovery codes that void the old ones, only where there is a factor', async () => {
    const { service } = opened;
    await expect(service.renewRecoveryCodes(owner, actorOf(owner))).rejects.toMatchObject({
      code: 'SECOND_FACTOR_MISSING',
    });
    expect(await opened.takeEvents()).toEqual([]);
    const { codes } = await enrol();
    const renewed = await service.renewRecoveryCodes(owner, actorOf(owner));
    expect(await service.takeRecoveryCode(owner.userId, codes[0] ?? '', actorOf(owner))).toBe(false);
    expect(await service.takeRecoveryCode(owner.userId, renewed[0] ?? '', actorOf(owner))).toBe(true);
    expect(await service.summaryOf(owner.userId)).toMatchObject({ recoveryCodesLeft: 9 });
  });

  it('goes with its recovery codes', async () => {
    const { service, clock } = opened;
    await expect(service.removeTotp(owner, actorOf(owner))).rejects.toMatchObject({ kind: 'not-found' });
    const { secret, codes } = await enrol();
    await opened.takeEvents();
    await service.removeTotp(owner, actorOf(owner));
    expect(await opened.takeEvents()).toEqual([
      { type: 'TOTP_DISABLED', target: `user ${owner.username}`, details: { last_factor: true } },
    ]);
    expect(await service.summaryOf(owner.userId)).toEqual({
      hasTotp: false,
      passkeys: 0,
      recoveryCodesLeft: 0,
    });
    expect(await service.takeTotp(owner.userId, codeOf(secret, clock.now()))).toBe(false);
    expect(await service.takeRecoveryCode(owner.userId, codes[0] ?? '', actorOf(owner))).toBe(false);
    // The step of the app before does not stand in the way of the next one.
    await enrol();
    expect(await service.methodsOf(owner.userId)).toEqual(['totp', 'recovery-code']);
  });

  it('writes the change and its entry together or not at all', async () => {
    const { secret } = await enrol();
    await opened.takeEvents();
    const unwritable = { ...actorOf(owner) };
    Object.defineProperty(unwritable, 'name', {
      get() {
        throw new Error('no entry');
      },
    });
    await expect(opened.service.removeTotp(owner, unwritable)).rejects.toThrow('no entry');
    expect(await opened.service.takeTotp(owner.userId, codeOf(secret, opened.clock.now()))).toBe(true);
    expect(await opened.takeEvents()).toEqual([]);
  });

  it('knows nothing of an account that does not exist', async () => {
    expect(await opened.service.summaryOf(999_999)).toEqual({
      hasTotp: false,
      passkeys: 0,
      recoveryCodesLeft: 0,
    });
    expect(await opened.service.methodsOf(999_999)).toEqual([]);
  });
});
