import { describe, expect, it } from 'vitest';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { MediaError, type MediaErrorCode } from '../media-error.ts';
import { deviceOf } from './device-address.ts';
import { DEFAULT_LIMITS } from './engine-limits.ts';
import type { Pass } from './host-gate.ts';
import { HostGates, type HostVisit } from './host-gates.ts';

const failure = (code: MediaErrorCode) => new MediaError(code, 'the test says so');

function open(isAlive: () => Promise<boolean> = () => Promise.resolve(false)) {
  const clock = new VirtualClock();
  const signals: AbortSignal[] = [];
  const gates = new HostGates({
    clock,
    limits: DEFAULT_LIMITS,
    random: () => 0,
    checkAlive: (_host, _port, signal) => {
      signals.push(signal);
      return isAlive();
    },
  });
  const visit = (url: string, password = 'a') => {
    const heard = { woken: 0, signs: 0 };
    const source = { url, username: 'admin', password: new Secret(password) };
    const here = gates.visit(source, { wake: () => heard.woken++, onSignOfLife: () => heard.signs++ });
    return { here, heard };
  };
  return { clock, gates, visit, signals };
}

function enter(visit: HostVisit): Pass {
  const pass = visit.enter();
  if (pass === undefined) throw new Error('there was no place');
  return pass;
}

describe('a gate', () => {
  it('lets two open at once, and the next when one is done, in order', () => {
    const { visit } = open();
    const visits = [1, 2, 3, 4].map((channel) => visit(`rtsp://nvr.test/${channel}`));
    const [first, second, third, fourth] = visits;
    if (!first || !second || !third || !fourth) throw new Error('four were opened');
    enter(first.here).opened();
    const passes = [enter(first.here), enter(second.here)];
    expect(third.here.enter()).toBeUndefined();
    expect(fourth.here.enter()).toBeUndefined();
    passes[1]?.opened();
    expect(visits.map(({ heard }) => heard.woken)).toEqual([0, 0, 1, 0]);
    // The place is kept for whom was called, and free again when that one does not come.
    expect(second.here.enter()).toBeUndefined();
    third.here.leaveQueue();
    expect(visits.map(({ heard }) => heard.woken)).toEqual([0, 0, 1, 1]);
    enter(fourth.here);
  });

  it('spaces the beginnings at one host, and all of them', () => {
    const { visit } = open();
    const here = [1, 2].map((channel) => enter(visit(`rtsp://nvr.test/${channel}`).here).delayMs);
    expect(here).toEqual([0, 50]);
    const elsewhere = [1, 2, 3].map((host) => enter(visit(`rtsp://10.0.0.${host}/`).here).delayMs);
    expect(elsewhere).toEqual([70, 90, 110]);
  });

  it('that nobody answers behind makes all wait, and lets one try', async () => {
    const { clock, visit } = open();
    const [first, second] = [visit('rtsp://nvr.test/1'), visit('rtsp://nvr.test/2')];
    expect(enter(first.here).failed(failure('SOURCE_UNREACHABLE'), false)).toBe('host');
    expect(second.here.hold).toEqual({ waitMs: 1000, why: 'host' });
    // Other ports and hosts are other matters.
    expect(visit('rtsp://nvr.test:8554/1').here.hold).toBeUndefined();
    await clock.advance(1000);
    const probe = enter(second.here);
    expect(first.here.enter()).toBeUndefined();
    expect(probe.failed(failure('SOURCE_UNREACHABLE'), false)).toBe('host');
    expect(first.here.hold).toEqual({ waitMs: 2000, why: 'host' });
    expect(first.heard.woken).toBe(1);
    await clock.advance(2000);
    enter(first.here).opened();
    expect(second.heard.signs).toBe(1);
    expect(second.here.hold).toBeUndefined();
  });

  it.each(['SOURCE_NOT_FOUND', 'SOURCE_TIMEOUT', 'SOURCE_CLOSED', 'SOURCE_REFUSED'] as const)(
    '%s is the trouble of one camera',
    (code) => {
      const { visit } = open();
      const [first, second] = [visit('rtsp://nvr.test/1'), visit('rtsp://nvr.test/2')];
      expect(enter(first.here).failed(failure(code), false)).toBe('camera');
      expect(second.here.hold).toBeUndefined();
    },
  );

  it('while one plays, another that cannot connect is a trouble of its own', () => {
    const { visit } = open();
    const [first, second] = [visit('rtsp://nvr.test/1'), visit('rtsp://nvr.test/2')];
    enter(first.here).opened();
    expect(enter(second.here).failed(failure('SOURCE_UNREACHABLE'), false)).toBe('camera');
    first.here.closed();
    expect(enter(second.here).failed(failure('SOURCE_UNREACHABLE'), false)).toBe('host');
  });

  it('looks for a viewer whether anything answers, one look at a time, and gives up with the last source', async () => {
    const answers: ((isAlive: boolean) => void)[] = [];
    const { clock, visit, signals, gates } = open(() => new Promise((resolve) => answers.push(resolve)));
    const { here, heard } = visit('rtsp://nvr.test/1');
    enter(here).failed(failure('SOURCE_UNREACHABLE'), false);
    expect(here.wish()).toBe(false);
    expect(here.wish()).toBe(false);
    expect(answers).toHaveLength(1);
    answers[0]?.(false);
    await clock.advance(2_999);
    enter(here).failed(failure('SOURCE_UNREACHABLE'), false);
    here.wish();
    expect(answers).toHaveLength(1);
    await clock.advance(1);
    here.wish();
    expect(answers).toHaveLength(2);
    await clock.advance(1000);
    answers[1]?.(true);
    await clock.advance(0);
    expect(heard.signs).toBe(1);
    expect(here.hold).toBeUndefined();
    expect(signals[1]?.aborted).toBe(false);
    here.leave();
    expect(signals[1]?.aborted).toBe(true);
    expect(gates.size).toBe(0);
    here.leave();
    expect(gates.size).toBe(0);
  });

  it('holds one login back while the others go', () => {
    const { visit } = open();
    const [wrong, same, right] = [
      visit('rtsp://nvr.test/1', 'b'),
      visit('rtsp://nvr.test/2', 'b'),
      visit('rtsp://nvr.test/3'),
    ];
    enter(wrong.here).failed(failure('SOURCE_UNAUTHORIZED'), false);
    expect(enter(wrong.here).failed(failure('SOURCE_UNAUTHORIZED'), false)).toBe('wrong');
    expect(same.here.hold).toEqual({ waitMs: 1_800_000, why: 'login' });
    expect(right.here.hold).toBeUndefined();
    enter(right.here).opened();
  });

  it('calls the other sources of a host that somebody heard of, and no others', () => {
    const { gates, visit } = open();
    const [first, port, other] = [
      visit('rtsp://[FE80::1]:554/1'),
      visit('http://[fe80::1]/snap'),
      visit('rtsp://other.test/1'),
    ];
    gates.noteSignOfLife('fe80::1');
    gates.noteSignOfLife('[FE80::1]');
    gates.noteSignOfLife('nobody.test');
    expect([first, port, other].map(({ heard }) => heard.signs)).toEqual([2, 2, 0]);
    first.here.live();
    expect([first, port, other].map(({ heard }) => heard.signs)).toEqual([2, 3, 0]);
  });
});

it.each([
  ['rtsp://Cam.local/x', 'cam.local', 554],
  ['rtsps://cam.local', 'cam.local', 322],
  ['http://10.0.0.5?x', '10.0.0.5', 80],
  ['https://[FE80::1]:8443/x', 'fe80::1', 8443],
  ['nonsense', 'nonsense', 0],
])('the device of %s', (url, host, port) => {
  expect(deviceOf(url)).toEqual({ host, port });
});
