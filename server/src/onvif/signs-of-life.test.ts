/** What is made of a camera's Hello, on virtual time and without a network. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { OnvifError } from '@pantau/onvif';
import { FakeEngine } from '../testing/fake-engine.ts';
import { makeCamera } from '../testing/make-camera.ts';
import { SignsOfLife, type SignsOfLifeOptions } from './signs-of-life.ts';

type Listen = NonNullable<SignsOfLifeOptions['listen']>;
const ETH = { name: 'eth0', address: '192.168.1.5', cidr: '192.168.1.5/24', isInternal: false };
const LO = { name: 'lo', address: '127.0.0.1', cidr: '127.0.0.1/8', isInternal: true };
const CAMERAS = [
  makeCamera(1),
  makeCamera(2, { source: { url: 'rtsp://Gate.test:8554/a', username: undefined, password: undefined } }),
  makeCamera(3, { source: { url: 'rtsp://yard.test/a', username: undefined, password: undefined } }),
];

let clock: VirtualClock;
let engine: FakeEngine;
let signs: SignsOfLife;
let listened: Parameters<Listen>[0][];
let isClosed: boolean;
let lookups: string[];
let names: Record<string, readonly string[]>;

async function open(options: Partial<SignsOfLifeOptions> = {}): Promise<void> {
  signs = new SignsOfLife({
    engine,
    clock,
    logger: silentLogger,
    listInterfaces: () => [LO, ETH],
    listen: (request) => {
      listened.push(request);
      return Promise.resolve({ port: 3702, [Symbol.dispose]: () => void (isClosed = true) });
    },
    lookup: (host) => {
      lookups.push(host);
      const found = names[host];
      return found === undefined ? Promise.reject(new Error('no such name')) : Promise.resolve(found);
    },
    ...options,
  });
  signs.setCameras(CAMERAS);
  await signs.start();
}

async function hear(...addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    const url = `http://${address}/onvif/device_service`;
    listened[0]?.onHello({
      id: 'urn:uuid:1',
      address,
      url,
      name: undefined,
      hardware: undefined,
      location: undefined,
    });
  }
  await clock.advance(0);
}

beforeEach(async () => {
  clock = new VirtualClock();
  engine = new FakeEngine();
  engine.setStreams(
    CAMERAS.map(({ streamKey, source }) => ({ key: streamKey, source, pull: 'always' as const })),
  );
  listened = [];
  isClosed = false;
  lookups = [];
  names = { 'gate.test': ['fe80::1', '192.168.1.64'], 'yard.test': ['192.168.1.65'] };
  await open();
});
afterEach(() => signs.stop());

describe('a Hello', () => {
  it('is heard on the networks of this machine, not on its loopback', () => {
    expect(listened.map(({ interfaces }) => interfaces)).toEqual([[ETH]]);
  });

  it('is told to the engine by its address; no name is looked up while all is well', async () => {
    await hear('192.168.1.64');
    expect(engine.signsOfLife).toEqual(['192.168.1.64']);
    expect(lookups).toEqual([]);
  });

  it('is told by name too, of a camera in trouble whose name leads to who said it', async () => {
    engine.change('key-2-0000', { state: 'retrying' });
    engine.change('key-3-0000', { state: 'retrying' });
    await hear('192.168.1.64');
    expect(engine.signsOfLife).toEqual(['192.168.1.64', 'gate.test']);
    expect(lookups).toEqual(['gate.test', 'yard.test']);
  });

  it('after another costs no further lookup until five seconds later, and is not forgotten', async () => {
    engine.change('key-3-0000', { state: 'retrying' });
    await hear('192.168.1.77');
    for (let n = 0; n < 100; n++) await hear('192.168.1.78', '192.168.1.65');
    expect(lookups).toHaveLength(1);
    expect(engine.signsOfLife).not.toContain('yard.test');
    await clock.advance(5000);
    expect(lookups).toHaveLength(2);
    expect(engine.signsOfLife.at(-1)).toBe('yard.test');
  });

  it('of a name that does not resolve is nothing', async () => {
    names = { 'yard.test': ['192.168.1.65'] };
    engine.change('key-2-0000', { state: 'retrying' });
    engine.change('key-3-0000', { state: 'retrying' });
    await hear('192.168.1.65');
    expect(engine.signsOfLife).toEqual(['192.168.1.65', 'yard.test']);
  });
});

describe('listening', () => {
  it('is not tried on a machine that has no network', async () => {
    listened = [];
    await open({ listInterfaces: () => [LO] });
    expect(listened).toEqual([]);
  });

  it('that fails is said in one line, and the server goes on', async () => {
    const info = vi.fn();
    await open({
      listen: () => Promise.reject(new OnvifError('ONVIF_UNREACHABLE', 'No network.')),
      logger: { ...silentLogger, info },
    });
    expect(info).toHaveBeenCalledExactlyOnceWith({ reason: 'No network.' }, expect.any(String));
  });

  it('ends with the server', async () => {
    await signs.stop();
    expect(isClosed).toBe(true);
  });
});
