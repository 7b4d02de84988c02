import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import { MAKER_HABITS } from '@pantau/onvif/testing/maker-habits';
import { SimulatedDevice } from '@pantau/onvif/testing/simulated-device';
import { EXIT_CODES } from '../exit-codes.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { makeTestFolder } from '../testing/open-test-database.ts';
import { runCli, type CliHost } from './run-cli.ts';

const account = { username: 'admin', password: 'S4ndi rahasia' };
let folder: ReturnType<typeof makeTestFolder>;
let device: SimulatedDevice;
beforeEach(async () => {
  folder = makeTestFolder();
  device = await SimulatedDevice.open({ habits: MAKER_HABITS.xiongmai, account, clock: systemClock });
});
afterEach(async () => {
  await device[Symbol.asyncDispose]();
  folder.remove();
});

async function pantau(args: readonly string[], host: Partial<CliHost> = {}) {
  let out = '';
  let error = '';
  const code = await runCli(args, {
    environment: { PANTAU_CAMERA_ADDRESSES: 'loopback' },
    workingDir: folder.path,
    clock: systemClock,
    writeOut: (text) => (out += text),
    writeError: (text) => (error += text),
    readStdin: () => Promise.resolve(`${account.password}\n`),
    createEngine: () => Promise.resolve(new FakeEngine()),
    ...host,
  });
  return { code, out, error, both: out + error };
}

describe('pantau camera onvif', () => {
  it('prints the streams with their use, and no password', async () => {
    const { code, out } = await pantau([
      'camera',
      'onvif',
      device.url,
      '--username',
      'admin',
      '--password-stdin',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^H264 XM V4 at http:\/\/127\.0\.0\.1:\d+\/onvif\/device_service\n/);
    expect(out).toMatch(
      /main {2}000 +H264 1920x1080 25\/s 3840 kbit\/s {2}rtsp:\/\/127\.0\.0\.1\/user=admin&password=\*\*\*&channel=1/,
    );
    expect(out).toMatch(/sub {3}001 +H264 704x576/);
    expect(out).not.toContain('secret');
  });

  it('asks for the password at a terminal', async () => {
    const promptSecret = (question: string) =>
      Promise.resolve(question.includes('password') ? account.password : '');
    const args = ['camera', 'onvif', device.url, '--username', 'admin', '--json'];
    const { out } = await pantau(args, { promptSecret });
    expect(JSON.parse(out)).toMatchObject({
      manufacturer: 'H264',
      channels: [{ password_in_url: true, sub_url: expect.stringContaining('stream=1') }],
    });
  });

  it.each([
    [['--username', 'admin'], {}, 'USAGE'],
    [
      ['--username', 'admin', '--password-stdin'],
      { readStdin: () => Promise.resolve('wrong') },
      'ONVIF_LOGIN_FAILED',
    ],
    [[], {}, 'ONVIF_LOGIN_FAILED'],
    [[], { environment: {} }, 'ONVIF_ADDRESS_REFUSED'],
  ] as const)('says what is wrong: %j', async (options, host, code) => {
    const result = await pantau(['camera', 'onvif', device.url, ...options], host);
    expect(result).toMatchObject({ code: EXIT_CODES[code], error: expect.stringContaining(`[${code}]`) });
    expect(result.both).not.toContain(account.password);
  });
});

describe('pantau camera discover', () => {
  it('says which networks there are when one is not', async () => {
    const { code, error } = await pantau(['camera', 'discover', '--interface', 'gone0']);
    expect([code, error]).toEqual([
      EXIT_CODES.USAGE,
      expect.stringMatching(/no network gone0 here, but .*127\.0\.0\.1/),
    ]);
  });

  it('asks no address that is not allowed', async () => {
    const args = [
      'camera',
      'discover',
      '--interface',
      '127.0.0.1',
      '--address',
      '127.0.0.1',
      '--timeout',
      '1',
    ];
    expect(await pantau(args, { environment: {} })).toMatchObject({
      code: EXIT_CODES.ONVIF_ADDRESS_REFUSED,
      error: expect.stringContaining('PANTAU_CAMERA_ADDRESSES'),
    });
  });
});

describe('pantau camera urls', () => {
  it('prints what a maker has', async () => {
    const { out } = await pantau(['camera', 'urls', 'amcrest', '--channel', '2']);
    expect(out).toContain('main     rtsp://{host}/cam/realmonitor?channel=2&subtype=0\n');
    expect(JSON.parse((await pantau(['camera', 'urls', '--json'])).out).length).toBeGreaterThan(15);
    expect((await pantau(['camera', 'urls', 'nobody'])).out).toContain('Hikvision');
  });
});
