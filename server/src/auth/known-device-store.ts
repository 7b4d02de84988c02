/** All SQL on the table `known_devices`: devices on which an account was signed in before. */
import type { Clock } from '@pantau/base/clock';
import type { Database } from '../db/database.ts';

/** Devices of one account; the one used longest ago makes room. */
const MAX_PER_ACCOUNT = 20;

export interface KnownDeviceStore {
  isKnown(userId: number, deviceHash: string): Promise<boolean>;
  remember(userId: number, deviceHash: string): Promise<void>;
}

export function createKnownDeviceStore(database: Database, clock: Clock): KnownDeviceStore {
  return {
    async isKnown(userId, deviceHash) {
      const row = await database.read
        .selectFrom('known_devices')
        .select('user_id')
        .where('user_id', '=', userId)
        .where('device_hash', '=', deviceHash)
        .executeTakeFirst();
      return row !== undefined;
    },

    async remember(userId, deviceHash) {
      const nowMs = clock.now();
      await database.record(async (transaction) => {
        await transaction
          .insertInto('known_devices')
          .values({ user_id: userId, device_hash: deviceHash, created_at: nowMs, last_used_at: nowMs })
          .onConflict((conflict) =>
            conflict.columns(['user_id', 'device_hash']).doUpdateSet({ last_used_at: nowMs }),
          )
          .execute();
        const kept = await transaction
          .selectFrom('known_devices')
          .select('device_hash')
          .where('user_id', '=', userId)
          .orderBy('last_used_at', 'desc')
          .limit(MAX_PER_ACCOUNT)
          .execute();
        await transaction
          .deleteFrom('known_devices')
          .where('user_id', '=', userId)
          .where(
            'device_hash',
            'not in',
            kept.map(({ device_hash }) => device_hash),
          )
          .execute();
      });
    },
  };
}
