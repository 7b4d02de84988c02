import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { HealthService, type HealthServiceOptions } from './health-service.ts';

const GIB = 1024 ** 3;
const clockOf = () => new VirtualClock(Date.UTC(2026, 5, 1));

function open(options: Partial<HealthServiceOptions> = {}, clock = clockOf()) {
  return new HealthService({
    version: '1.2.3',
    dataDir: '/data',
    pingDatabase: () => Promise.resolve(),
    engineStats: () => ({
      streams: 6,
      live: 5,
      verdicts: { ok: 5, idle: 1 },
      viewers: 7,
      bufferedBytes: 0,
      parkedReloads: 0,
    }),
    isStopping: () => false,
    readFreeBytes: () => Promise.resolve(GIB),
    clock,
    ...options,
  });
}

describe('HealthService', () => {
  it('reports version, time and uptime', async () => {
    const clock = clockOf();
    const health = open({}, clock);
    await clock.advance(61_500);
    expect(await health.read()).toEqual({
      status: 'ok',
      timestamp: '2026-06-01T00:01:01.500Z',
      uptime_seconds: 61,
      version: '1.2.3',
      checks: {
        database: { status: 'ok' },
        engine: { status: 'ok', message: '5 of 6 streams live, 7 viewers.' },
        disk: { status: 'ok' },
      },
    });
  });

  it('counts the cameras in trouble by their verdict, and stays well: cameras are not the server', async () => {
    const verdicts = { ok: 2, idle: 4, connecting: 1, unreachable: 3, parked: 12, 'wrong-login': 1 };
    const engineStats = () => ({
      streams: 23,
      live: 2,
      verdicts,
      viewers: 0,
      bufferedBytes: 0,
      parkedReloads: 0,
    });
    const { status, checks } = await open({ engineStats }).read();
    expect(status).toBe('ok');
    expect(checks.engine.message).toBe(
      '2 of 23 streams live, 0 viewers. In trouble: 3 unreachable, 1 wrong-login, 12 parked.',
    );
  });

  it.each<[string, Partial<HealthServiceOptions>, string]>([
    ['the database fails', { pingDatabase: () => Promise.reject(new Error('no')) }, 'failed'],
    [
      'the engine fails',
      {
        engineStats: () => {
          throw new Error('no');
        },
      },
      'failed',
    ],
    ['the disk cannot be read', { readFreeBytes: () => Promise.reject(new Error('no')) }, 'failed'],
    ['the disk is full', { readFreeBytes: () => Promise.resolve(1024) }, 'failed'],
    ['the disk is nearly full', { readFreeBytes: () => Promise.resolve(GIB / 4) }, 'degraded'],
    ['it is stopping', { isStopping: () => true }, 'stopping'],
  ])('when %s', async (_name, options, status) => {
    expect((await open(options).read()).status).toBe(status);
  });

  it('does not wait for a database that hangs, and leaves no timer behind', async () => {
    const clock = clockOf();
    const reading = open({ pingDatabase: () => new Promise(() => {}) }, clock).read();
    await clock.advance(2000);
    expect((await reading).checks.database.status).toBe('failed');
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks the parts once a second at most', async () => {
    const clock = clockOf();
    let pings = 0;
    const health = open({ pingDatabase: () => Promise.resolve(void pings++) }, clock);
    await Promise.all([health.read(), health.read(), health.read()]);
    expect(pings).toBe(1);
    await clock.advance(1000);
    await health.read();
    expect(pings).toBe(2);
  });
});
