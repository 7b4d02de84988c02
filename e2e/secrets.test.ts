/** What the public must never learn: how a camera is reached. Everything a visitor can ask for is searched for it. */
import { openFakeCamera } from '@pantau/media/testing/fake-camera';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { fetchHls, findMediaPlaylist, parseMediaPlaylist } from './support/hls-client.ts';
import { MseClient } from './support/mse-client.ts';
import { PantauServer } from './support/pantau-server.ts';
import { useStage } from './support/stage.ts';

const USERNAME = 'pengguna-rahasia';
const PASSWORD = 'kata Sandi#9';
const PATH = '/jalur-rahasia-7';
const HOST = 'kamera-rahasia.invalid';

describe('secrets of cameras', () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await openFakeCamera({
        mounts: [
          {
            path: PATH,
            clip: createSyntheticClip(),
            login: { username: USERNAME, password: PASSWORD, scheme: 'digest-md5' },
          },
        ],
      }),
    );
    const server = stack.use(await PantauServer.open());
    const url = camera.url();
    const options = ['--pull', 'always'];
    const login = { username: USERNAME, password: PASSWORD };
    await server.addCameras([
      { name: 'good', url, ...login, options },
      { name: 'pasted', url: url.replace('rtsp://', `rtsp://${USERNAME}:kata%20Sandi%239@`), options },
      { name: 'wrong', url, ...login, password: `${PASSWORD}x`, options },
      { name: 'lost', url: `rtsp://${HOST}:554${PATH}`, ...login, options },
    ]);
    const forms = [
      PASSWORD,
      encodeURIComponent(PASSWORD),
      btoa(`${USERNAME}:${PASSWORD}`),
      USERNAME,
      PATH.slice(1),
      'rtsp:',
    ];
    return { camera, server, forms: [...forms, `:${camera.port}`, HOST, server.dataDir] };
  });

  it('reads the cameras with their logins', async () => {
    const { server } = stage.props;
    await server.untilState('good', 'live');
    await server.untilState('pasted', 'live');
    await server.untilState('wrong', 'offline');
    await server.untilState('lost', 'offline', 30_000);
  });

  it('tells them to nobody over HTTP, in pages, lists, playlists, errors and headers', async () => {
    const { server, forms } = stage.props;
    const good = await server.stream('good');
    const lost = await server.stream('lost');
    const wrong = await server.stream('wrong');
    const media = await findMediaPlaylist(`${server.url}${good.streams.hls}`);
    const segment = parseMediaPlaylist((await fetchHls(media)).text).segments.at(-1) ?? '';
    const paths = [
      '/',
      `/kamera/${good.id}-good`,
      '/health',
      '/api/cameras/active',
      '/api/stream',
      ...[good, lost, wrong].map(({ id }) => `/api/stream/${id}`),
      '/api/stream/999999',
      '/api/stream/%00',
      '/api/areas/public',
      '/api/cache/stats',
      '/api/nothing',
      '/%E0%A4%A',
      '/../../etc/passwd',
      good.streams.hls,
      good.streams.llhls,
      lost.streams.hls,
      wrong.streams.hls,
      `${good.streams.hls}/../nothing.m4s`,
      '/hls/unknown-key-0000/index.m3u8',
      `/mse/${good.stream_key}`,
    ].map((path) => `${server.url}${path}`);
    paths.push(media, new URL(segment, media).href);
    for (const url of paths) {
      const { headers, body, status } = await fetchHls(url);
      const location = headers.get('location');
      // Where an entry leads to is what says why there is no picture.
      if (location !== null) paths.push(new URL(location, url).href);
      const reply = `${JSON.stringify([...headers])}\n${body.toString('latin1')}`;
      for (const secret of forms) {
        expect(reply.includes(secret), `${new URL(url).pathname} (${status}) shows ${secret}`).toBe(false);
      }
    }
  });

  it('tells them to nobody over WebSocket', async () => {
    const { server, forms } = stage.props;
    for (const name of ['good', 'wrong', 'lost']) {
      const { streams } = await server.stream(name);
      await using viewer = new MseClient(`${server.url.replace('http', 'ws')}${streams.mse}`);
      await eventually('a first message', () => viewer.messages.length > 0);
      const said = viewer.messages.map((message) => message.text ?? '').join('\n');
      for (const secret of forms) expect(said.includes(secret), `${name} shows ${secret}`).toBe(false);
    }
  });

  it('writes no password into the log, at the most talkative level', () => {
    const { server } = stage.props;
    expect(server.isLogCut).toBe(false);
    expect(server.log.length).toBeGreaterThan(200);
    const credentials = [PASSWORD, encodeURIComponent(PASSWORD), btoa(`${USERNAME}:${PASSWORD}`), USERNAME];
    for (const secret of [...credentials, 'rtsp://127.', `rtsp://${HOST}`, PATH.slice(1)]) {
      const line = server.log.split('\n').find((text) => text.includes(secret));
      expect(line, `the log shows ${secret}`).toBeUndefined();
    }
  });

  it('shows the operator the cameras without their passwords', async () => {
    const { server } = stage.props;
    for (const args of [
      ['camera', 'list'],
      ['camera', 'list', '--json'],
    ]) {
      const { code, stdout, stderr } = await server.cli(args);
      expect(code).toBe(0);
      expect(stdout).toContain('pasted');
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)])
        expect(stdout + stderr).not.toContain(secret);
    }
  });
});
