import { createSocket } from 'node:dgram';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import {
  formatProbeMatch,
  openDiscoveryResponder,
  type ResponderOptions,
} from '../testing/discovery-responder.ts';
import { DISCOVERY_GROUP, discoverDevices, type DiscoveryOptions } from './discover-devices.ts';
import { listenForHello } from './listen-for-hello.ts';
import { listInterfaces } from './list-interfaces.ts';

const LOOPBACK = [{ name: 'lo', address: '127.0.0.1' }];
const SCOPES = 'onvif://www.onvif.org/name/Cam onvif://www.onvif.org/hardware/X1';
const camera = (id: string, port = 80) =>
  formatProbeMatch({ id, xaddrs: `http://127.0.0.1:${port}/onvif/device_service`, scopes: SCOPES });

async function openResponder(options: ResponderOptions) {
  const responder = await openDiscoveryResponder(options);
  onTestFinished(() => responder[Symbol.asyncDispose]());
  return responder;
}

/** Runs a discovery on virtual time until its end, leaving the network real turns to deliver. */
async function discover(options: Partial<DiscoveryOptions>, isReady: () => boolean = () => true) {
  const clock = new VirtualClock();
  let isDone = false;
  const result = discoverDevices({
    interfaces: LOOPBACK,
    timeoutMs: 3000,
    clock,
    logger: silentLogger,
    ...options,
  }).finally(() => (isDone = true));
  result.catch(() => {});
  while (!isDone) {
    // The last step is taken when the answers that the test waits for are on their way.
    await clock.advance(clock.monotonic() < 2900 ? 100 : isReady() ? 100 : 0);
  }
  expect(clock.pendingTimers).toBe(0);
  return result;
}

describe('discoverDevices', () => {
  it('asks by multicast and gives each device once', async () => {
    const answers = [camera('urn:uuid:b', 8000), camera('urn:uuid:a')];
    const responder = await openResponder({ group: DISCOVERY_GROUP, answer: () => answers });
    const found = await discover({ multicastPort: responder.port }, () => responder.probes.length >= 6);
    expect(found.map(({ id, url, interfaceName, name }) => [id, url, interfaceName, name])).toEqual([
      ['urn:uuid:b', 'http://127.0.0.1:8000/onvif/device_service', 'lo', 'Cam'],
      ['urn:uuid:a', 'http://127.0.0.1/onvif/device_service', 'lo', 'Cam'],
    ]);
    // Three times both questions, each with one id.
    const ids = responder.probes.map((probe) => /uuid:[0-9a-f-]{36}/.exec(probe)?.[0]);
    expect([ids.length, new Set(ids).size]).toEqual([6, 2]);
  });

  it('asks one address by unicast, and leaves out what is no ONVIF device', async () => {
    const printer = formatProbeMatch({
      id: 'urn:uuid:p',
      xaddrs: 'http://127.0.0.1/wsd',
      scopes: 'x:/print',
    });
    const responder = await openResponder({
      answer: () => [printer, Buffer.alloc(60_000, '<a>'), '\0', camera('urn:uuid:c')],
    });
    const found = await discover(
      { target: { address: '127.0.0.1', port: responder.port } },
      () => responder.probes.length >= 6,
    );
    expect(found.map(({ id }) => id)).toEqual(['urn:uuid:c']);
  });

  it('looks at sixteen datagrams of one sender and no more', async () => {
    let count = 0;
    const responder = await openResponder({
      answer: () => Array.from({ length: 50 }, () => camera(`urn:uuid:${count++}`)),
    });
    const found = await discover(
      { target: { address: '127.0.0.1', port: responder.port } },
      () => responder.probes.length >= 6,
    );
    expect(found).toHaveLength(16);
  });

  it('asks no address that is not allowed', async () => {
    const responder = await openResponder({ answer: () => [camera('urn:uuid:c')] });
    const target = { address: '127.0.0.1', port: responder.port };
    await expect(discover({ target, isAddressAllowed: () => false })).rejects.toMatchObject({
      code: 'ONVIF_ADDRESS_REFUSED',
    });
    expect(responder.probes).toEqual([]);
  });

  it('ignores answers from addresses that are not allowed', async () => {
    const responder = await openResponder({ group: DISCOVERY_GROUP, answer: () => [camera('urn:uuid:c')] });
    const found = await discover(
      { multicastPort: responder.port, isAddressAllowed: () => false },
      () => responder.probes.length >= 6,
    );
    expect(found).toEqual([]);
  });

  it('says when no interface can be asked', async () => {
    await expect(
      discover({ interfaces: [{ name: 'gone0', address: '203.0.113.77' }] }),
    ).rejects.toMatchObject({
      code: 'ONVIF_UNREACHABLE',
    });
  });

  it('ends with the reason of its signal', async () => {
    await expect(discover({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('listenForHello', () => {
  it('hears who starts, and not more than it can take', async () => {
    const clock = new VirtualClock();
    const heard: string[] = [];
    using listener = await listenForHello({
      interfaces: LOOPBACK,
      port: 0,
      clock,
      logger: silentLogger,
      onHello: ({ id }) => void heard.push(id),
    });
    const hello = (id: string) =>
      `<e:Envelope><e:Body><d:Hello><a:EndpointReference><a:Address>${id}</a:Address></a:EndpointReference>` +
      '<d:Scopes>onvif://www.onvif.org/name/A</d:Scopes><d:XAddrs>http://10.0.0.9/onvif/device_service</d:XAddrs></d:Hello></e:Body></e:Envelope>';
    const sender = createSocket('udp4');
    onTestFinished(() => new Promise<void>((resolve) => sender.close(() => resolve())));
    const say = (text: string) =>
      new Promise<void>((resolve) => sender.send(text, listener.port, '127.0.0.1', () => resolve()));
    for (let n = 0; n < 30; n++) await say(hello(`urn:uuid:${n}`));
    while (heard.length < 20) await clock.advance(0);
    await clock.advance(1000);
    await say(hello('urn:uuid:late'));
    while (!heard.includes('urn:uuid:late')) await clock.advance(0);
    expect(heard).toHaveLength(21);
  });
});

describe('listenForHello without a network', () => {
  it.each([
    [
      'leaves out one that cannot be listened on',
      [{ name: 'gone0', address: '203.0.113.77' }, ...LOOPBACK],
      1,
    ],
    ['fails in words when that is all', [{ name: 'gone0', address: '203.0.113.77' }], 0],
  ])('%s', async (_what, interfaces, lines) => {
    const warn = vi.fn();
    const clock = new VirtualClock();
    const logger = { ...silentLogger, warn };
    const listening = listenForHello({ interfaces, port: 0, clock, logger, onHello: () => {} });
    if (lines === 0) {
      await expect(listening).rejects.toMatchObject({
        code: 'ONVIF_UNREACHABLE',
        message: expect.stringContaining('gone0'),
      });
    } else (await listening)[Symbol.dispose]();
    expect(warn).toHaveBeenCalledTimes(lines);
  });
});

describe('listInterfaces', () => {
  it('gives the IPv4 addresses of this machine', () => {
    const base = { netmask: '', mac: '' };
    const read = () => ({
      eth0: [
        { ...base, address: '192.168.1.5', family: 'IPv4' as const, internal: false, cidr: '192.168.1.5/24' },
        { ...base, address: 'fe80::1', family: 'IPv6' as const, internal: false, cidr: null, scopeid: 2 },
      ],
    });
    expect(listInterfaces(read)).toEqual([
      { name: 'eth0', address: '192.168.1.5', cidr: '192.168.1.5/24', isInternal: false },
    ]);
    expect(listInterfaces().some(({ address }) => address === '127.0.0.1')).toBe(true);
  });
});
