import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import {
  MediaError,
  MEDIA_ERROR_KINDS,
  type MediaErrorCode,
  type ProbeReport,
  type SourceDefinition,
} from '@pantau/media';
import { EXIT_CODES } from '../exit-codes.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { makeTestFolder } from '../testing/open-test-database.ts';
import { runCli } from './run-cli.ts';

const URL = 'rtsp://admin:S4ndi@198.51.100.7:554/Streaming/101';
const REPORT: ProbeReport = {
  server: 'Hikvision',
  tracks: [
    { kind: 'video', encoding: 'H264', clockRate: 90_000, supported: true },
    { kind: 'audio', encoding: 'PCMA', clockRate: 8000, supported: false },
  ],
  video: {
    codec: 'H.264',
    codecString: 'avc1.64001f',
    width: 1280,
    height: 720,
    fps: 24.98,
    gopMs: 2000,
    bFrames: false,
  },
  audio: undefined,
  bitrate: 2_013_000,
  firstKeyframeAfterMs: 640,
  verdict: { result: 'plays-without-sound', explanation: 'PCMA cannot be carried.' },
};

let folder: ReturnType<typeof makeTestFolder>;
let onProbe: (source: SourceDefinition) => Promise<ProbeReport>;
beforeEach(() => {
  folder = makeTestFolder();
  onProbe = () => Promise.resolve(REPORT);
});
afterEach(() => folder.remove());

/** Runs one command. `both` is everything it printed. */
async function pantau(...args: readonly string[]) {
  let out = '';
  let error = '';
  const engine = new FakeEngine();
  const code = await runCli(args, {
    environment: {},
    workingDir: folder.path,
    clock: systemClock,
    writeOut: (text) => (out += text),
    writeError: (text) => (error += text),
    readStdin: () => Promise.resolve('dari-stdin\n'),
    createEngine: () => {
      engine.probe = (source?: SourceDefinition) =>
        source === undefined ? Promise.reject(new Error('no source')) : onProbe(source);
      return Promise.resolve(engine);
    },
  });
  return { code, out, error, both: out + error, engineStopped: engine.stopped };
}

describe('pantau camera', () => {
  it('adds after a look, lists without the password, changes, removes', async () => {
    await pantau('area', 'add', 'Kota');
    const seen: SourceDefinition[] = [];
    onProbe = (source) => {
      seen.push(source);
      return Promise.resolve(REPORT);
    };
    const added = await pantau(
      'camera',
      'add',
      URL,
      '--name',
      'Simpang',
      '--area',
      'kota',
      '--latitude',
      '-7.15',
      '--longitude',
      '111.88',
    );
    expect(added).toMatchObject({ code: 0, error: '', engineStopped: true });
    expect(added.out).toMatch(/^Camera 1 "Simpang" added\. Stream key: [a-z2-7]{26}\n$/);
    expect(seen[0]?.url).toBe('rtsp://198.51.100.7:554/Streaming/101');
    expect(seen[0]?.password?.reveal()).toBe('S4ndi');

    const list = await pantau('camera', 'list');
    expect(list.out).toBe(
      'ID  NAME     AREA  STATUS  VISIBILITY  PULL       ADDRESS                                LOGIN\n' +
        '1   Simpang  Kota  active  public      on-demand  rtsp://198.51.100.7:554/Streaming/101  admin + password\n',
    );
    const json = await pantau('camera', 'list', '--json');
    expect(JSON.parse(json.out)).toMatchObject([
      {
        id: 1,
        area_name: 'Kota',
        visibility: 'public',
        video_codec: 'h264',
        has_password: true,
        password_unreadable: false,
        latitude: -7.15,
      },
    ]);

    expect(
      await pantau('camera', 'update', 'simpang', '--status', 'maintenance', '--area', ''),
    ).toMatchObject({ code: 0 });
    expect(JSON.parse((await pantau('camera', 'list', '--json')).out)).toMatchObject([
      { status: 'maintenance', area_id: null, name: 'Simpang' },
    ]);
    expect((await pantau('camera', 'remove', '1')).out).toBe('Camera 1 "Simpang" removed.\n');
    expect((await pantau('camera', 'list')).out).toContain('no cameras yet');
    expect([added, list, json].every(({ both }) => !both.includes('S4ndi'))).toBe(true);
  });

  it('takes the password from standard input', async () => {
    const passwords: (string | undefined)[] = [];
    onProbe = (source) => {
      passwords.push(source.password?.reveal());
      return Promise.resolve(REPORT);
    };
    await pantau(
      'camera',
      'add',
      'rtsp://198.51.100.7/x',
      '--name',
      'A',
      '--username',
      'admin',
      '--password-stdin',
    );
    await pantau('camera', 'probe', 'A');
    expect(passwords).toEqual(['dari-stdin', 'dari-stdin']);
  });

  it('keeps the login with its host only', async () => {
    const logins: (string | undefined)[] = [];
    onProbe = (source) => {
      logins.push(source.password?.reveal());
      return Promise.resolve(REPORT);
    };
    await pantau('camera', 'add', URL, '--name', 'A', '--no-probe');
    await pantau('camera', 'update', 'A', '--url', 'rtsp://198.51.100.7:554/other');
    await pantau('camera', 'update', 'A', '--url', 'rtsp://203.0.113.9/other');
    expect(logins).toEqual(['S4ndi', undefined]);
  });

  it('stores how media travels and the other addresses, and clears them', async () => {
    const probed: (string | undefined)[] = [];
    onProbe = ({ transport }) => {
      probed.push(transport);
      return Promise.resolve(REPORT);
    };
    const listed = async () => JSON.parse((await pantau('camera', 'list', '--json')).out)[0];
    const fields = ['--transport', 'udp', '--tls-fingerprint', 'AB:'.repeat(31) + 'CD', '--no-audio'];
    const addresses = [
      '--sub',
      'rtsp://198.51.100.7/sub',
      '--snapshot-url',
      'http://198.51.100.7/s?pwd=S4ndi',
    ];
    const onvif = ['--onvif-url', 'https://198.51.100.7:8000/onvif', '--onvif-profile', 'Profile_1'];
    await pantau('camera', 'add', URL, '--name', 'A', ...fields, ...addresses, ...onvif);
    expect(await listed()).toMatchObject({
      transport: 'udp',
      tls_fingerprint: 'ab'.repeat(31) + 'cd',
      audio: false,
      sub_url: 'rtsp://198.51.100.7/sub',
      snapshot_url: 'http://198.51.100.7/s?pwd=***',
      onvif_url: 'https://198.51.100.7:8000/onvif',
      onvif_profile: 'Profile_1',
    });
    await pantau('camera', 'update', 'A', '--transport', '', '--tls-fingerprint', '', '--audio', '--sub', '');
    expect(await listed()).toMatchObject({
      transport: null,
      tls_fingerprint: null,
      audio: true,
      sub_url: null,
      snapshot_url: 'http://198.51.100.7/s?pwd=***',
    });
    expect(probed).toEqual(['udp', undefined]);
  });

  it('says for an area how media of its cameras travels', async () => {
    await pantau('area', 'add', 'Kota', '--transport', 'tcp', '--rw', '02');
    expect((await pantau('area', 'update', 'kota', '--transport', 'udp', '--rw', '')).out).toBe(
      'Area 1 "Kota" changed.\n',
    );
    const [area] = JSON.parse((await pantau('area', 'list', '--json')).out);
    expect(area).toMatchObject({ name: 'Kota', transport: 'udp', rw: null });
  });

  it('makes a new link when fewer people may watch, and when told to', async () => {
    await pantau('camera', 'add', URL, '--name', 'A', '--no-probe', '--visibility', 'unlisted');
    const keyOf = async () => JSON.parse((await pantau('camera', 'list', '--json')).out)[0].stream_key;
    const keys = [await keyOf()];
    const wider = await pantau('camera', 'update', 'A', '--visibility', 'public');
    expect([wider.out, await keyOf()]).toEqual(['Camera 1 "A" changed.\n', keys[0]]);
    const narrower = await pantau('camera', 'update', 'A', '--visibility', 'private');
    keys.push(await keyOf());
    expect(narrower.out).toBe(`Camera 1 "A" changed. New stream key: ${keys[1]}\n`);
    const renewed = await pantau('camera', 'new-link', 'A');
    keys.push(await keyOf());
    expect(renewed.out).toBe(`Camera 1 "A" has a new stream key: ${keys[2]}\n`);
    expect(new Set(keys).size).toBe(3);
    expect((await pantau('camera', 'list')).out).toContain('private');
    expect((await pantau('camera', 'new-link', 'B')).code).toBe(EXIT_CODES.CAMERA_NOT_FOUND);
  });

  it('keeps passwords encrypted, rotates the key, and says which are lost with the key file', async () => {
    await pantau('camera', 'add', URL, '--name', 'A', '--no-probe');
    const stored = readFileSync(join(folder.path, 'data', 'pantau.db'), 'latin1');
    expect(stored).toContain('admin');
    expect(stored).not.toContain('S4ndi');
    const keyId = async () => JSON.parse((await pantau('secrets', 'status', '--json')).out).keys[0].id;
    const before = await keyId();
    const rotated = await pantau('secrets', 'rotate');
    expect(rotated).toMatchObject({ code: 0, error: '', out: expect.stringMatching(/anew: 1\.\n$/) });
    expect(await keyId()).not.toBe(before);
    expect((await pantau('secrets', 'status')).out).toMatch(/^KEY +CREATED +SECRETS\n[0-9a-f]{8} +\S+ +1\n$/);
    const passwords: (string | undefined)[] = [];
    onProbe = (source) => {
      passwords.push(source.password?.reveal());
      return Promise.resolve(REPORT);
    };
    await pantau('camera', 'probe', 'A');
    expect(passwords).toEqual(['S4ndi']);

    const keyFile = join(folder.path, 'data', 'pantau.keys');
    rmSync(keyFile);
    const listed = await pantau('camera', 'list');
    expect(listed).toMatchObject({ code: 0, out: expect.stringContaining('cannot be decrypted') });
    expect(listed.error).toContain('cameras:1:source_password');
    expect((await pantau('secrets', 'status')).out).toContain('cameras:1:source_password');
    // Without the password it is not tried: that would lock the account on many cameras.
    for (const command of [
      ['probe', 'A'],
      ['update', 'A', '--url', URL.replace('admin:S4ndi@', '')],
    ]) {
      expect(await pantau('camera', ...command)).toMatchObject({
        code: EXIT_CODES.CREDENTIALS_UNREADABLE,
        error: expect.stringContaining('--password-stdin'),
      });
    }
    expect(passwords).toEqual(['S4ndi']);
    await pantau('camera', 'probe', 'A', '--password-stdin');
    expect(passwords).toEqual(['S4ndi', 'dari-stdin']);
    writeFileSync(keyFile, '{');
    expect(await pantau('camera', 'list')).toMatchObject({
      code: EXIT_CODES.KEY_FILE_INVALID,
      error: expect.stringContaining('[KEY_FILE_INVALID]'),
    });
  });

  it.each(['127.0.0.1', 'localhost', '[::1]', '0x7f000001', '169.254.169.254'])(
    'does not take a camera at %s, unless the settings allow it',
    async (host) => {
      const args = ['camera', 'add', `rtsp://${host}:8554/x`, '--name', 'A', '--no-probe'];
      const refused = await pantau(...args);
      expect(refused).toMatchObject({ code: EXIT_CODES.CAMERA_INVALID, out: '' });
      expect(refused.error).toContain('PANTAU_CAMERA_ADDRESSES');
      writeFileSync(join(folder.path, '.env'), 'PANTAU_CAMERA_ADDRESSES=loopback,linklocal\n');
      expect(await pantau(...args)).toMatchObject({ code: 0 });
    },
  );

  it('says which setting allows an address that a probe was refused', async () => {
    onProbe = () => Promise.reject(new MediaError('SOURCE_ADDRESS_REFUSED', 'The address leads inward'));
    expect(await pantau('camera', 'probe', 'rtsp://relay.example/x')).toMatchObject({
      code: EXIT_CODES.SOURCE_ADDRESS_REFUSED,
      error: expect.stringMatching(/^PANTAU_CAMERA_ADDRESSES .*\nThe address leads inward/),
    });
  });

  it('hides a password that a maker puts into the path', async () => {
    await pantau(
      'camera',
      'add',
      'rtsp://198.51.100.7/user=admin_password=S4ndi_channel=1',
      '--name',
      'A',
      '--no-probe',
    );
    const { both } = await pantau('camera', 'list');
    expect(both).toContain('user=admin_password=***_channel=1');
  });

  it('prints what a probe found', async () => {
    const { code, out } = await pantau('camera', 'probe', URL);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'Camera:        Hikvision',
        'Tracks:        video H264/90000, audio PCMA/8000 (not supported)',
        'Video:         H.264 (avc1.64001f), 1280x720, 25 fps, key frame every 2 s, no B-frames',
        'Audio:         none',
        'Bitrate:       2013 kbit/s',
        'First picture: after 0.6 s',
        'Browsers:      Plays without sound. PCMA cannot be carried.',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await pantau('camera', 'probe', URL, '--json')).out)).toMatchObject({
      bitrate: 2_013_000,
      video: { gop_ms: 2000 },
    });
  });

  it.each<[what: string, report: Partial<ProbeReport>, says: string[], saysNot: RegExp]>([
    [
      'single pictures: no key frames, no order, no track that anybody announced',
      {
        tracks: [{ kind: 'video', encoding: 'MJPEG', clockRate: 90_000, supported: true }],
        video: {
          codec: 'JPEG',
          codecString: 'jpeg',
          width: 640,
          height: 360,
          fps: 10,
          gopMs: 100,
          bFrames: false,
        },
      },
      ['Video:         single JPEG pictures, 640x360, 10 fps\n', 'Audio:         none\n'],
      /Tracks|key frame|B-frames/,
    ],
    [
      'the stream of another server, which is not looked into',
      {
        tracks: [{ kind: 'video', encoding: 'HLS', clockRate: 90_000, supported: true }],
        video: undefined,
        verdict: { result: 'plays', explanation: 'Handed on.' },
      },
      ['Browsers:      Plays. Handed on.\n'],
      /Tracks|Video|Audio/,
    ],
    [
      'a camera without sound',
      {
        tracks: [{ kind: 'video', encoding: 'H264', clockRate: 90_000, supported: true }],
        path: { transport: 'tcp', tls: { fingerprint: 'ab'.repeat(32), verified: true } },
      },
      ['Tracks:        video H264/90000\n', 'Transport:     TCP, encrypted (TLS)\n', 'Audio:         none\n'],
      /that can be played/,
    ],
  ])('prints what there is to say of %s', async (_what, report, says, saysNot) => {
    onProbe = () => Promise.resolve({ ...REPORT, ...report });
    const { out } = await pantau('camera', 'probe', URL);
    for (const line of says) expect(out).toContain(line);
    expect(out).not.toMatch(saysNot);
  });

  it('says what half an address lacks', async () => {
    for (const half of ['192.168.1.20/stream1', 'rtsp:/192.168.1.20/stream1', 'cam.local:554'])
      expect((await pantau('camera', 'probe', half)).error).toMatch(
        /^An address is written whole.*\nThere is no camera/,
      );
    expect((await pantau('camera', 'probe', 'Simpang Lima')).error).toMatch(/^There is no camera/);
  });

  it('does not say that it changed a camera of which nothing was given', async () => {
    await pantau('camera', 'add', URL, '--name', 'A', '--no-probe');
    expect(await pantau('camera', 'update', 'A')).toMatchObject({ code: EXIT_CODES.USAGE, out: '' });
  });

  it('probes over the wished transport and says what came of it', async () => {
    const fingerprint = 'ab'.repeat(32);
    const asked: SourceDefinition[] = [];
    onProbe = (source) => {
      asked.push(source);
      return Promise.resolve({
        ...REPORT,
        path: { transport: 'udp', tls: { fingerprint, verified: false } },
      });
    };
    const pinned = fingerprint.toUpperCase().replace(/..(?!$)/g, '$&:');
    const options = ['--transport', 'udp', '--tls-fingerprint', pinned];
    const { out } = await pantau('camera', 'probe', 'rtsps://198.51.100.7/x', ...options);
    expect(asked[0]).toMatchObject({ transport: 'udp', tlsFingerprint: fingerprint });
    expect(out).toContain('Transport:     UDP, not encrypted\n');
    expect(out).toContain(`Certificate:   ${fingerprint} (nobody vouches for it`);
    expect(JSON.parse((await pantau('camera', 'probe', URL, '--json')).out)).toMatchObject({
      transport: 'udp',
      tls: { fingerprint, verified: false },
    });
    for (const wrong of [
      ['--transport', 'multicast'],
      ['--tls-fingerprint', 'abc'],
      // An address without a certificate.
      ['--tls-fingerprint', pinned],
    ])
      expect((await pantau('camera', 'probe', URL, ...wrong)).code).toBe(EXIT_CODES.USAGE);
  });

  it('stores nothing when the camera cannot be played, unless told to', async () => {
    onProbe = () =>
      Promise.resolve({ ...REPORT, verdict: { result: 'cannot-play', explanation: 'H.265 only.' } });
    const refused = await pantau('camera', 'add', URL, '--name', 'A');
    expect(refused).toMatchObject({ code: EXIT_CODES.CODEC_UNSUPPORTED, out: '' });
    expect(refused.error).toBe(
      'The camera was not stored. To store it all the same add --no-probe.\nH.265 only. [CODEC_UNSUPPORTED]\n',
    );
    expect((await pantau('camera', 'list')).out).toContain('no cameras yet');
    expect((await pantau('camera', 'probe', URL)).code).toBe(EXIT_CODES.CODEC_UNSUPPORTED);
    expect((await pantau('camera', 'add', URL, '--name', 'A', '--no-probe')).code).toBe(0);
  });

  const sourceCodes = (Object.keys(MEDIA_ERROR_KINDS) as MediaErrorCode[]).filter(
    (code) => !/^(STREAM|ENGINE)_/.test(code),
  );
  it.each(sourceCodes)('has an exit code for %s', async (code) => {
    onProbe = () => Promise.reject(new MediaError(code, 'In words.'));
    const result = await pantau('camera', 'probe', URL);
    expect(result).toMatchObject({
      code: EXIT_CODES[code],
      out: '',
      error: expect.stringContaining(`In words. [${code}]\n`),
      engineStopped: true,
    });
  });

  it.each<[args: readonly string[], code: number | undefined, says: string]>([
    [['camera', 'add', 'ftp://198.51.100.7/', '--name', 'A'], EXIT_CODES.SOURCE_URL_INVALID, 'rtsp:// or'],
    [['camera', 'add', URL, '--name', 'A', '--transport', 'multicast'], EXIT_CODES.USAGE, 'multicast'],
    [['camera', 'add', URL, '--name', 'A', '--tls-fingerprint', 'ab'], EXIT_CODES.CAMERA_INVALID, 'SHA-256'],
    [
      ['camera', 'add', URL, '--name', 'A', '--sub', 'rtsp://evil.example/'],
      EXIT_CODES.CAMERA_INVALID,
      'sub_url',
    ],
    [['area', 'update', 'Nowhere', '--transport', 'udp'], EXIT_CODES.AREA_NOT_FOUND, 'Nowhere'],
    [['camera', 'add', URL], EXIT_CODES.USAGE, '--name'],
    [['camera', 'add', URL, '--name', 'A', '--area', 'Nowhere'], EXIT_CODES.AREA_NOT_FOUND, 'Nowhere'],
    [['camera', 'add', URL, '--name', 'A', '--latitude', '5'], EXIT_CODES.CAMERA_INVALID, 'longitude'],
    [
      ['camera', 'add', URL, '--name', 'A', '--latitude', 'north', '--longitude', '1'],
      EXIT_CODES.USAGE,
      'number of degrees',
    ],
    [
      ['camera', 'add', URL, '--name', 'A', '--timezone', 'Mars/Base'],
      EXIT_CODES.CAMERA_INVALID,
      'Mars/Base',
    ],
    [['camera', 'add', URL, '--name', ' '], EXIT_CODES.CAMERA_INVALID, 'name'],
    [['camera', 'add', URL, '--name', 'A\u0007'], EXIT_CODES.CAMERA_INVALID, 'control'],
    [['camera', 'add', URL, '--name', 'A', '--pull', 'sometimes'], EXIT_CODES.USAGE, 'sometimes'],
    [['camera', 'remove', '7'], EXIT_CODES.CAMERA_NOT_FOUND, '"7"'],
    [['camera', 'probe', 'Nobody'], EXIT_CODES.CAMERA_NOT_FOUND, 'Nobody'],
    [['camera', 'probe', URL, '--timeout', '60'], EXIT_CODES.USAGE, '1 to 10'],
    [['area', 'remove', 'Nowhere'], EXIT_CODES.AREA_NOT_FOUND, 'Nowhere'],
    [['nonsense'], EXIT_CODES.USAGE, 'nonsense'],
  ])('%j fails with its own code', async (args, code, says) => {
    const result = await pantau(...args);
    expect(result).toMatchObject({ code, out: '' });
    expect(result.error).toContain(says);
    expect(result.error).not.toContain('S4ndi');
  });

  it('refuses a name twice, whatever its case, and an area that is in use', async () => {
    await pantau('area', 'add', 'Kota');
    await pantau('camera', 'add', URL, '--name', 'A', '--area', '1', '--no-probe');
    expect((await pantau('camera', 'add', URL, '--name', 'a', '--no-probe')).code).toBe(
      EXIT_CODES.CAMERA_EXISTS,
    );
    expect((await pantau('area', 'add', 'KOTA')).code).toBe(EXIT_CODES.AREA_EXISTS);
    expect((await pantau('area', 'remove', 'Kota')).code).toBe(EXIT_CODES.AREA_IN_USE);
    await pantau('camera', 'remove', 'A');
    expect(await pantau('area', 'remove', 'Kota')).toMatchObject({
      code: 0,
      out: 'Area 1 "Kota" removed.\n',
    });
  });

  it('lets no camera write codes into the terminal', async () => {
    onProbe = () => Promise.resolve({ ...REPORT, server: 'Cam\x1b[2J\x9bm' });
    const probed = await pantau('camera', 'probe', URL);
    expect(probed.out).toContain('Cam\ufffd[2J\ufffdm');
    onProbe = () => Promise.reject(new MediaError('SOURCE_REFUSED', 'It says \x1b[2J'));
    expect((await pantau('camera', 'probe', URL)).error).toBe('It says \ufffd[2J [SOURCE_REFUSED]\n');
  });

  it.each([
    ['a reader that has gone', 'pipe', 0, ''],
    ['a full disk', '/dev/full', 70, 'The output cannot be written (ENOSPC).\n'],
  ])(
    'writes to %s without a stack',
    async (_name, output, code, says) => {
      const child = spawn(
        process.execPath,
        [fileURLToPath(new globalThis.URL('./main.ts', import.meta.url)), 'area', 'list'],
        { cwd: folder.path, stdio: ['ignore', output === 'pipe' ? 'pipe' : openSync(output, 'w'), 'pipe'] },
      );
      child.stdout?.destroy();
      let error = '';
      child.stderr?.on('data', (chunk) => (error += String(chunk)));
      const [exitCode] = await once(child, 'close');
      expect([exitCode, error]).toEqual([code, says]);
    },
    30_000,
  );

  it('shows help and the version', async () => {
    expect(await pantau('--help')).toMatchObject({ code: 0, out: expect.stringContaining('camera') });
    expect(await pantau('--version')).toMatchObject({ code: 0, out: '0.1.0\n' });
  });

  it('reports a fault of ours with its stack', async () => {
    onProbe = () => Promise.reject(new AppError('internal', 'INTERNAL', 'oops'));
    expect(await pantau('camera', 'probe', URL)).toMatchObject({
      code: 70,
      error: expect.stringContaining('Please report this'),
    });
  });
});
