import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import type { ProbeReport, SourceDefinition } from '@pantau/media';
import { PLAIN_HABITS } from '@pantau/onvif/testing/device-habits';
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

describe('pantau camera onvif --add', () => {
  const REPORT: ProbeReport = {
    server: undefined,
    tracks: [],
    path: undefined,
    video: undefined,
    audio: undefined,
    bitrate: undefined,
    firstKeyframeAfterMs: undefined,
    verdict: { result: 'plays', explanation: '' },
  };
  let probed: SourceDefinition[];
  beforeEach(() => {
    probed = [];
  });

  const add = (url: string, ...options: readonly string[]) =>
    pantau(['camera', 'onvif', url, '--username', 'admin', '--password-stdin', ...options], {
      createEngine: () => {
        const engine = new FakeEngine();
        const probe = (source?: SourceDefinition) => {
          if (source !== undefined) probed.push(source);
          return Promise.resolve(REPORT);
        };
        return Promise.resolve(Object.assign(engine, { probe }));
      },
    });
  const list = async () => JSON.parse((await pantau(['camera', 'list', '--json'])).out);

  it('stores main, sub, still picture, ONVIF and the login in one step', async () => {
    await using plain = await SimulatedDevice.open({ habits: PLAIN_HABITS, account, clock: systemClock });
    const { code, out } = await add(plain.url, '--add', 'Gerbang');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^Camera 1 "Gerbang" added \(main, sub, still picture\)\. Stream key: /),
    ]);
    expect(await list()).toMatchObject([
      {
        name: 'Gerbang',
        source_url: 'rtsp://127.0.0.1/main',
        sub_url: 'rtsp://127.0.0.1/sub',
        snapshot_url: `http://127.0.0.1:${plain.port}/snapshot.jpg`,
        onvif_url: plain.url,
        onvif_profile: 'main',
        source_username: 'admin',
        has_password: true,
      },
    ]);
    expect(probed).toMatchObject([{ url: 'rtsp://127.0.0.1/main', username: 'admin' }]);
    expect(probed[0]?.password?.reveal()).toBe(account.password);
  });

  it('takes the profile that is named, without looking when told so', async () => {
    await using plain = await SimulatedDevice.open({ habits: PLAIN_HABITS, account, clock: systemClock });
    const { out } = await add(plain.url, '--add', 'Gerbang', '--profile', 'sub', '--no-probe', '--json');
    expect(JSON.parse(out)).toMatchObject({
      source_url: 'rtsp://127.0.0.1/sub',
      sub_url: null,
      onvif_profile: 'sub',
    });
    expect(probed).toEqual([]);
  });

  it('keeps a password that the maker puts into the address, and shows none', async () => {
    const { both } = await add(device.url, '--add', 'Gerbang');
    expect(both).not.toContain('secret');
    expect(probed[0]?.url).toContain('password=');
    expect(probed[0]?.url).not.toContain('***');
  });

  it.each([
    [
      'a profile that is not there',
      ['--add', 'A', '--profile', 'no'],
      'USAGE',
      /no such profile; there are 000/,
    ],
    ['a profile for nothing', ['--profile', '000'], 'USAGE', /give both/],
    ['no name', ['--add', ' '], 'CAMERA_INVALID', /name/],
  ] as const)('refuses %s', async (_what, options, code, words) => {
    expect(await add(device.url, ...options)).toMatchObject({
      code: EXIT_CODES[code],
      error: expect.stringMatching(words),
    });
    expect(probed).toEqual([]);
    expect(await list()).toEqual([]);
  });

  it('asks which camera of a recorder is meant', async () => {
    const [profile] = PLAIN_HABITS.profiles;
    if (profile === undefined) throw new Error('a device without profiles');
    const profiles = [1, 2].map((n) => ({ ...profile, token: `main-${n}`, source: `source-${n}` }));
    await using recorder = await SimulatedDevice.open({
      habits: { ...PLAIN_HABITS, profiles },
      account,
      clock: systemClock,
    });
    expect(await add(recorder.url, '--add', 'Gerbang')).toMatchObject({
      code: EXIT_CODES['USAGE'],
      error: expect.stringContaining('has 2 cameras: choose one with --profile; there are main-1, main-2.'),
    });
    expect((await add(recorder.url, '--add', 'Gerbang', '--profile', 'main-2')).code).toBe(0);
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
