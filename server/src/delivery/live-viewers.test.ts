/** Open WebSockets and floods, through real HTTP: who loses a stream, and when. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { consoleActor } from '../audit/actor.ts';
import type { Visibility } from '../cameras/camera.ts';
import type { Context } from '../context.ts';
import { FakeIdentities } from '../testing/fake-identities.ts';
import { openTestApp, type TestApp } from '../testing/open-test-app.ts';
import { askRaw, askUpgrade, type RawUpgrade } from '../testing/raw-http.ts';
import { issueGrantTicket, issueWindowTicket } from './ticket.ts';

const actor = consoleActor('test');
const KEY = Buffer.alloc(32, 7);
const source = { url: 'rtsp://198.51.100.77/x', username: undefined, password: undefined };

let clock: VirtualClock;
let people: FakeIdentities;
let test: TestApp;
let origin: string;
let embedOrigins: readonly string[];
let publicKey = '';
let privateKey = '';
const open: RawUpgrade[] = [];

async function start(requestsPerMinute = 60_000): Promise<void> {
  clock = new VirtualClock(Date.UTC(2026, 6, 1, 7));
  people = new FakeIdentities();
  embedOrigins = [];
  const keys = [KEY];
  const seed = async ({ areas, cameras }: Context) => {
    await areas.create({ name: 'Kota' }, actor);
    publicKey = (await cameras.create({ name: 'public', source, areaId: 1 }, actor)).streamKey;
    privateKey = (await cameras.create({ name: 'private', source, areaId: 1, visibility: 'private' }, actor))
      .streamKey;
  };
  test = await openTestApp({
    seed,
    config: { trustProxy: 1 },
    delivery: {
      principals: people,
      grants: people,
      readRules: () => ({ embedOrigins }),
      ticketKeys: () => keys,
      clock,
      requestsPerMinute,
    },
  });
  test.engine.holdsSockets = true;
  origin = await test.listen();
}
beforeEach(() => start());
afterEach(async () => {
  for (const { socket } of open.splice(0)) socket.destroy();
  await test.close();
});

async function connect(target: string, headers: Record<string, string> = {}): Promise<RawUpgrade> {
  const upgrade = await askUpgrade(origin, target, headers);
  open.push(upgrade);
  return upgrade;
}
async function setVisibility(name: string, visibility: Visibility): Promise<void> {
  await test.context.cameras.update(name, { visibility }, actor);
  await test.context.streams.refresh();
}
const isOpen = ({ socket }: RawUpgrade) => !socket.destroyed && !socket.readableEnded;
/** Virtual seconds until the server has cut one socket, which must be this one. */
async function secondsUntilCut(upgrade: RawUpgrade): Promise<number> {
  const before = test.context.delivery.openSockets;
  for (let seconds = 0; seconds <= 30; seconds++) {
    if (test.context.delivery.openSockets < before) {
      await upgrade.closed;
      return seconds;
    }
    await clock.advance(1000);
  }
  return Number.POSITIVE_INFINITY;
}

describe('an upgrade', () => {
  const good = (streamKey: string) => issueWindowTicket(KEY, streamKey, clock.now()).text;

  it.each([
    ['without a ticket', () => `/mse/${publicKey}`, 101],
    ['with a query', () => `/mse/${publicKey}?x=/y`, 101],
    ['with the ticket of now', () => `/mse/${publicKey}/${good(publicKey)}`, 101],
    ['with the ticket of another stream', () => `/mse/${publicKey}/${good(privateKey)}`, 403],
    ['with nonsense for a ticket', () => `/mse/${publicKey}/x`, 403],
    ['with too many names', () => `/mse/${publicKey}/${good(publicKey)}/x`, 404],
    ['with an empty name', () => `/mse/${publicKey}/`, 404],
    ['with a double slash', () => `/mse//${publicKey}`, 404],
    ['with an encoded slash', () => `/mse/${publicKey}%2f`, 404],
    ['with a NUL', () => `/mse/${publicKey}%00`, 404],
    ['to nowhere', () => `/mse/${'a'.repeat(26)}`, 404],
    ['to a private stream', () => `/mse/${privateKey}`, 404],
    ['to a private stream with its window ticket', () => `/mse/${privateKey}/${good(privateKey)}`, 404],
    ['of a very long path', () => `/mse/${'a'.repeat(5000)}`, 404],
  ])('%s', async (_name, target, status) => {
    expect((await connect(target())).status).toBe(status);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://x.example' }, 403],
    ['another site by an old browser', { origin: 'https://x.example' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['our own page', { origin: 'http://127.0.0.1' }, 101],
  ])('from %s', async (_name, headers, status) => {
    const upgrade = await connect(`/mse/${publicKey}`, headers);
    expect(upgrade.status).toBe(status);
    if (status === 403) expect(upgrade.reply.body).toContain('HOTLINK_REFUSED');
    embedOrigins = ['*'];
    expect((await connect(`/mse/${publicKey}`, headers)).status).toBe(101);
  });

  it('to a private stream needs the right, and our own page', async () => {
    const operator = people.signIn('operator-1', 'operator');
    embedOrigins = ['*'];
    expect((await connect(`/mse/${privateKey}`, operator)).status).toBe(101);
    const foreign = await connect(`/mse/${privateKey}`, { ...operator, origin: 'https://x.example' });
    expect([foreign.status, foreign.reply.body]).toEqual([403, expect.stringContaining('HOTLINK_REFUSED')]);
    const wrong = await connect(`/mse/${privateKey}/${good(publicKey)}`, operator);
    expect([wrong.status, wrong.reply.body]).toEqual([403, expect.stringContaining('TICKET_INVALID')]);
    people.fails = true;
    expect((await connect(`/mse/${privateKey}`, people.signIn('operator-2', 'operator'))).status).toBe(503);
  });

  it('whose viewer is still being looked up is given up when the server stops', async () => {
    people.hangs = true;
    const waiting = askUpgrade(origin, `/mse/${privateKey}`, people.signIn('operator-1', 'operator'));
    await expect.poll(() => people.resolved).toBe(1);
    await test.close();
    expect((await waiting).status).toBe(0);
    await start();
  });
});

describe('an open WebSocket', () => {
  it('of an anonymous viewer is cut when its camera becomes private, and no other', async () => {
    await test.context.cameras.create({ name: 'other', source }, actor);
    await test.context.streams.refresh();
    const other = (await test.context.cameras.get('other')).streamKey;
    const viewer = await connect(`/mse/${publicKey}`);
    const bystander = await connect(`/mse/${other}`);
    expect([viewer.status, bystander.status, test.context.delivery.openSockets]).toEqual([101, 101, 2]);
    await clock.advance(20_000);
    expect(isOpen(viewer)).toBe(true);
    await setVisibility('public', 'private');
    expect(await secondsUntilCut(viewer)).toBeLessThanOrEqual(4);
    expect(isOpen(bystander)).toBe(true);
    expect(test.context.delivery.openSockets).toBe(1);
  });

  it('is cut when its camera leaves the lists, for that makes a new link, and stays when it comes back', async () => {
    const before = await connect(`/mse/${publicKey}`);
    await setVisibility('public', 'unlisted');
    expect(await secondsUntilCut(before)).toBeLessThanOrEqual(4);
    const { streamKey } = await test.context.cameras.get('public');
    expect(streamKey).not.toBe(publicKey);
    const after = await connect(`/mse/${streamKey}`);
    await setVisibility('public', 'public');
    expect(await secondsUntilCut(after)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is cut when its camera is disabled or removed', async () => {
    const viewer = await connect(`/mse/${publicKey}`);
    await test.context.cameras.update('public', { enabled: false }, actor);
    await test.context.streams.refresh();
    expect(await secondsUntilCut(viewer)).toBeLessThanOrEqual(4);
  });

  it.each([
    ['has signed out', () => void people.sessions.delete('viewer-1')],
    ['has lost the area', () => people.change('viewer-1', { areaIds: new Set([2]) })],
    ['must change the password first', () => people.change('viewer-1', { restriction: 'password-change' })],
  ])('of a private stream is cut when its viewer %s', async (_name, change) => {
    const viewer = await connect(`/mse/${privateKey}`, people.signIn('viewer-1', 'viewer', [1]));
    const operator = await connect(`/mse/${privateKey}`, people.signIn('operator-1', 'operator'));
    await clock.advance(20_000);
    expect([isOpen(viewer), isOpen(operator)]).toEqual([true, true]);
    change();
    expect(await secondsUntilCut(viewer)).toBeLessThanOrEqual(4);
    expect(isOpen(operator)).toBe(true);
  });

  it('by a grant lives as long as its session, not as the ticket', async () => {
    people.signIn('viewer-1', 'viewer', [1]);
    const subject = `s${'viewer-1'.padEnd(22, '0')}` as const;
    const { text } = issueGrantTicket(KEY, privateKey, subject, clock.now());
    const viewer = await connect(`/mse/${privateKey}/${text}`);
    expect(viewer.status).toBe(101);
    await clock.advance(4_000_000);
    expect(isOpen(viewer)).toBe(true);
    expect((await connect(`/mse/${privateKey}/${text}`)).status).toBe(403);
    people.sessions.delete('viewer-1');
    expect(await secondsUntilCut(viewer)).toBeLessThanOrEqual(4);
  });

  it.each(['fails', 'hangs'] as const)(
    'is cut within 10 s when nobody can say who it is: the lookup %s',
    async (how) => {
      const viewer = await connect(`/mse/${privateKey}`, people.signIn('viewer-1', 'viewer', [1]));
      const anonymous = await connect(`/mse/${publicKey}`);
      await clock.advance(7000);
      people[how] = true;
      expect(await secondsUntilCut(viewer)).toBeLessThan(10);
      expect(isOpen(anonymous)).toBe(true);
    },
  );

  it('is looked up once per session and sweep, however many there are; anonymous ones never', async () => {
    const viewer = people.signIn('viewer-1', 'viewer', [1]);
    const operator = people.signIn('operator-1', 'operator');
    for (let count = 0; count < 5; count++) {
      await connect(`/mse/${privateKey}`, viewer);
      await connect(`/mse/${privateKey}`, operator);
      await connect(`/mse/${publicKey}`, operator);
    }
    const before = people.lookedUp;
    await clock.advance(9000);
    expect(people.lookedUp - before).toBe(6);
  });

  it('is forgotten when it closes', async () => {
    const viewer = await connect(`/mse/${publicKey}`);
    viewer.socket.destroy();
    await expect.poll(() => test.context.delivery.openSockets).toBe(0);
  });
});

describe('an endless reply of pictures', () => {
  const good = (streamKey: string) => issueWindowTicket(KEY, streamKey, clock.now()).text;
  const watch = (streamKey: string, headers: Record<string, string> = {}) =>
    connect(`/hls/${streamKey}/${good(streamKey)}/live.mjpeg`, {
      connection: 'close',
      upgrade: 'none',
      ...headers,
    });

  it('of an anonymous viewer is cut when its camera becomes private', async () => {
    const viewer = await watch(publicKey);
    expect([viewer.status, test.context.delivery.openSockets]).toEqual([200, 1]);
    await clock.advance(20_000);
    expect(isOpen(viewer)).toBe(true);
    await setVisibility('public', 'private');
    expect(await secondsUntilCut(viewer)).toBeLessThanOrEqual(4);
  });

  it('of a private camera is for who may watch it, and is cut when that ends', async () => {
    expect((await watch(privateKey)).status).toBe(404);
    const viewer = await watch(privateKey, people.signIn('viewer-1', 'viewer', [1]));
    const operator = await watch(privateKey, people.signIn('operator-1', 'operator'));
    expect([viewer.status, operator.status]).toEqual([200, 200]);
    expect(viewer.reply.headers['x-fake-private']).toBe('1');
    people.sessions.delete('viewer-1');
    expect(await secondsUntilCut(viewer)).toBeLessThanOrEqual(4);
    expect(isOpen(operator)).toBe(true);
  });

  it('is not for the pages of others, and leads to the ticket of now', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://x.example' };
    expect((await watch(publicKey, foreign)).status).toBe(403);
    const entry = await askRaw(origin, `/hls/${publicKey}/live.mjpeg`);
    expect([entry.status, entry.headers['location']]).toEqual([302, `${good(publicKey)}/live.mjpeg`]);
  });

  it('is forgotten when its viewer leaves', async () => {
    const viewer = await watch(publicKey);
    viewer.socket.destroy();
    await expect.poll(() => test.context.delivery.openSockets).toBe(0);
  });
});

describe('a flood', () => {
  beforeEach(async () => {
    await test.close();
    await start(5);
  });
  const ask = (address: string) =>
    askRaw(origin, `/hls/${publicKey}/index.m3u8`, { headers: { 'x-forwarded-for': address } });

  it('is stopped for its address only, with the time to wait, and upgrades count too', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 7; count++) statuses.push((await ask('203.0.113.5')).status);
    expect(statuses).toEqual([302, 302, 302, 302, 302, 429, 429]);
    const refused = await ask('203.0.113.5');
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'RATE_LIMITED', retry_after: 60 });
    expect(refused.headers).toMatchObject({ 'retry-after': '60', 'access-control-allow-origin': '*' });
    const upgrade = await connect(`/mse/${publicKey}`, { 'x-forwarded-for': '203.0.113.5' });
    expect([upgrade.status, upgrade.reply.headers['retry-after']]).toEqual([429, '60']);
    expect((await ask('203.0.113.6')).status).toBe(302);
    await clock.advance(60_000);
    expect((await ask('203.0.113.5')).status).toBe(302);
  });

  it('from one IPv6 network is one', async () => {
    for (let count = 1; count <= 5; count++) expect((await ask(`2001:db8::${count}`)).status).toBe(302);
    expect((await ask('2001:db8::ffff')).status).toBe(429);
    expect((await ask('2001:db8:0:1::1')).status).toBe(302);
  });

  it('of methods that are not answered counts as well', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    for (let count = 0; count < 5; count++) await askRaw(origin, '/hls/x/y', { method: 'OPTIONS', headers });
    expect((await askRaw(origin, '/hls/x/y', { method: 'OPTIONS', headers })).status).toBe(429);
  });
});
