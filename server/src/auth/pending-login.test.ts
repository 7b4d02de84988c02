import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { PENDING_LOGIN_MS, PendingLogins } from './pending-login.ts';
import { SETUP_TOKEN_MS, SetupToken } from './setup-token.ts';

const login = { userId: 7, passwordChangedAtMs: 1_700_000_000_000, remember: true };

describe('PendingLogins', () => {
  it('gives back what was signed, for five minutes', async () => {
    const clock = new VirtualClock();
    const pending = new PendingLogins(() => [randomKey], clock);
    const text = pending.format(login);
    expect(pending.parse(text)).toEqual(login);
    await clock.advance(PENDING_LOGIN_MS - 1);
    expect(pending.parse(text)).toEqual(login);
    await clock.advance(1);
    expect(pending.parse(text)).toBeUndefined();
  });

  it('goes on with an older key while that is kept, and not after', () => {
    const clock = new VirtualClock();
    const text = new PendingLogins(() => [randomKey], clock).format(login);
    expect(new PendingLogins(() => [randomBytes(32), randomKey], clock).parse(text)).toEqual(login);
    expect(new PendingLogins(() => [randomBytes(32)], clock).parse(text)).toBeUndefined();
  });

  it('takes nothing that differs in one character, and nothing at random', () => {
    const pending = new PendingLogins(() => [randomKey], new VirtualClock());
    const text = pending.format(login);
    fc.assert(
      fc.property(
        fc.nat(text.length - 2),
        fc.constantFrom('0', '1', '9', '.', '-', '_', 'a', 'Z'),
        (at, character) => {
          fc.pre(text[at] !== character);
          expect(pending.parse(text.slice(0, at) + character + text.slice(at + 1))).toBeUndefined();
        },
      ),
    );
    fc.assert(
      fc.property(fc.string(), (any) => {
        expect(pending.parse(any)).toBeUndefined();
      }),
    );
    expect(pending.parse(text.slice(0, -1))).toBeUndefined();
    expect(pending.parse(`${text}x`)).toBeUndefined();
  });
});

const randomKey = randomBytes(32);

describe('SetupToken', () => {
  it('is valid for an hour, until it is used, and never before it was issued', async () => {
    const clock = new VirtualClock();
    const setup = new SetupToken(clock);
    expect(setup.isValid('')).toBe(false);
    const token = setup.issue();
    expect(token).toMatch(/^[\w-]{32}$/);
    expect(setup.isValid(`${token}x`)).toBe(false);
    await clock.advance(SETUP_TOKEN_MS - 1);
    expect(setup.isValid(token)).toBe(true);
    await clock.advance(1);
    expect(setup.isValid(token)).toBe(false);
    const second = setup.issue();
    expect([setup.isValid(token), setup.isValid(second)]).toEqual([false, true]);
    setup.void();
    expect(setup.isValid(second)).toBe(false);
  });
});
