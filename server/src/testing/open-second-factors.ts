/** The slice of second factors over an empty database, with accounts to try it on. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '@pantau/base/errors';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import type { Role } from '@pantau/contract/access';
import type { Actor } from '../audit/actor.ts';
import type { Database, DatabaseKind } from '../db/database.ts';
import { foldName } from '../fields.ts';
import { createPasskeyStore } from '../second-factors/passkey-store.ts';
import { SecondFactorService, type FactorOwner } from '../second-factors/second-factor-service.ts';
import { createSecondFactorStore } from '../second-factors/second-factor-store.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { openTestDatabase } from './open-test-database.ts';

export interface TestSecondFactors {
  readonly database: Database;
  readonly clock: VirtualClock;
  readonly service: SecondFactorService;
  addUser(username: string, role?: Role): Promise<FactorOwner>;
  /** Entries of the audit trail since the last call: type, target and details. */
  takeEvents(): Promise<{ type: string; target: string; details: unknown }[]>;
  close(): Promise<void>;
}

export async function openSecondFactors(kind: DatabaseKind): Promise<TestSecondFactors> {
  const opened = await openTestDatabase(kind);
  const { database } = opened;
  const clock = new VirtualClock();
  const service = new SecondFactorService(
    createSecondFactorStore(database, new TestSecretBox(), clock),
    createPasskeyStore(database, clock),
    clock,
  );
  let seen = 0;
  return {
    database,
    clock,
    service,
    close: () => opened.close(),

    async addUser(username, role = 'operator') {
      const row = await database.record((transaction) =>
        transaction
          .insertInto('users')
          .values({
            username,
            username_folded: foldName(username),
            password_hash: 'none',
            role,
            enabled: 1,
            must_change_password: 0,
            password_changed_at: clock.now(),
            webauthn_user_id: randomBytes(32).toString('base64url'),
            totp_secret: null,
            totp_pending_secret: null,
            totp_last_step: null,
            last_login_at: null,
            last_login_ip: null,
            created_at: clock.now(),
            updated_at: clock.now(),
          })
          .returning('id')
          .executeTakeFirstOrThrow(),
      );
      return { userId: row.id, username };
    },

    async takeEvents() {
      const rows = await database.read
        .selectFrom('audit_events')
        .selectAll()
        .where('id', '>', seen)
        .orderBy('id')
        .execute();
      seen = rows.at(-1)?.id ?? seen;
      return rows.map((row) => {
        const details: unknown = JSON.parse(row.details);
        return { type: row.type, target: `${row.target_kind} ${row.target_name}`, details };
      });
    },
  };
}

/** An account as it appears in the audit trail. */
export function actorOf(owner: FactorOwner): Actor {
  return {
    kind: 'account',
    id: owner.userId,
    name: owner.username,
    address: '192.0.2.7',
    userAgent: 'test',
    endpoint: 'POST /test',
  };
}

/** Real encryption under a key of the moment, bound to its place. */
class TestSecretBox implements SecretBox {
  readonly #key = randomBytes(32);

  seal(secret: Secret, place: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(place));
    const bytes = Buffer.concat([cipher.update(secret.reveal()), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), bytes]).toString('base64url');
  }

  open(sealed: string, place: string): Secret {
    const bytes = Buffer.from(sealed, 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
        .setAuthTag(bytes.subarray(12, 28))
        .setAAD(Buffer.from(place));
      return new Secret(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString());
    } catch (cause) {
      throw new AppError('internal', 'CREDENTIALS_UNREADABLE', 'The secret cannot be opened.', { cause });
    }
  }
}
