/** SQL on code apps (in the table `users`) and recovery codes. Secrets are sealed on the way in and opened on the way out. */
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { Secret } from '@pantau/base/secret';
import { appendAuditEvent } from '../audit/append-event.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Database } from '../db/database.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import {
  countCodesLeft,
  hasFactor,
  removeCodesWithoutFactor,
  replaceRecoveryCodes,
  touchUser,
} from './factor-rows.ts';
import type { SecondFactorSummary } from './second-factor.ts';

export interface SecondFactorStore {
  /** Of an account that does not exist: nothing. */
  summaryOf(userId: number): Promise<SecondFactorSummary>;
  /**
   * Remembers a secret that is to be confirmed, in place of one that was not.
   * @throws AppError TOTP_NOT_STARTED when a code app is active already.
   */
  startTotp(userId: number, secret: Secret, event: AuditEvent): Promise<void>;
  /**
   * Makes the secret that was begun the active one, with new recovery codes.
   * @param check the step of the code that was given, undefined when it does not fit.
   * @throws AppError TOTP_NOT_STARTED, SECOND_FACTOR_FAILED, CREDENTIALS_UNREADABLE
   */
  confirmTotp(
    userId: number,
    check: (secret: Secret) => number | undefined,
    codeHashes: readonly string[],
    events: readonly AuditEvent[],
  ): Promise<void>;
  /** @param event gets whether it was the last factor. @throws AppError NOT_FOUND when there is no code app. */
  removeTotp(userId: number, event: (wasLast: boolean) => AuditEvent): Promise<void>;
  /**
   * Takes a code: of any number of parallel uses of the same code one wins.
   * @param check gets the step that was taken last; gives the step of the code, undefined when it does not fit.
   * @throws AppError CREDENTIALS_UNREADABLE
   */
  takeTotp(
    userId: number,
    check: (secret: Secret, lastStep: number | null) => number | undefined,
  ): Promise<boolean>;
  /** @throws AppError SECOND_FACTOR_MISSING when the account has no second factor. */
  replaceRecoveryCodes(userId: number, codeHashes: readonly string[], event: AuditEvent): Promise<void>;
  /** Uses a code up: of any number of parallel uses one wins. @param event gets how many codes are left. */
  takeRecoveryCode(userId: number, codeHash: string, event: (left: number) => AuditEvent): Promise<boolean>;
}

export function createSecondFactorStore(
  database: Database,
  secrets: SecretBox,
  clock: Clock,
): SecondFactorStore {
  return {
    async summaryOf(userId) {
      const row = await database.read
        .selectFrom('users')
        .select((expression) => [
          'totp_secret',
          expression
            .selectFrom('passkeys')
            .select(({ fn }) => fn.countAll<number | bigint | string>().as('count'))
            .whereRef('passkeys.user_id', '=', 'users.id')
            .as('passkeys'),
          expression
            .selectFrom('recovery_codes')
            .select(({ fn }) => fn.countAll<number | bigint | string>().as('count'))
            .whereRef('recovery_codes.user_id', '=', 'users.id')
            .where('recovery_codes.used_at', 'is', null)
            .as('codes'),
        ])
        .where('id', '=', userId)
        .executeTakeFirst();
      return {
        hasTotp: (row?.totp_secret ?? null) !== null,
        passkeys: Number(row?.passkeys ?? 0),
        recoveryCodesLeft: Number(row?.codes ?? 0),
      };
    },

    startTotp(userId, secret, event) {
      return database.record(async (transaction) => {
        const result = await transaction
          .updateTable('users')
          .set({ totp_pending_secret: secrets.seal(secret, pendingPlace(userId)) })
          .where('id', '=', userId)
          .where('totp_secret', 'is', null)
          .executeTakeFirst();
        if (result.numUpdatedRows === 0n)
          throw new AppError(
            'conflict',
            'TOTP_NOT_STARTED',
            'A code app is active already; remove it first.',
          );
        await appendAuditEvent(transaction, event, clock.now());
      });
    },

    confirmTotp(userId, check, codeHashes, events) {
      return database.write(async (transaction) => {
        await touchUser(transaction, userId, clock.now());
        const row = await transaction
          .selectFrom('users')
          .select(['totp_secret', 'totp_pending_secret'])
          .where('id', '=', userId)
          .executeTakeFirst();
        const sealed = row?.totp_pending_secret ?? null;
        if (row === undefined || row.totp_secret !== null || sealed === null)
          throw new AppError('conflict', 'TOTP_NOT_STARTED', 'No code app is being added.');
        const secret = secrets.open(sealed, pendingPlace(userId));
        const step = check(secret);
        if (step === undefined) throw new AppError('invalid', 'SECOND_FACTOR_FAILED', 'The code is wrong.');
        await transaction
          .updateTable('users')
          .set({
            totp_secret: secrets.seal(secret, activePlace(userId)),
            totp_pending_secret: null,
            totp_last_step: step,
          })
          .where('id', '=', userId)
          .execute();
        await replaceRecoveryCodes(transaction, userId, codeHashes);
        for (const event of events) await appendAuditEvent(transaction, event, clock.now());
      });
    },

    removeTotp(userId, event) {
      return database.write(async (transaction) => {
        const result = await transaction
          .updateTable('users')
          .set({
            totp_secret: null,
            totp_pending_secret: null,
            totp_last_step: null,
            updated_at: clock.now(),
          })
          .where('id', '=', userId)
          .where('totp_secret', 'is not', null)
          .executeTakeFirst();
        if (result.numUpdatedRows === 0n)
          throw new AppError('not-found', 'NOT_FOUND', 'The account has no code app.');
        const wasLast = await removeCodesWithoutFactor(transaction, userId);
        await appendAuditEvent(transaction, event(wasLast), clock.now());
      });
    },

    takeTotp(userId, check) {
      return database.record(async (transaction) => {
        const row = await transaction
          .selectFrom('users')
          .select(['totp_secret', 'totp_last_step'])
          .where('id', '=', userId)
          .executeTakeFirst();
        const sealed = row?.totp_secret ?? null;
        if (row === undefined || sealed === null) return false;
        const step = check(secrets.open(sealed, activePlace(userId)), row.totp_last_step);
        if (step === undefined) return false;
        // Another process may have taken the same code since the row was read.
        const result = await transaction
          .updateTable('users')
          .set({ totp_last_step: step })
          .where('id', '=', userId)
          .where('totp_secret', '=', sealed)
          .where((expression) =>
            expression.or([
              expression('totp_last_step', 'is', null),
              expression('totp_last_step', '<', step),
            ]),
          )
          .executeTakeFirst();
        return result.numUpdatedRows > 0n;
      });
    },

    replaceRecoveryCodes(userId, codeHashes, event) {
      return database.write(async (transaction) => {
        await touchUser(transaction, userId, clock.now());
        if (!(await hasFactor(transaction, userId)))
          throw new AppError('conflict', 'SECOND_FACTOR_MISSING', 'Add a code app or a passkey first.');
        await replaceRecoveryCodes(transaction, userId, codeHashes);
        await appendAuditEvent(transaction, event, clock.now());
      });
    },

    takeRecoveryCode(userId, codeHash, event) {
      return database.record(async (transaction) => {
        const result = await transaction
          .updateTable('recovery_codes')
          .set({ used_at: clock.now() })
          .where('user_id', '=', userId)
          .where('code_hash', '=', codeHash)
          .where('used_at', 'is', null)
          .executeTakeFirst();
        if (result.numUpdatedRows === 0n) return false;
        const left = await countCodesLeft(transaction, userId);
        await appendAuditEvent(transaction, event(left), clock.now());
        return true;
      });
    },
  };
}

function activePlace(userId: number): string {
  return `users:${userId}:totp_secret`;
}

function pendingPlace(userId: number): string {
  return `users:${userId}:totp_pending_secret`;
}
