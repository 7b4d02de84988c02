import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { checkPasskeyName, findRelyingParty, requireRelyingParty } from './passkey.ts';
import { CHALLENGE_LIFETIME_MS, PasskeyChallenges } from './passkey-challenges.ts';
import {
  parseAuthenticationResponse,
  parseClientData,
  parseRegistrationResponse,
} from './passkey-response.ts';
import { StrangerChallenges } from './stranger-challenges.ts';

describe('the site of a passkey', () => {
  it.each([
    ['https://cctv.example.org', 'cctv.example.org', 'https://cctv.example.org'],
    ['https://cctv.example.org:8443', 'cctv.example.org', 'https://cctv.example.org:8443'],
    ['https://CCTV.example.org:443/', 'cctv.example.org', 'https://cctv.example.org'],
    ['http://localhost:3000', 'localhost', 'http://localhost:3000'],
    ['https://localhost', 'localhost', 'https://localhost'],
    ['http://pantau.localhost', 'pantau.localhost', 'http://pantau.localhost'],
  ])('%s', (address, id, origin) => {
    expect(findRelyingParty(address, 'Pantau')).toEqual({ id, origin, name: 'Pantau' });
  });

  it.each([
    'http://cctv.example.org',
    'http://localhost.example.org',
    'http://notlocalhost',
    'http://127.0.0.1:3000',
    'https://127.0.0.1',
    'https://10.0.0.5',
    'https://0x7f.1',
    'https://[::1]',
    'https://[2001:db8::1]:8443',
    'ftp://cctv.example.org',
    'https://cctv.example.org/path',
    'https://cctv.example.org/?a=b',
    'https://user@cctv.example.org',
    'null',
    '',
    'cctv.example.org',
  ])('does not exist for %j', (address) => {
    expect(findRelyingParty(address, 'Pantau')).toBeUndefined();
    expect(() => requireRelyingParty(findRelyingParty(address, 'Pantau'))).toThrow(
      expect.objectContaining({ kind: 'precondition', code: 'PASSKEY_UNAVAILABLE' }),
    );
  });
});

describe('names of passkeys', () => {
  it('are one line of text', () => {
    expect(checkPasskeyName('  Ponsel  ')).toBe('Ponsel');
  });

  it.each(['', '   ', 'a\nb', '\u202eabc', 'x'.repeat(101)])('are not %j', (name) => {
    expect(() => checkPasskeyName(name)).toThrow(expect.objectContaining({ code: 'PASSKEY_INVALID' }));
  });
});

describe('challenges', () => {
  const anonymous = { purpose: 'login', userId: undefined } as const;
  const own = { purpose: 'confirm', userId: 7 } as const;
  const issue = (challenges: PasskeyChallenges, use: Parameters<PasskeyChallenges['issue']>[0]) =>
    challenges.issue(use).toString('base64url');

  it('are good once', () => {
    const challenges = new PasskeyChallenges(new VirtualClock());
    const challenge = issue(challenges, own);
    expect(challenge).toMatch(/^[\w-]{43}$/);
    expect(challenges.take(challenge, own)).toBe(true);
    expect(challenges.take(challenge, own)).toBe(false);
    expect(challenges.size).toBe(0);
  });

  it.each([
    { purpose: 'login', userId: 7 },
    { purpose: 'confirm', userId: 8 },
    { purpose: 'confirm', userId: undefined },
    { purpose: 'register', userId: 7 },
    { purpose: 'second-factor', userId: 7 },
  ] as const)('are used up by another use: %j', (use) => {
    const challenges = new PasskeyChallenges(new VirtualClock());
    const challenge = issue(challenges, own);
    expect(challenges.take(challenge, use)).toBe(false);
    expect(challenges.take(challenge, own)).toBe(false);
  });

  it('last five minutes, whatever happens to the wall clock', async () => {
    const clock = new VirtualClock();
    const challenges = new PasskeyChallenges(clock);
    const [first, second] = [issue(challenges, anonymous), issue(challenges, anonymous)];
    await clock.advance(CHALLENGE_LIFETIME_MS - 1);
    clock.stepWall(-86_400_000);
    expect(challenges.take(first, anonymous)).toBe(true);
    await clock.advance(1);
    expect(challenges.take(second, anonymous)).toBe(false);
  });

  it('of a stranger are pushed out by nobody, however many ask', () => {
    const challenges = new PasskeyChallenges(new VirtualClock());
    const mine = issue(challenges, own);
    const first = issue(challenges, anonymous);
    for (let count = 0; count < 20_000; count++) issue(challenges, anonymous);
    expect(challenges.size).toBe(1);
    expect(challenges.take(first, anonymous)).toBe(true);
    expect(challenges.take(first, anonymous)).toBe(false);
    expect(challenges.take(mine, own)).toBe(true);
  });

  it('of a stranger are ours, whole, and for their purpose', () => {
    const challenges = new PasskeyChallenges(new VirtualClock());
    const challenge = issue(challenges, anonymous);
    const bytes = Buffer.from(challenge, 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(challenges.take(changed.toString('base64url'), anonymous)).toBe(false);
    }
    for (const wrong of ['', 'A'.repeat(43), `${challenge}=`, `${challenge}A`, ` ${challenge}`])
      expect(challenges.take(wrong, anonymous)).toBe(false);
    expect(challenges.take(challenge, { purpose: 'confirm', userId: undefined })).toBe(false);
    expect(challenges.take(challenge, own)).toBe(false);
    expect(new PasskeyChallenges(new VirtualClock()).take(challenge, anonymous)).toBe(false);
    expect(challenges.take(challenge, anonymous)).toBe(true);
  });

  it('of a stranger are remembered no longer than they last, once answered', async () => {
    const clock = new VirtualClock();
    const strangers = new StrangerChallenges(clock, 1000);
    const take = () => strangers.take(strangers.issue('login').toString('base64url'), 'login');
    for (let count = 0; count < 12_000; count++) expect(take()).toBe(true);
    expect(strangers.size).toBe(10_000);
    await clock.advance(1000);
    expect(take()).toBe(true);
    expect(strangers.size).toBe(1);
  });

  it('of one account push out only its own', () => {
    const challenges = new PasskeyChallenges(new VirtualClock());
    const other = issue(challenges, { purpose: 'confirm', userId: 8 });
    const issued = Array.from({ length: 2000 }, () => issue(challenges, own));
    expect(challenges.size).toBe(9);
    expect(challenges.take(other, { purpose: 'confirm', userId: 8 })).toBe(true);
    expect(issued.filter((challenge) => challenges.take(challenge, own))).toEqual(issued.slice(-8));
  });
});

const registration = {
  id: 'abcd',
  rawId: 'abcd',
  type: 'public-key',
  response: { clientDataJSON: 'e30', attestationObject: 'oA' },
};
const assertion = {
  id: 'abcd',
  rawId: 'abcd',
  type: 'public-key',
  response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' },
};
let deep: unknown = 'x';
for (let level = 0; level < 100_000; level++) deep = [deep];
const looped: Record<string, unknown> = { ...assertion };
looped['self'] = looped;

describe('responses from the network', () => {
  it('pass with the fields we know and no others', () => {
    const transports = ['usb', 'internal', 'usb', 'teleport'];
    expect(
      parseRegistrationResponse({
        ...registration,
        clientExtensionResults: { appid: true },
        extra: 1,
        response: { ...registration.response, transports, publicKeyAlgorithm: -7 },
      }),
    ).toEqual({
      ...registration,
      clientExtensionResults: {},
      response: { ...registration.response, transports: ['internal', 'usb'] },
    });
    expect(
      parseAuthenticationResponse({
        ...assertion,
        extra: {},
        response: { ...assertion.response, userHandle: null },
      }),
    ).toEqual({ ...assertion, clientExtensionResults: {} });
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 17],
    ['a text', JSON.stringify(assertion)],
    ['an empty object', {}],
    ['a list', [assertion]],
    ['deep', deep],
    ['circular', looped],
    ['a big number', 1n],
    ['no id', { ...assertion, ...registration, id: undefined }],
    ['an id that is no text', { ...registration, ...assertion, id: ['abcd'] }],
    ['an id with padding', { ...assertion, id: 'abc=' }],
    ['an id that is too long', { ...assertion, id: 'a'.repeat(1365), rawId: 'a'.repeat(1365) }],
    ['another type', { ...assertion, type: 'password' }],
    ['no response', { ...assertion, response: undefined }],
    ['a response that is a text', { ...assertion, response: 'abcd' }],
    [
      'client data that are no text',
      { ...assertion, response: { ...assertion.response, clientDataJSON: {} } },
    ],
    ['a long stranger', { ...assertion, ...registration, more: 'x'.repeat(17_000) }],
  ])('do not pass: %s', (_case, response) => {
    expect(parseAuthenticationResponse(response)).toBeUndefined();
    expect(parseRegistrationResponse(response)).toBeUndefined();
  });

  it.each([
    ['17 transports too many', { transports: Array.from({ length: 37 }, () => 'usb') }],
    ['transports that are no texts', { transports: [{}] }],
    ['an attestation that is no base64url', { attestationObject: 'a b' }],
    ['an attestation that is too long', { attestationObject: 'a'.repeat(12_001) }],
  ])('do not pass as a registration: %s', (_case, response) => {
    expect(
      parseRegistrationResponse({ ...registration, response: { ...registration.response, ...response } }),
    ).toBeUndefined();
  });

  it.each([
    ['a handle that is no text', { userHandle: 7 }],
    ['a handle that is too long', { userHandle: 'a'.repeat(101) }],
    ['a signature that is too long', { signature: 'a'.repeat(4097) }],
  ])('do not pass as an assertion: %s', (_case, response) => {
    expect(
      parseAuthenticationResponse({ ...assertion, response: { ...assertion.response, ...response } }),
    ).toBeUndefined();
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '{"type":"a"}',
    '{"type":"a","challenge":[],"origin":"b"}',
    '\u0000',
  ])('have client data other than %j', (json) => {
    expect(parseClientData(Buffer.from(json).toString('base64url'))).toBeUndefined();
  });
});
