import { beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '@pantau/base/secret';
import { LoginLedger } from './login-ledger.ts';

const MINUTE = 60_000;
const source = (password: string, username = 'admin') => ({
  url: 'rtsp://nvr.test/1',
  username,
  password: new Secret(password),
});

let ledger: LoginLedger;
let key: string;

beforeEach(() => {
  ledger = new LoginLedger();
  key = ledger.join('nvr.test', source('a'));
});

function refuse(atMs: number, hasWorkedHere = false) {
  expect(ledger.waitMs(key, atMs)).toBe(0);
  ledger.begin(key);
  return ledger.refuse(key, atMs, hasWorkedHere);
}

describe('LoginLedger', () => {
  it('knows a login by device, name and password, and holds no password', () => {
    expect(ledger.join('nvr.test', source('a'))).toBe(key);
    for (const [host, other] of [
      ['other.test', source('a')],
      ['nvr.test', source('b')],
      ['nvr.test', source('a', 'root')],
      // Parts that only together read the same.
      ['nvr.test', source('mina', 'ad')],
    ] as const)
      expect(ledger.join(host, other)).not.toBe(key);
    expect(key).not.toContain('admin');
  });

  it('forgets a login with its last user', () => {
    ledger.join('nvr.test', source('a'));
    refuse(0);
    ledger.leave(key);
    expect(ledger.size).toBe(1);
    ledger.leave(key);
    expect(ledger.size).toBe(0);
    ledger.leave(key);
    expect(ledger.waitMs(key, 0)).toBe(0);
  });

  it('allows two tries, counting those that have no answer yet', () => {
    ledger.begin(key);
    expect(ledger.waitMs(key, 0)).toBe(0);
    ledger.begin(key);
    expect(ledger.waitMs(key, 0)).toBe(Number.POSITIVE_INFINITY);
    // One of them did not get as far as the login.
    ledger.abandon(key);
    expect(ledger.waitMs(key, 0)).toBe(0);
    expect(ledger.refuse(key, 0, false)).toBe('wrong-here');
    expect(refuse(1000)).toBe('wrong');
    expect(ledger.isBlocked(key, 1000)).toBe(true);
    expect(ledger.waitMs(key, 1000)).toBe(30 * MINUTE);
  });

  it('allows one more after half an hour, and again', () => {
    refuse(0);
    refuse(0);
    for (const at of [30 * MINUTE, 60 * MINUTE]) {
      ledger.begin(key);
      expect(ledger.waitMs(key, at)).toBe(Number.POSITIVE_INFINITY);
      expect(ledger.refuse(key, at, false)).toBe('wrong');
      expect(ledger.waitMs(key, at)).toBe(30 * MINUTE);
    }
  });

  it('is right while a source is open with it: a refusal is about the source that was refused', () => {
    ledger.begin(key);
    expect(ledger.accept(key)).toBe(false);
    for (let time = 0; time < 5; time++) {
      expect(refuse(time, false)).toBe('wrong-here');
      expect(refuse(time, true)).toBe('busy');
    }
    expect(ledger.waitMs(key, 5)).toBe(0);
  });

  it('has no say about a source that never was open, when others were: it may have no right to that channel', () => {
    ledger.begin(key);
    ledger.accept(key);
    ledger.close(key);
    for (let time = 0; time < 8; time++) expect(refuse(time, false)).toBe('wrong-here');
    expect(ledger.waitMs(key, 8)).toBe(0);
  });

  it('counts nothing for sources without a login', () => {
    const none = ledger.join('nvr.test', {
      url: 'rtsp://nvr.test/1',
      username: undefined,
      password: undefined,
    });
    for (let time = 0; time < 4; time++) {
      ledger.begin(none);
      expect(ledger.refuse(none, time, false)).toBe('wrong-here');
      expect(ledger.waitMs(none, time)).toBe(0);
    }
    ledger.leave(none);
    expect(ledger.size).toBe(1);
  });

  it('that worked before is in doubt for five minutes and four refusals', () => {
    ledger.begin(key);
    ledger.accept(key);
    ledger.close(key);
    let at = 0;
    const waits: number[] = [];
    for (const answer of ['busy', 'busy', 'busy', 'wrong']) {
      expect(refuse(at, true)).toBe(answer);
      waits.push(ledger.waitMs(key, at) / MINUTE);
      at += ledger.waitMs(key, at);
    }
    expect(waits).toEqual([1, 2, 4, 30]);
  });

  it('says whether others had to wait when it works', () => {
    refuse(0);
    ledger.begin(key);
    expect(ledger.accept(key)).toBe(true);
    ledger.begin(key);
    expect(ledger.accept(key)).toBe(false);
    expect(ledger.waitMs(key, 0)).toBe(0);
  });
});
