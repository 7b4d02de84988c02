import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DATABASE_KINDS } from '../testing/open-test-database.ts';
import { actorOf, openSecondFactors, type TestSecondFactors } from '../testing/open-second-factors.ts';
import {
  SoftwareAuthenticator,
  type AuthenticatorOptions,
  type Lies,
} from '../testing/software-authenticator.ts';
import { CHALLENGE_LIFETIME_MS } from './passkey-challenges.ts';
import { findRelyingParty, MAX_PASSKEYS, requireRelyingParty } from './passkey.ts';
import type { FactorOwner } from './second-factor-service.ts';

const ORIGIN = 'https://cctv.example.org';
const site = requireRelyingParty(findRelyingParty(ORIGIN, 'Pantau'));
const invalid = { kind: 'invalid', code: 'PASSKEY_INVALID' };

/** What a stranger can make of an answer to a registration or a sign-in. */
const LIES: readonly [string, Lies][] = [
  ['another origin', { origin: 'https://cctv.example.net' }],
  ['another port', { origin: `${ORIGIN}:8443` }],
  ['plain http', { origin: 'http://cctv.example.org' }],
  ['a page below us', { origin: 'https://evil.cctv.example.org' }],
  ['another site', { rpId: 'cctv.example.net' }],
  ['the domain above us', { rpId: 'example.org' }],
  ['a challenge that was never ours', { challenge: randomBytes(32).toString('base64url') }],
  ['no challenge', { challenge: '' }],
  ['nobody present', { userPresent: false, userVerified: false }],
  ['nobody verified', { userVerified: false }],
  ['inside another page', { crossOrigin: true }],
];

describe.each(DATABASE_KINDS)('passkeys on %s', (kind) => {
  let opened: TestSecondFactors;
  let count = 0;
  let owner: FactorOwner;
  let authenticator: SoftwareAuthenticator;

  beforeAll(async () => {
    opened = await openSecondFactors(kind);
  }, 30_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    owner = await opened.addUser(`operator-${++count}`);
    authenticator = new SoftwareAuthenticator(ORIGIN);
    await opened.takeEvents();
  });

  const options = (who = owner) => opened.service.passkeyRegistrationOptions(who, site, actorOf(who));
  const add = (response: unknown, who = owner, name = 'Ponsel') =>
    opened.service.addPasskey(who, { name, response }, site, actorOf(who));
  const enrol = async (who = owner, device = authenticator) => {
    const added = await add(device.register(await options(who)), who);
    await opened.takeEvents();
    return added.passkey;
  };
  const stored = (id: number) =>
    opened.database.read.selectFrom('passkeys').selectAll().where('id', '=', id).executeTakeFirst();

  describe('are added', () => {
    it('with what the browser says, and recovery codes with the first', async () => {
      const asked = await options();
      expect(asked).toMatchObject({
        rp: { id: 'cctv.example.org', name: 'Pantau' },
        user: { name: owner.username },
        attestation: 'none',
        timeout: CHALLENGE_LIFETIME_MS,
        excludeCredentials: [],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      const { passkey, recoveryCodes } = await add(authenticator.register(asked));
      expect(passkey).toMatchObject({ userId: owner.userId, name: 'Ponsel', synced: false, counter: 1 });
      expect(passkey.transports).toEqual(['hybrid', 'internal']);
      expect(recoveryCodes).toHaveLength(10);
      expect(await opened.service.summaryOf(owner.userId)).toEqual({
        hasTotp: false,
        passkeys: 1,
        recoveryCodesLeft: 10,
      });
      expect(await opened.service.methodsOf(owner.userId)).toEqual(['passkey', 'recovery-code']);
      expect(await opened.takeEvents()).toEqual([
        { type: 'PASSKEY_OPTIONS', target: `user ${owner.username}`, details: {} },
        { type: 'PASSKEY_ADDED', target: 'passkey Ponsel', details: { synced: false } },
        { type: 'RECOVERY_CODES_CREATED', target: `user ${owner.username}`, details: {} },
      ]);

      const again = await options();
      expect(again.excludeCredentials).toMatchObject([{ id: passkey.credentialId }]);
      expect(again.user.id).toBe(asked.user.id);
      const other = new SoftwareAuthenticator(ORIGIN, { synced: true, counts: false });
      const second = await add(other.register(again));
      expect(second.recoveryCodes).toBeNull();
      expect(second.passkey).toMatchObject({ synced: true, counter: 0 });
      expect(await opened.service.listPasskeys(owner.userId)).toEqual([passkey, second.passkey]);
    });

    it('with a signature of their own as attestation, which some authenticators insist on', async () => {
      const response = authenticator.register(await options(), { attestation: 'self' });
      expect((await add(response)).passkey.name).toBe('Ponsel');
    });

    it('never with certificates, which nobody asked for', async () => {
      const response = authenticator.register(await options(), { attestation: 'certificate' });
      await expect(add(response)).rejects.toMatchObject({
        ...invalid,
        cause: { message: 'The passkey came with an attestation.' },
      });
    });

    it.each([...LIES, ['a sign-in', { type: 'webauthn.get' }] as const])(
      'not with %s',
      async (_case, lies) => {
        await expect(add(authenticator.register(await options(), lies))).rejects.toMatchObject(invalid);
        expect(await opened.service.listPasskeys(owner.userId)).toEqual([]);
        expect(await opened.service.methodsOf(owner.userId)).toEqual([]);
      },
    );

    it('not with a challenge that was used, is late, or was another’s', async () => {
      const asked = await options();
      const failed = authenticator.register(asked, { userVerified: false });
      await expect(add(failed)).rejects.toMatchObject(invalid);
      await expect(add(authenticator.register(asked))).rejects.toMatchObject(invalid);

      const late = await options();
      await opened.clock.advance(CHALLENGE_LIFETIME_MS);
      await expect(add(authenticator.register(late))).rejects.toMatchObject(invalid);

      const other = await opened.addUser(`other-${++count}`);
      await expect(add(authenticator.register(await options(other)))).rejects.toMatchObject(invalid);

      await enrol();
      const signIn = await opened.service.passkeyLoginOptions(site, 'confirm', owner.userId);
      const response = authenticator.register({ ...(await options()), excludeCredentials: [] }, signIn);
      await expect(add(response)).rejects.toMatchObject(invalid);
    });

    it('not when some account has the same one', async () => {
      const asked = await options();
      const response = authenticator.register(asked);
      await add(response);
      const other = await opened.addUser(`other-${++count}`);
      // The same credential with another challenge: an attestation of none proves nothing about the key.
      const { challenge } = await options(other);
      const clientData = JSON.stringify({ type: 'webauthn.create', challenge, origin: ORIGIN });
      const copied = {
        ...response,
        response: {
          ...response.response,
          clientDataJSON: Buffer.from(clientData).toString('base64url'),
        },
      };
      await expect(add(copied, other)).rejects.toMatchObject(invalid);
      expect(await opened.service.summaryOf(other.userId)).toMatchObject({
        passkeys: 0,
        recoveryCodesLeft: 0,
      });
    });

    it('up to a limit', async () => {
      const waiting = await options();
      for (let index = 0; index < MAX_PASSKEYS; index++)
        await enrol(owner, new SoftwareAuthenticator(ORIGIN));
      const full = { kind: 'conflict', code: 'PASSKEY_LIMIT' };
      await expect(options()).rejects.toMatchObject(full);
      await expect(add(authenticator.register(waiting))).rejects.toMatchObject(full);
      expect(await opened.service.listPasskeys(owner.userId)).toHaveLength(MAX_PASSKEYS);
    });

    it('not from rubbish, cut or bent attestations', async () => {
      const response = authenticator.register(await options());
      const good = Buffer.from(response.response.attestationObject, 'base64url');
      const bent = [
        ...Array.from({ length: 40 }, (_, index) => good.subarray(0, Math.floor((good.length * index) / 40))),
        ...Array.from({ length: 40 }, () => randomBytes(200)),
        Buffer.alloc(9000, 0x81),
        Buffer.alloc(9000, 0xa1),
        Buffer.from('9bffffffffffffffff', 'hex'),
        Buffer.from('bbffffffffffffffff', 'hex'),
        Buffer.from('5bffffffffffffffff', 'hex'),
        Buffer.from('a0', 'hex'),
      ];
      for (const bytes of bent) {
        const { challenge } = await options();
        const clientData = JSON.stringify({ type: 'webauthn.create', challenge, origin: ORIGIN });
        const hostile = {
          ...response,
          response: {
            clientDataJSON: Buffer.from(clientData).toString('base64url'),
            attestationObject: bytes.toString('base64url'),
          },
        };
        await expect(add(hostile)).rejects.toMatchObject(invalid);
      }
      for (const hostile of [null, 17, 'x', [], {}, { ...response, id: {} }])
        await expect(add(hostile)).rejects.toMatchObject(invalid);
      await expect(add(response, owner, '\n')).rejects.toMatchObject(invalid);
    });
  });

  describe('sign in', () => {
    const proveWith = async (lies: Lies = {}) => {
      const asked = await opened.service.passkeyLoginOptions(site, 'login');
      return opened.service.takePasskey(authenticator.authenticate(asked, lies), site, 'login');
    };

    it('without a name or password', async () => {
      const passkey = await enrol();
      const asked = await opened.service.passkeyLoginOptions(site, 'login');
      expect(asked).toMatchObject({ rpId: 'cctv.example.org', userVerification: 'required' });
      expect(asked.allowCredentials ?? []).toEqual([]);
      await opened.clock.advance(1000);
      expect(await opened.service.takePasskey(authenticator.authenticate(asked), site, 'login')).toEqual({
        verified: true,
        userId: owner.userId,
        passkeyId: passkey.id,
      });
      expect(await stored(passkey.id)).toMatchObject({
        counter: 2,
        synced: 0,
        last_used_at: opened.clock.now(),
      });
    });

    it.each(['second-factor', 'confirm'] as const)('as %s of an account', async (purpose) => {
      const passkey = await enrol();
      const asked = await opened.service.passkeyLoginOptions(site, purpose, owner.userId);
      expect(asked.allowCredentials).toMatchObject([{ id: passkey.credentialId, type: 'public-key' }]);
      const response = authenticator.authenticate(asked, { userHandle: null });
      expect(await opened.service.takePasskey(response, site, purpose, owner.userId)).toMatchObject({
        verified: true,
        userId: owner.userId,
      });
    });

    it.each(['ES256', 'EdDSA', 'RS256'] as const)('with a key for %s', async (algorithm) => {
      authenticator = new SoftwareAuthenticator(ORIGIN, { algorithm });
      await enrol();
      expect(await proveWith({ flipSignature: true })).toMatchObject({ verified: false });
      expect(await proveWith({ wrongKey: true })).toMatchObject({ verified: false });
      expect(await proveWith()).toMatchObject({ verified: true, userId: owner.userId });
    });

    it('again and again with an authenticator that does not count, and become synced', async () => {
      const device: AuthenticatorOptions = { counts: false, synced: true };
      authenticator = new SoftwareAuthenticator(ORIGIN, device);
      const passkey = await enrol();
      await opened.database.record((transaction) =>
        transaction.updateTable('passkeys').set({ synced: 0 }).where('id', '=', passkey.id).execute(),
      );
      expect(await proveWith()).toMatchObject({ verified: true });
      expect(await proveWith()).toMatchObject({ verified: true });
      expect(await stored(passkey.id)).toMatchObject({ counter: 0, synced: 1 });
    });

    it.each([
      ...LIES.filter(([, lies]) => lies.challenge === undefined),
      ['a registration', { type: 'webauthn.create' }] as const,
      ['a flipped signature', { flipSignature: true }] as const,
      ['the signature of another key', { wrongKey: true }] as const,
    ])('not with %s, and not with the same challenge afterwards', async (_case, lies) => {
      const passkey = await enrol();
      const asked = await opened.service.passkeyLoginOptions(site, 'login');
      const take = (told: Lies) =>
        opened.service.takePasskey(authenticator.authenticate(asked, told), site, 'login');
      expect(await take(lies)).toEqual({ verified: false, reason: 'not-verified' });
      expect(await take({})).toEqual({ verified: false, reason: 'challenge' });
      expect(await stored(passkey.id)).toMatchObject({ counter: 1, last_used_at: null });
    });

    it('not with a challenge that is not ours, late, or was answered before', async () => {
      await enrol();
      const refused = { verified: false, reason: 'challenge' };
      expect(await proveWith({ challenge: randomBytes(32).toString('base64url') })).toEqual(refused);

      const asked = await opened.service.passkeyLoginOptions(site, 'login');
      const take = (response: unknown) => opened.service.takePasskey(response, site, 'login');
      expect(await take(authenticator.authenticate(asked, { flipSignature: true }))).toMatchObject({
        reason: 'not-verified',
      });
      expect(await take(authenticator.authenticate(asked))).toEqual(refused);

      const other = await opened.service.passkeyLoginOptions(site, 'login');
      const response = authenticator.authenticate(other);
      const taken = await Promise.all(Array.from({ length: 4 }, () => take(response)));
      expect(taken.filter(({ verified }) => verified)).toHaveLength(1);

      const late = await opened.service.passkeyLoginOptions(site, 'login');
      await opened.clock.advance(CHALLENGE_LIFETIME_MS);
      expect(await take(authenticator.authenticate(late))).toEqual(refused);
    });

    it('for what they were asked for only', async () => {
      await enrol();
      const asked = await opened.service.passkeyLoginOptions(site, 'second-factor', owner.userId);
      const response = authenticator.authenticate(asked);
      const refused = { verified: false, reason: 'challenge' };
      expect(await opened.service.takePasskey(response, site, 'confirm', owner.userId)).toEqual(refused);
      const register = await options();
      const request = { ...asked, challenge: register.challenge };
      expect(await opened.service.takePasskey(authenticator.authenticate(request), site, 'login')).toEqual(
        refused,
      );
    });

    it('not for another account', async () => {
      await enrol();
      const other = await opened.addUser(`other-${++count}`);
      const otherDevice = new SoftwareAuthenticator(ORIGIN);
      await enrol(other, otherDevice);
      const foreign = { credentialId: otherDevice.credentialIds[0] ?? '' };
      const asked = await opened.service.passkeyLoginOptions(site, 'second-factor', owner.userId);
      const response = otherDevice.authenticate(asked, foreign);
      expect(await opened.service.takePasskey(response, site, 'second-factor', owner.userId)).toEqual({
        verified: false,
        reason: 'unknown-passkey',
      });
    });

    it('not with the handle of another account, nor without one where nobody was named', async () => {
      await enrol();
      const refused = { verified: false, reason: 'unknown-passkey' };
      expect(await proveWith({ userHandle: randomBytes(32).toString('base64url') })).toEqual(refused);
      expect(await proveWith({ userHandle: null })).toEqual(refused);
      expect(await proveWith({ userHandle: '' })).toEqual(refused);
    });

    it('not when the counter goes back or stands still, and tell whose it was', async () => {
      const passkey = await enrol();
      expect(await proveWith({ counter: 9 })).toMatchObject({ verified: true });
      const refused = { verified: false, reason: 'counter', userId: owner.userId };
      expect(await proveWith({ counter: 8 })).toEqual(refused);
      expect(await proveWith({ counter: 9 })).toEqual(refused);
      expect(await proveWith({ counter: 0 })).toEqual(refused);
      expect(await proveWith({ counter: 1, flipSignature: true })).toEqual({
        verified: false,
        reason: 'not-verified',
      });
      expect(await stored(passkey.id)).toMatchObject({ counter: 9 });
      expect(await proveWith({ counter: 0xffffffff })).toMatchObject({ verified: true });
      expect(await stored(passkey.id)).toMatchObject({ counter: 0xffffffff });
    });

    it('not once they are removed', async () => {
      const passkey = await enrol();
      const asked = await opened.service.passkeyLoginOptions(site, 'login');
      await opened.service.removePasskey(owner, passkey.id, actorOf(owner));
      expect(await opened.service.takePasskey(authenticator.authenticate(asked), site, 'login')).toEqual({
        verified: false,
        reason: 'unknown-passkey',
      });
      await expect(
        opened.service.passkeyLoginOptions(site, 'second-factor', owner.userId),
      ).rejects.toMatchObject({ code: 'PASSKEY_NOT_FOUND' });
    });

    it('not from rubbish, cut or bent answers', async () => {
      await enrol();
      const ask = () => opened.service.passkeyLoginOptions(site, 'login');
      for (const hostile of [undefined, null, 17, 'x', [], {}, { response: {} }])
        expect(await opened.service.takePasskey(hostile, site, 'login')).toEqual({
          verified: false,
          reason: 'malformed',
        });
      for (const field of ['clientDataJSON', 'authenticatorData', 'signature'] as const) {
        for (let index = 0; index < 30; index++) {
          const good = authenticator.authenticate(await ask());
          const bytes = Buffer.from(good.response[field], 'base64url');
          const bent =
            index % 2 === 0
              ? bytes.subarray(0, 1 + Math.floor((index * (bytes.length - 2)) / 30))
              : randomBytes(1 + index * 8);
          const hostile = {
            ...good,
            response: { ...good.response, [field]: bent.toString('base64url') },
          };
          expect(await opened.service.takePasskey(hostile, site, 'login')).toMatchObject({
            verified: false,
            reason: 'not-verified',
          });
        }
      }
    });
  });

  describe('are looked after', () => {
    it('by their owner', async () => {
      const passkey = await enrol();
      const second = await enrol(owner, new SoftwareAuthenticator(ORIGIN));
      const { service } = opened;
      expect(await service.renamePasskey(owner, passkey.id, ' Kunci ', actorOf(owner))).toEqual({
        ...passkey,
        name: 'Kunci',
      });
      await service.removePasskey(owner, second.id, actorOf(owner));
      expect(await service.summaryOf(owner.userId)).toMatchObject({ passkeys: 1, recoveryCodesLeft: 10 });
      await service.removePasskey(owner, passkey.id, actorOf(owner));
      expect(await service.summaryOf(owner.userId)).toMatchObject({ passkeys: 0, recoveryCodesLeft: 0 });
      expect(await opened.takeEvents()).toEqual([
        {
          type: 'PASSKEY_RENAMED',
          target: 'passkey Kunci',
          details: { changes: { name: ['Ponsel', 'Kunci'] } },
        },
        { type: 'PASSKEY_REMOVED', target: 'passkey Ponsel', details: { last_factor: false } },
        { type: 'PASSKEY_REMOVED', target: 'passkey Kunci', details: { last_factor: true } },
      ]);
    });

    it('by nobody else', async () => {
      const passkey = await enrol();
      const other = await opened.addUser(`other-${++count}`);
      const { service } = opened;
      const missing = { kind: 'not-found', code: 'PASSKEY_NOT_FOUND' };
      for (const id of [passkey.id, 999_999]) {
        await expect(service.renamePasskey(other, id, 'x', actorOf(other))).rejects.toMatchObject(missing);
        await expect(service.removePasskey(other, id, actorOf(other))).rejects.toMatchObject(missing);
      }
      await expect(service.renamePasskey(owner, passkey.id, '', actorOf(owner))).rejects.toMatchObject(
        invalid,
      );
      expect(await service.listPasskeys(owner.userId)).toEqual([passkey]);
      expect(await service.listPasskeys(other.userId)).toEqual([]);
      expect(await opened.takeEvents()).toEqual([]);
    });

    it('and keep the recovery codes while there is another factor', async () => {
      const passkey = await enrol();
      await opened.database.record((transaction) =>
        transaction
          .updateTable('users')
          .set({ totp_secret: 'sealed' })
          .where('id', '=', owner.userId)
          .execute(),
      );
      await opened.service.removePasskey(owner, passkey.id, actorOf(owner));
      expect(await opened.service.summaryOf(owner.userId)).toEqual({
        hasTotp: true,
        passkeys: 0,
        recoveryCodesLeft: 10,
      });
    });
  });
});
