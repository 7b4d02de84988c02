import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { Envelope } from '@pantau/contract/envelope';
import { DiscoveredDevices, OnvifDeviceReport, OnvifInterfaces, UrlTemplates } from '@pantau/contract/onvif';
import type { DiscoveryResult } from '@pantau/onvif';
import { MAKER_HABITS } from '@pantau/onvif/testing/maker-habits';
import { SimulatedDevice } from '@pantau/onvif/testing/simulated-device';
import type { AuditEvent } from '../audit/audit-event.ts';
import { createAddressRule } from '../cameras/source-address.ts';
import { openTestRoutes } from '../testing/open-test-routes.ts';
import { onvifRoutes } from './onvif-routes.ts';
import { OnvifService, type OnvifServiceOptions } from './onvif-service.ts';

const account = { username: 'admin', password: 'S4ndi-rahasia' };
const ETH = { name: 'eth0', address: '192.168.1.5', cidr: '192.168.1.5/24', isInternal: false };
const LO = { name: 'lo', address: '127.0.0.1', cidr: '127.0.0.1/8', isInternal: true };
const FOUND: DiscoveryResult = {
  id: 'urn:uuid:1',
  address: '192.168.1.64',
  url: 'http://192.168.1.64/onvif/device_service',
  name: 'Simpang',
  hardware: undefined,
  location: undefined,
  interfaceName: 'eth0',
};

let events: AuditEvent[];
let app: FastifyInstance;
let asked: Parameters<NonNullable<OnvifServiceOptions['discover']>>[0][];

async function open(options: Partial<OnvifServiceOptions> = {}): Promise<void> {
  events = [];
  asked = [];
  const service = new OnvifService({
    isAddressAllowed: createAddressRule({ allowed: ['loopback'], ownPort: () => undefined }),
    recordEvent: (event) => void events.push(event),
    clock: systemClock,
    logger: silentLogger,
    listInterfaces: () => [LO, ETH],
    discover: (request) => {
      asked.push(request);
      return Promise.resolve([FOUND]);
    },
    ...options,
  });
  app = await openTestRoutes([onvifRoutes(service)]);
}

const post = (url: string, payload: object) =>
  app.inject({ method: 'POST', url: `/api/onvif/${url}`, payload });
beforeEach(() => open());
afterEach(() => app.close());

describe('discovery', () => {
  it('asks the networks that were chosen, and says so in the audit trail', async () => {
    const reply = await post('discover', { interfaces: ['eth0'], timeout_s: 2 });
    expect([...Value.Errors(Envelope(DiscoveredDevices), reply.json())]).toEqual([]);
    expect(reply.json().data).toMatchObject([
      { id: 'urn:uuid:1', name: 'Simpang', hardware: null, interface: 'eth0' },
    ]);
    expect(asked[0]).toMatchObject({ interfaces: [ETH], timeoutMs: 2000, target: undefined });
    expect(events).toMatchObject([
      { type: 'NETWORK_SEARCHED', target: { kind: 'network', name: 'eth0' }, actor: { id: 7 } },
    ]);
  });

  it('leaves out the loopback unless it is named', async () => {
    await post('discover', {});
    expect(asked[0]?.interfaces).toEqual([ETH]);
    const reply = await app.inject('/api/onvif/interfaces');
    expect([...Value.Errors(Envelope(OnvifInterfaces), reply.json())]).toEqual([]);
    expect(reply.json().data).toEqual([{ name: 'eth0', address: '192.168.1.5', cidr: '192.168.1.5/24' }]);
  });

  it.each([[{ interfaces: ['gone0'] }], [{ timeout_s: 60 }]])('refuses %j', async (body) => {
    expect((await post('discover', body)).statusCode).toBe(400);
    expect(asked).toEqual([]);
  });

  it('runs once at a time, and six times a minute', async () => {
    const clock = new VirtualClock();
    let finish = () => {};
    await app.close();
    await open({
      clock,
      discover: () =>
        new Promise((resolve) => {
          finish = () => resolve([]);
        }),
    });
    const first = post('discover', {});
    while (events.length === 0) await clock.advance(0);
    const second = await post('discover', {});
    expect([second.statusCode, second.json().code, second.headers['retry-after']]).toEqual([
      429,
      'RATE_LIMITED',
      '5',
    ]);
    finish();
    expect((await first).statusCode).toBe(200);
    for (let run = 1; run < 6; run++) {
      const next = post('discover', {});
      while (events.length <= run) await clock.advance(0);
      finish();
      expect((await next).statusCode).toBe(200);
    }
    expect((await post('discover', {})).headers['retry-after']).toBe('60');
    await clock.advance(60_000);
    const later = post('discover', {});
    while (events.length < 7) await clock.advance(0);
    finish();
    expect((await later).statusCode).toBe(200);
  });
});

describe('a device', () => {
  let device: SimulatedDevice;
  beforeEach(async () => {
    device = await SimulatedDevice.open({ habits: MAKER_HABITS.dahua, account, clock: systemClock });
  });
  afterEach(() => device[Symbol.asyncDispose]());

  it('says what it is and which streams it has, without the login', async () => {
    const reply = await post('device', { address: device.url, ...account });
    expect([...Value.Errors(Envelope(OnvifDeviceReport), reply.json())]).toEqual([]);
    expect(reply.json().data).toMatchObject({
      manufacturer: 'Dahua',
      complete: true,
      channels: [
        {
          main_url: 'rtsp://127.0.0.1/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif',
          sub_url: 'rtsp://127.0.0.1/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif',
          password_in_url: false,
        },
      ],
    });
    expect(reply.body).not.toContain(account.password);
    expect(JSON.stringify(events)).not.toContain(account.password);
    expect(events).toMatchObject([
      {
        type: 'DEVICE_EXAMINED',
        target: { kind: 'device', name: device.url },
        details: { outcome: 'OK', username: 'admin' },
      },
    ]);
  });

  it('masks a password that the maker puts into the address', async () => {
    await using camera = await SimulatedDevice.open({
      habits: MAKER_HABITS.xiongmai,
      account,
      clock: systemClock,
    });
    const reply = await post('device', { address: camera.url, ...account });
    expect(reply.json().data.channels[0]).toMatchObject({
      main_url: 'rtsp://127.0.0.1/user=admin&password=***&channel=1&stream=0.sdp?real_stream',
      password_in_url: true,
    });
    expect(reply.body).not.toContain('secret');
  });

  it.each([
    [
      'a wrong password',
      () => ({ address: device.url, username: 'admin', password: 'x' }),
      412,
      'ONVIF_LOGIN_FAILED',
    ],
    [
      'an address where no camera may be',
      () => ({ address: 'http://169.254.169.254/' }),
      403,
      'ONVIF_ADDRESS_REFUSED',
    ],
    [
      'a login in the address',
      () => ({ address: 'http://admin:S4ndi-rahasia@192.0.2.1/' }),
      400,
      'ONVIF_URL_INVALID',
    ],
    ['a port where nothing is', () => ({ address: '127.0.0.1:1' }), 412, 'ONVIF_UNREACHABLE'],
    [
      'something else',
      () => ({ address: device.url.replace('/onvif/device_service', '/index.html') }),
      412,
      'NOT_ONVIF',
    ],
  ])('is told apart from %s, which the audit trail keeps', async (_what, body, status, code) => {
    const reply = await post('device', body());
    expect([reply.statusCode, reply.json().code]).toEqual([status, code]);
    expect(events).toMatchObject([{ type: 'DEVICE_EXAMINED', details: { outcome: code } }]);
    expect(JSON.stringify(events)).not.toContain(account.password);
  });
});

describe('usual addresses', () => {
  it('are those of a maker, or of all', async () => {
    const reply = await app.inject('/api/onvif/url-templates?maker=lorex&channel=3');
    expect([...Value.Errors(Envelope(UrlTemplates), reply.json())]).toEqual([]);
    expect(reply.json().data).toMatchObject([
      { maker: 'Dahua', main_url: expect.stringContaining('channel=3&subtype=0') },
    ]);
    expect((await app.inject('/api/onvif/url-templates')).json().data.length).toBeGreaterThan(15);
  });
});
