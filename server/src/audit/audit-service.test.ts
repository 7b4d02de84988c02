import { describe, expect, it } from 'vitest';
import { AppError } from '@pantau/base/errors';
import { silentLogger, type Logger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { openTestDatabase, DATABASE_KINDS } from '../testing/open-test-database.ts';
import { SYSTEM_ACTOR } from './actor.ts';
import type { AuditEvent } from './audit-event.ts';
import { AuditService } from './audit-service.ts';
import { createAuditStore, type AuditStore, type TimedAuditEvent } from './audit-store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const event = (type: AuditEvent['type'], address = '203.0.113.1'): AuditEvent => ({
  type,
  actor: { ...SYSTEM_ACTOR, kind: 'anonymous', address },
});

/** A service over a store in memory that fails as a test says. */
function open() {
  const clock = new VirtualClock();
  const written: TimedAuditEvent[] = [];
  const lines: string[] = [];
  const state: { failure: ((events: readonly TimedAuditEvent[]) => Error | undefined) | undefined } = {
    failure: undefined,
  };
  const logger: Logger = {
    ...silentLogger,
    error: (fields, message) => void lines.push(`${message} ${JSON.stringify(fields)}`),
  };
  const old = { count: 0, removals: [] as number[] };
  const store: AuditStore = {
    async append(events) {
      await Promise.resolve();
      const failure = state.failure?.(events);
      if (failure !== undefined) throw failure;
      written.push(...events);
    },
    list: () => Promise.resolve({ entries: [], nextBefore: null }),
    countByType: () => Promise.resolve([]),
    countByAddress: () => Promise.resolve([]),
    removeOlder(_beforeMs, limit) {
      const removed = Math.min(limit, old.count);
      old.count -= removed;
      old.removals.push(removed);
      return Promise.resolve(removed);
    },
  };
  const audit = new AuditService({ store, clock, logger });
  const counts = () => written.map((entry) => entry.event.details?.['count'] ?? 1);
  return { audit, clock, written, lines, state, old, counts };
}

const away = () => new AppError('unavailable', 'DATABASE_UNAVAILABLE', 'gone');

describe('record', () => {
  it('writes at once, with the time of the event', async () => {
    const { audit, clock, written } = open();
    const atMs = clock.now();
    audit.record(event('AUTH_SUCCESS'));
    clock.stepWall(5000);
    await audit.flush();
    expect(written).toEqual([{ event: event('AUTH_SUCCESS'), atMs }]);
  });

  it('keeps entries while the database is away, says so once a minute, and writes them in order', async () => {
    const { audit, clock, written, lines, state } = open();
    state.failure = away;
    audit.start();
    for (let second = 0; second < 50; second++) {
      audit.record(event('AUTH_SUCCESS', `198.51.100.${second}`));
      await clock.advance(1000);
    }
    expect(lines).toHaveLength(1);
    state.failure = undefined;
    await clock.advance(5000);
    expect(written.map((entry) => entry.event.actor.address)).toEqual(
      Array.from({ length: 50 }, (_, second) => `198.51.100.${second}`),
    );
    await audit.stop();
  });

  it('loses the oldest of more than a thousand, and says how many', async () => {
    const { audit, clock, written, lines, state } = open();
    state.failure = away;
    audit.start();
    for (let number = 0; number < 1300; number++) audit.record(event('AUTH_SUCCESS', `address-${number}`));
    await clock.advance(5000);
    state.failure = undefined;
    await clock.advance(10_000);
    expect(written).toHaveLength(1000);
    expect(written.at(-1)?.event.actor.address).toBe('address-1299');
    expect(lines.filter((line) => line.includes('the oldest are lost'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('"lost":300'))).toHaveLength(1);
    await audit.stop();
  });

  it('drops the one entry that the database never takes, not its neighbours', async () => {
    const { audit, written, lines, state } = open();
    state.failure = (events) =>
      events.some((entry) => entry.event.type === 'SETUP_REFUSED')
        ? new AppError('internal', 'DATABASE_UNAVAILABLE', 'The database failed (22P05).')
        : undefined;
    for (const type of ['AUTH_SUCCESS', 'SETUP_REFUSED', 'SESSION_CREATED'] as const)
      audit.record(event(type));
    await audit.flush();
    expect(written.map((entry) => entry.event.type)).toEqual(['AUTH_SUCCESS', 'SESSION_CREATED']);
    expect(lines[0]).toContain('SETUP_REFUSED');
  });

  it('says at the stop what could not be written', async () => {
    const { audit, lines, state, clock } = open();
    audit.start();
    state.failure = away;
    audit.record(event('AUTH_SUCCESS'));
    await audit.stop();
    expect(lines.at(-1)).toContain('"lost":1');
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('recordOften', () => {
  it('writes the first of a minute at once and the rest as a count', async () => {
    const { audit, clock, written, counts } = open();
    audit.start();
    for (let number = 0; number < 100; number++) audit.recordOften(event('AUTH_FAILURE'), '203.0.113.1');
    audit.recordOften(event('ACCESS_DENIED'), '203.0.113.1');
    audit.recordOften(event('AUTH_FAILURE', '203.0.113.2'), '203.0.113.2');
    await audit.flush();
    expect(counts()).toEqual([1, 1, 1]);
    await clock.advance(65_000);
    expect(counts()).toEqual([1, 1, 1, 99]);
    expect(written.at(-1)?.event).toMatchObject({
      type: 'AUTH_FAILURE',
      actor: { address: '203.0.113.1' },
    });
    await audit.stop();
  });

  it('writes at most one entry a minute while it goes on, and begins anew after a quiet minute', async () => {
    const { audit, clock, counts } = open();
    audit.start();
    for (let second = 0; second < 290; second++) {
      audit.recordOften(event('RATE_LIMIT_EXCEEDED'), 'one');
      await clock.advance(1000);
    }
    expect(counts()).toHaveLength(5);
    await clock.advance(2 * MINUTE_MS);
    expect(counts().reduce((sum: number, count) => sum + Number(count), 0)).toBe(290);
    const before = counts().length;
    audit.recordOften(event('RATE_LIMIT_EXCEEDED'), 'one');
    await audit.flush();
    expect(counts()).toHaveLength(before + 1);
    await audit.stop();
  });

  it('keeps a flood from ten thousand addresses small, complete in number, and away from what matters', async () => {
    const { audit, clock, written, counts } = open();
    audit.start();
    audit.record(event('AUTH_SUCCESS'));
    for (let number = 0; number < 10_000; number++)
      audit.recordOften(event('AUTH_FAILURE', `address-${number}`), `address-${number}`);
    audit.record(event('PASSWORD_RESET'));
    await clock.advance(65_000);
    expect(written.length).toBeLessThanOrEqual(1000 + 1 + 2);
    const types = written.map((entry) => entry.event.type);
    expect([types.includes('AUTH_SUCCESS'), types.includes('PASSWORD_RESET')]).toEqual([true, true]);
    await audit.stop();
    expect(counts().reduce((sum: number, count) => sum + Number(count), 0)).toBe(10_002);
    const together = written.filter((entry) => Number(entry.event.details?.['count']) > 1);
    expect(together.map((entry) => entry.event.actor.address)).toEqual([null]);
  });

  it('does not lose what is counted while the database is away', async () => {
    const { audit, clock, counts, state } = open();
    state.failure = away;
    audit.start();
    for (let minute = 0; minute < 3; minute++) {
      for (let number = 0; number < 2000; number++)
        audit.recordOften(event('API_KEY_INVALID'), String(number));
      await clock.advance(MINUTE_MS);
    }
    state.failure = undefined;
    await clock.advance(3 * MINUTE_MS);
    await audit.stop();
    expect(counts().reduce((sum: number, count) => sum + Number(count), 0)).toBe(6000);
  });

  it('writes what was counted at the stop', async () => {
    const { audit, counts } = open();
    audit.start();
    for (let number = 0; number < 4; number++) audit.recordOften(event('HOTLINK_REFUSED'), 'one');
    await audit.stop();
    expect(counts()).toEqual([1, 3]);
  });
});

describe('retention', () => {
  it('removes in batches, a minute after the start and then daily', async () => {
    const { audit, clock, old } = open();
    audit.start();
    old.count = 1200;
    await clock.advance(59_000);
    expect(old.removals).toEqual([]);
    await clock.advance(1000);
    expect(old.removals).toEqual([500, 500, 200]);
    old.count = 3;
    await clock.advance(DAY_MS);
    expect(old.removals).toEqual([500, 500, 200, 3]);
    await audit.stop();
    await clock.advance(2 * DAY_MS);
    expect(old.removals).toHaveLength(4);
  });

  it.each(DATABASE_KINDS)(
    'keeps 90 days on %s',
    async (kind) => {
      const opened = await openTestDatabase(kind);
      const clock = new VirtualClock();
      const store = createAuditStore(opened.database);
      const audit = new AuditService({ store, clock, logger: silentLogger });
      const ages = [91, 90, 89, 0].map((days) => clock.now() + MINUTE_MS - days * DAY_MS - 1);
      await store.append(ages.map((atMs) => ({ event: event('AUTH_SUCCESS'), atMs })));
      audit.start();
      await clock.advance(MINUTE_MS);
      await audit.stop();
      const { entries } = await audit.list({});
      expect(entries.map(({ atMs }) => atMs)).toEqual([ages[3], ages[2]]);
      await opened.close();
    },
    30_000,
  );
});

describe.each(DATABASE_KINDS)('a flood on %s', (kind) => {
  it('leaves few rows, which say how often it happened', async () => {
    const opened = await openTestDatabase(kind);
    const clock = new VirtualClock();
    const store = createAuditStore(opened.database);
    const audit = new AuditService({ store, clock, logger: silentLogger });
    audit.start();
    for (let number = 0; number < 10_000; number++) {
      const address = number % 10 === 0 ? `2001:db8::${number.toString(16)}` : '203.0.113.1';
      audit.recordOften(event('AUTH_FAILURE', address), address);
    }
    await audit.stop();
    const [{ rows } = { rows: 0 }] = await opened.database.read
      .selectFrom('audit_events')
      .select((builder) => builder.fn.countAll<number | string | bigint>().as('rows'))
      .execute();
    expect(Number(rows)).toBeLessThanOrEqual(1002);
    const summary = await audit.summarise();
    expect(summary.byType).toEqual([{ type: 'AUTH_FAILURE', count: 10_000 }]);
    expect(summary.failingAddresses[0]).toEqual({ ip: '203.0.113.1', count: 9000 });
    expect(summary.failingAddresses).toHaveLength(10);
    await opened.close();
  }, 30_000);
});
