import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { ANONYMOUS } from '../access/principal.ts';
import { checkArea, type Area } from '../areas/area.ts';
import { AreaService } from '../areas/area-service.ts';
import { CameraService } from '../cameras/camera-service.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { makeCamera as camera } from '../testing/make-camera.ts';
import { StreamService } from './stream-service.ts';

/** A read model over lists in memory that a test changes. */
function open(clock: Clock = new VirtualClock(), logger: Logger = silentLogger, hasWhep = false) {
  const areas: readonly Area[] = [];
  const database = { areas, cameras: [camera(1)], revision: 1, fails: false, loads: 0 };
  const refuse = () => Promise.reject(new Error('the test does not change anything'));
  const engine = new FakeEngine();
  const streams = new StreamService({
    cameras: new CameraService({
      list: () => {
        database.loads++;
        return database.fails ? Promise.reject(new Error('gone')) : Promise.resolve(database.cameras);
      },
      find: refuse,
      findByName: refuse,
      count: refuse,
      create: refuse,
      update: refuse,
      remove: refuse,
    }),
    areas: new AreaService({
      list: () => Promise.resolve(database.areas),
      find: refuse,
      findByName: refuse,
      countCameras: refuse,
      create: refuse,
      update: refuse,
      remove: refuse,
    }),
    engine,
    snapshots: { setCameras: () => undefined, findListed: () => undefined },
    readRevision: () =>
      database.fails ? Promise.reject(new Error('gone')) : Promise.resolve(database.revision),
    idleCloseMs: 30_000,
    hasWhep,
    clock,
    logger,
  });
  return { streams, engine, database };
}

describe('StreamService', () => {
  it('gives the engine its streams at the start, and again when the revision moves', async () => {
    const clock = new VirtualClock();
    const { streams, engine, database } = open(clock);
    await streams.start();
    expect(engine.definitions.map(({ key }) => key)).toEqual(['key-1-0000']);
    await clock.advance(2000);
    expect(database.loads).toBe(1);
    database.cameras = [
      camera(1),
      camera(2),
      { ...camera(3), status: 'maintenance' },
      { ...camera(4), enabled: false },
    ];
    database.revision++;
    await clock.advance(1000);
    expect(engine.definitions.map(({ key }) => key)).toEqual(['key-1-0000', 'key-2-0000']);
    expect(streams.getDetail('3', ANONYMOUS).camera.state).toBe('maintenance');
    expect(() => streams.getDetail('4', ANONYMOUS)).toThrowError(
      expect.objectContaining({ code: 'CAMERA_NOT_FOUND' }),
    );
    await streams.stop();
  });

  it.each([
    [false, null],
    [true, '/whep/key-1-0000'],
  ])('names the address for WebRTC where the server does that: %s', async (hasWhep, whep) => {
    const { streams } = open(new VirtualClock(), silentLogger, hasWhep);
    await streams.refresh();
    const detail = streams.getDetail('1', ANONYMOUS);
    expect([detail.streams.whep, detail.camera.streams.whep]).toEqual([whep, whep]);
  });

  it("settles the transport of a camera: its own, else its area's, else auto; for the sub stream too", async () => {
    const { streams, engine, database } = open();
    database.areas = [
      { ...checkArea({ name: 'Kota', transport: 'udp' }), id: 1 },
      { ...checkArea({ name: 'Desa' }), id: 2 },
    ];
    const { source } = camera(1);
    const sub = { ...source, url: 'rtsp://198.51.100.7/sub' };
    database.cameras = [
      { ...camera(1), areaId: 1, sub },
      { ...camera(2), areaId: 1, source: { ...source, transport: 'tcp' } },
      { ...camera(3), areaId: 1, source: { ...source, transport: 'auto' } },
      { ...camera(4), areaId: 2 },
      camera(5),
    ];
    await streams.start();
    expect(engine.definitions.map((each) => [each.source.transport, each.sub?.transport])).toEqual([
      ['udp', 'udp'],
      ['tcp', undefined],
      ['auto', undefined],
      ['auto', undefined],
      ['auto', undefined],
    ]);
    await streams.stop();
  });

  it('gives the verdict on every enabled camera, of those that nobody knocks at too', async () => {
    const { streams, engine, database } = open();
    database.cameras = [
      camera(1),
      { ...camera(2), status: 'maintenance' },
      { ...camera(3), credentialsUnreadable: true },
      { ...camera(4), enabled: false },
    ];
    await streams.start();
    const at = Date.UTC(2026, 0, 1);
    engine.change('key-1-0000', {
      state: 'retrying',
      reason: { code: 'SOURCE_UNREACHABLE', message: 'The camera cannot be reached.' },
      verdict: {
        kind: 'parked',
        sinceMs: at,
        code: 'SOURCE_UNREACHABLE',
        nextAttemptMs: at + 600_000,
        attemptsLastHour: 6,
        lastLiveMs: at - 1000,
      },
    });
    expect(streams.listVerdicts()).toEqual([
      {
        camera_id: 1,
        kind: 'parked',
        since: '2026-01-01T00:00:00.000Z',
        reason: { code: 'SOURCE_UNREACHABLE', message: 'The camera cannot be reached.' },
        next_attempt_at: '2026-01-01T00:10:00.000Z',
        attempts_last_hour: 6,
        last_live_at: '2025-12-31T23:59:59.000Z',
      },
      expect.objectContaining({ camera_id: 2, kind: 'maintenance', reason: null }),
      expect.objectContaining({
        camera_id: 3,
        kind: 'misconfigured',
        reason: expect.objectContaining({ code: 'CREDENTIALS_UNREADABLE' }),
      }),
    ]);
    await streams.stop();
  });

  it('shows a camera whose password is lost, with the reason, and does not knock on its door without it', async () => {
    const clock = new VirtualClock();
    const { streams, engine, database } = open(clock);
    database.cameras = [camera(1), { ...camera(2), credentialsUnreadable: true }];
    await streams.start();
    expect(engine.definitions.map(({ key }) => key)).toEqual(['key-1-0000']);
    expect(streams.getDetail('2', ANONYMOUS).camera).toMatchObject({
      state: 'offline',
      is_online: false,
      reason: { code: 'CREDENTIALS_UNREADABLE' },
    });
    expect(streams.getDetail('1', ANONYMOUS).camera).toMatchObject({ state: 'idle', reason: null });
    await streams.stop();
  });

  it('notices a change without a revision within half a minute', async () => {
    const clock = new VirtualClock();
    const { streams, database } = open(clock);
    await streams.start();
    database.cameras = [{ ...camera(1), name: 'Dengan tangan' }];
    await clock.advance(30_000);
    expect(streams.getDetail('1', ANONYMOUS).camera.name).toBe('Dengan tangan');
    await streams.stop();
  });

  it('keeps the last lists while the database is away, says so once a minute, and comes back', async () => {
    const clock = new VirtualClock();
    const errors: string[] = [];
    const { streams, database } = open(clock, {
      ...silentLogger,
      error: (_fields, message) => void errors.push(message),
    });
    await streams.start();
    database.fails = true;
    await clock.advance(59_000);
    expect(errors).toHaveLength(1);
    expect(streams.getDetail('1', ANONYMOUS).camera.name).toBe('Kamera 1');
    database.fails = false;
    database.revision++;
    database.cameras = [camera(2)];
    await clock.advance(1500);
    expect(streams.getDetail('2', ANONYMOUS).camera.name).toBe('Kamera 2');
    await streams.stop();
  });

  it('refuses to start without a database', async () => {
    const { streams, database } = open(systemClock);
    database.fails = true;
    await expect(streams.start()).rejects.toThrow('gone');
    await streams.stop();
  });

  it('leaves no timer behind', async () => {
    const clock = new VirtualClock();
    const { streams, engine } = open(clock);
    await streams.start();
    engine.change('key-1-0000', { state: 'connecting' });
    await streams.stop();
    engine.change('key-1-0000', { state: 'live' });
    expect(clock.pendingTimers).toBe(0);
  });
});
