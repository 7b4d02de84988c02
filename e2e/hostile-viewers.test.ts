/** Viewers who ask for nonsense, ask too much or never read: a clear status, bounded memory, and nobody else notices. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { openFakeCamera } from '@pantau/media/testing/fake-camera';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { describe, expect, it } from 'vitest';
import { runCrowd, type CrowdResult } from '../bench/support/crowd.ts';
import { eventually } from './support/eventually.ts';
import { fetchHls, findMediaPlaylist, parseMediaPlaylist } from './support/hls-client.ts';
import { readUpgradeStatus } from './support/mse-client.ts';
import { PantauServer } from './support/pantau-server.ts';
import { useStage } from './support/stage.ts';

/** A bit rate at which a viewer who does not read fills every kernel buffer within seconds: 3 MB/s. */
const HEAVY_CLIP = createSyntheticClip({ fillerBytes: 120_000 });
const PARKED = 3_000;
const MIB = 2 ** 20;

describe('hostile viewers', () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await openFakeCamera({
        mounts: [
          { path: '/light', clip: createSyntheticClip() },
          { path: '/heavy', clip: HEAVY_CLIP },
        ],
      }),
    );
    const server = stack.use(await PantauServer.open());
    const options = ['--pull', 'always'];
    const light = await server.addCamera({ name: 'light', url: camera.url('/light'), options });
    const heavy = await server.addCamera({ name: 'heavy', url: camera.url('/heavy'), options });
    await server.untilState('light', 'live');
    await server.untilState('heavy', 'live');
    const playlist = await findMediaPlaylist(`${server.url}${light.streams.hls}`);
    const lowLatency = await findMediaPlaylist(`${server.url}${light.streams.llhls}`);
    await eventually(
      'a finished segment',
      async () => parseMediaPlaylist((await fetchHls(playlist)).text).segments.length > 2,
    );
    return { camera, server, light, heavy, playlist, lowLatency };
  });

  /** A viewer as it should be, beside `attack`: it must not notice. */
  async function besideGoodViewer(seconds: number, attack: () => Promise<void>): Promise<CrowdResult> {
    const { playlist } = stage.props;
    const watching = runCrowd({ kind: 'hls', viewers: 3, urls: [playlist], seconds, arriveMs: 300 });
    await attack();
    const result = await watching;
    expect(result.complaints).toEqual([]);
    expect(result).toMatchObject({ errors: 0, alive: 3 });
    return result;
  }

  function residentBytes(): number {
    const line = readFileSync(`/proc/${stage.props.server.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/);
    return Number(line?.[1]) * 1024;
  }

  const base = '/hls/unknown-stream-key';
  it.each([
    ['a playlist of an unknown stream', `${base}/index.m3u8`],
    ['a segment of an unknown stream', `${base}/seg-1.m4s`],
    ['a key that is no key', '/hls/%2e%2e%2f/index.m3u8'],
    ['a key of ten thousand characters', `/hls/${'a'.repeat(10_000)}/index.m3u8`],
  ])('answers 404 with words for %s', async (_, path) => {
    const { server } = stage.props;
    const { status, text, tookMs } = await fetchHls(`${server.url}${path}`);
    expect(status).toBe(404);
    const body: unknown = JSON.parse(text);
    expect(body).toMatchObject({ success: false, code: expect.stringMatching(/^(STREAM_)?NOT_FOUND$/) });
    expect(tookMs).toBeLessThan(2_000);
  });

  it.each([
    ['a file that is none', 404, 'nothing.txt'],
    ['a path that climbs', 404, '..%2f..%2f..%2fetc%2fpasswd'],
    ['a segment long gone', 404, 'seg-1.m4s'],
    ['a segment of the far future', 404, 'seg-99999999999.m4s'],
    ['a segment without a number', 404, 'seg-.m4s'],
    ['a segment with a number that is none', 404, 'seg-1e9.m4s'],
    ['an init segment that never was', 404, 'init-999.mp4'],
    ['a part long gone', 404, 'part-0.m4s'],
  ])('answers %s with %i', async (_, expected, file) => {
    const { playlist } = stage.props;
    const { status, tookMs } = await fetchHls(new URL(file, playlist).href);
    expect(status).toBe(expected);
    expect(tookMs).toBeLessThan(2_000);
  });

  it.each([
    '_HLS_msn=99999999999',
    '_HLS_msn=18446744073709551616',
    '_HLS_msn=-1',
    '_HLS_msn=1.5',
    '_HLS_msn=NaN',
    '_HLS_msn=0x10',
    '_HLS_msn=',
    '_HLS_part=0',
    '_HLS_msn=abc&_HLS_part=def',
  ])('refuses a reload with %s', async (query) => {
    const { lowLatency } = stage.props;
    const { status, text, tookMs } = await fetchHls(`${lowLatency}?${query}`);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ success: false });
    expect(tookMs).toBeLessThan(2_000);
  });

  it('refuses other methods, and what is no HTTP at all', async () => {
    const { playlist, server } = stage.props;
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect((await fetchHls(playlist, { method })).status).toBe(405);
    }
    const answers = [
      'GET /hls/%zz/x HTTP/1.1\r\nHost: x\r\n\r\n',
      'NONSENSE\r\n\r\n',
      `GET / HTTP/1.1\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`,
    ];
    for (const text of answers) {
      const reply = await sendRaw(server.port, text);
      expect(reply).toMatch(/^HTTP\/1\.1 4\d\d/);
    }
  });

  it('refuses a WebSocket to nowhere with 404', async () => {
    const { server, light } = stage.props;
    const ws = server.url.replace('http', 'ws');
    expect(await readUpgradeStatus(`${ws}/mse/unknown-stream-key`)).toBe(404);
    expect(await readUpgradeStatus(`${ws}/api/stream`)).toBeGreaterThanOrEqual(400);
    expect(await readUpgradeStatus(`${ws}${light.streams.mse}`)).toBe(101);
  });

  it(`answers ${PARKED} parked reloads, and forgets as many that hang up`, { timeout: 60_000 }, async () => {
    const { lowLatency, server } = stage.props;
    const before = residentBytes();
    const good = await besideGoodViewer(14, async () => {
      // A: all wait for the next segment and are answered when it comes.
      const next = await nextMsn(lowLatency);
      const path = new URL(lowLatency).pathname;
      const replies = await Promise.all(
        Array.from({ length: PARKED }, () =>
          sendRaw(server.port, getRequest(`${path}?_HLS_msn=${next}`), 15_000),
        ),
      );
      const statuses = Map.groupBy(replies, (reply) => reply.slice(9, 12));
      expect([...statuses.keys()].toSorted()).toSatisfy((keys: string[]) =>
        keys.every((key) => key === '200' || key === '503'),
      );
      expect(statuses.get('200')?.length).toBe(PARKED);
      // B: all hang up while they wait.
      const later = await nextMsn(lowLatency);
      const sockets = await Promise.all(Array.from({ length: PARKED }, () => openSocket(server.port)));
      for (const socket of sockets) socket.write(getRequest(`${path}?_HLS_msn=${later}`));
      for (const socket of sockets) socket.destroy();
    });
    // A player holds three segments of two seconds: what comes within that does not stop the picture.
    expect(good.playlists.p50Ms).toBeLessThan(500);
    expect(good.playlists.p99Ms).toBeLessThan(6_000);
    await eventually('memory to come back', () => residentBytes() - before < 150 * MIB, {
      timeoutMs: 10_000,
    });
    expect((await fetchHls(lowLatency)).status).toBe(200);
  });

  it('cuts off WebSocket viewers who never read, with bounded memory', { timeout: 90_000 }, async () => {
    const { server, heavy } = stage.props;
    const before = residentBytes();
    await besideGoodViewer(20, async () => {
      const sockets = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const socket = await openSocket(server.port);
          socket.write(
            `GET ${heavy.streams.mse} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
              'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
          );
          socket.pause();
          return socket;
        }),
      );
      await eventually('them to count as viewers', async () => (await server.stream('heavy')).viewers >= 20);
      await eventually(
        'the server to give up on them',
        async () => (await server.stream('heavy')).viewers === 0,
        {
          timeoutMs: 60_000,
          everyMs: 500,
        },
      );
      for (const socket of sockets) socket.destroy();
    });
    // Twenty queues of 2 MiB are 40 MiB; the rest is the stream's own window and slack of the collector.
    expect(residentBytes() - before).toBeLessThan(200 * MIB);
  });

  it('drops a WebSocket viewer who talks', async () => {
    const { server, light } = stage.props;
    const socket = await openSocket(server.port);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(
      `GET ${light.streams.mse} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    socket.resume();
    // A binary message of 16 MiB, masked as RFC 6455 asks of clients, of which only the beginning comes.
    const header = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 4]);
    socket.write(Buffer.concat([header, Buffer.alloc(65_536)]));
    await closed;
  });

  it('is well afterwards', async () => {
    const { server } = stage.props;
    const health: unknown = await (await fetch(`${server.url}/health`)).json();
    expect(health).toMatchObject({ status: 'ok', checks: { engine: { status: 'ok' } } });
    const names = ['light', 'heavy'];
    const states = await Promise.all(names.map(async (name) => (await server.stream(name)).state));
    expect(states).toEqual(['live', 'live']);
  });
});

async function nextMsn(playlistUrl: string): Promise<number> {
  const playlist = parseMediaPlaylist((await fetchHls(playlistUrl)).text);
  return playlist.firstMsn + playlist.segments.length;
}

function getRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
}

function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Sends text and returns what comes back until the other side closes, or what came within `timeoutMs`. */
async function sendRaw(port: number, text: string, timeoutMs = 5_000): Promise<string> {
  const socket = await openSocket(port);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    const timer = setTimeout(finish, timeoutMs);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('close', finish);
    socket.write(text);
  });
}
