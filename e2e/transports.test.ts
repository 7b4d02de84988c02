/**
 * The ways that media of an RTSP camera can travel, against servers that share no line with ours: GStreamer's, and MediaMTX and
 * go2rtc where the machine has them. Each stream runs in the engine for some seconds and must be whole.
 */
import { createSelfSigned } from '@pantau/media/testing/self-signed';
import { createMediaEngine, type MediaEngine, type ProbeReport, type SourceDefinition } from '@pantau/media';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Child } from './support/child.ts';
import { eventually, observe } from './support/eventually.ts';
import { findFreePort } from './support/free-port.ts';
import { GstCamera } from './support/gst-camera.ts';
import { describeWith, peerProgram } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const LOGIN = { username: 'penjaga', password: 'rahasia kita' };
const CERTIFICATE = createSelfSigned();
const PROBE_MS = 20_000;
const WATCHED_MS = 3_000;

interface Case {
  readonly name: string;
  readonly url: string;
  readonly source?: Partial<SourceDefinition>;
  readonly transport: 'tcp' | 'udp' | 'http';
  readonly isTls?: boolean;
}

const definition = (one: Case): SourceDefinition => ({
  url: one.url,
  username: undefined,
  password: undefined,
  ...one.source,
});

/** Looks at the camera, then plays it: live without a break, and no packet lost. */
async function expectWhole(engine: MediaEngine, one: Case): Promise<ProbeReport> {
  const source = definition(one);
  const report = await engine.probe(source, { timeoutMs: PROBE_MS });
  expect(report.path?.transport, 'transport').toBe(one.transport);
  expect(report.path?.tls?.fingerprint, 'certificate').toBe(
    one.isTls === true ? CERTIFICATE.fingerprint : undefined,
  );
  expect(report.video).toMatchObject({ width: 640, height: 360 });
  engine.setStreams([{ key: 'whole-stream', source, pull: 'always' }]);
  const live = await eventually('the stream to be live', () => {
    const status = engine.findStatus('whole-stream');
    return status?.state === 'live' ? status : undefined;
  });
  const looks = await observe(WATCHED_MS, 500, () => engine.findStatus('whole-stream'));
  for (const look of looks) {
    expect(look?.state).toBe('live');
    expect(look?.sinceMs, 'one connection').toBe(live.sinceMs);
    expect(look?.lostPackets, 'lost packets').toBe(0);
  }
  engine.setStreams([]);
  return report;
}

describeWith('transports, against GStreamer', ['gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await GstCamera.open([
        { path: '/any', audio: true, gopSeconds: 1 },
        { path: '/udp', audio: true, protocols: 'udp', kbps: 4000, gopSeconds: 1 },
        { path: '/tcp', protocols: 'tcp', gopSeconds: 1 },
        { path: '/login', login: LOGIN, gopSeconds: 1 },
        { path: '/tls', audio: true, gopSeconds: 1, tls: CERTIFICATE.cert + CERTIFICATE.key },
      ]),
    );
    const engine = stack.use(createMediaEngine());
    return { camera, engine };
  });

  it.each<[string, string, Partial<SourceDefinition>, 'tcp' | 'udp' | 'http']>([
    ['nothing said', '/any', {}, 'tcp'],
    ['UDP wanted', '/any', { transport: 'udp' }, 'udp'],
    ['UDP wanted, with a login', '/login', { transport: 'udp' }, 'udp'],
    ['UDP is all it has', '/udp', {}, 'udp'],
    ['TCP is all it has, UDP wanted', '/tcp', { transport: 'udp' }, 'tcp'],
    ['through HTTP', '/any', { transport: 'http' }, 'http'],
    ['through HTTP, with a login', '/login', { transport: 'http' }, 'http'],
    ['over TLS', '/tls', {}, 'tcp'],
    ['over TLS, pinned', '/tls', { tlsFingerprint: CERTIFICATE.fingerprint }, 'tcp'],
    ['through HTTP over TLS', '/tls', { transport: 'http' }, 'http'],
  ])('%s', async (name, path, source, transport) => {
    const { camera, engine } = stage.props;
    await expectWhole(engine, {
      name,
      url:
        path === '/login'
          ? camera.url(path).replace('://', `://${LOGIN.username}:${encodeURIComponent(LOGIN.password)}@`)
          : camera.url(path),
      source,
      transport,
      isTls: path === '/tls',
    });
  });

  it('another certificate than the pinned one is refused', async () => {
    const { camera, engine } = stage.props;
    const source = definition({
      name: '',
      url: camera.url('/tls'),
      source: { tlsFingerprint: '0'.repeat(64) },
      transport: 'tcp',
    });
    await expect(engine.probe(source, { timeoutMs: PROBE_MS })).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      details: { reason: 'certificate-changed' },
    });
  });
});

/** A peer that pulls from GStreamer and serves what it pulled. */
async function startPeer(
  stack: AsyncDisposableStack,
  program: string,
  file: string,
  config: string,
  args: (path: string) => readonly string[],
): Promise<Child> {
  const folder = mkdtempSync(join(tmpdir(), 'pantau-peer-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'cert.pem'), CERTIFICATE.cert);
  writeFileSync(join(folder, 'key.pem'), CERTIFICATE.key);
  const path = join(folder, file);
  writeFileSync(path, config);
  const child = new Child(program, { args: args(path), cwd: folder });
  stack.defer(async () => void (await child.stop(2_000)));
  return child;
}

describeWith('transports, against MediaMTX', ['gstreamer', 'mediamtx'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(await GstCamera.open([{ path: '/any', audio: true, gopSeconds: 1 }]));
    const [rtsp, rtsps] = [await findFreePort(), await findFreePort()];
    const rtp = 2 * Math.floor((20_000 + Math.random() * 20_000) / 2);
    const config = [
      'logLevel: debug',
      ...['rtmp', 'hls', 'webrtc', 'srt', 'moq'].map((name) => `${name}: no`),
      'rtspTransports: [udp, tcp]',
      'rtspEncryption: optional',
      `rtspAddress: 127.0.0.1:${rtsp}`,
      `rtspsAddress: 127.0.0.1:${rtsps}`,
      `rtpAddress: 127.0.0.1:${rtp}`,
      `rtcpAddress: 127.0.0.1:${rtp + 1}`,
      `srtpAddress: 127.0.0.1:${rtp + 2}`,
      `srtcpAddress: 127.0.0.1:${rtp + 3}`,
      'rtspServerKey: key.pem',
      'rtspServerCert: cert.pem',
      'paths:',
      '  cam:',
      `    source: ${camera.url('/any')}`,
      '    rtspTransport: tcp',
    ].join('\n');
    const peer = await startPeer(stack, peerProgram('mediamtx'), 'mediamtx.yml', config, (path) => [path]);
    await eventually('MediaMTX to have the stream', () => {
      if (peer.exit) throw new Error(`it ended: ${peer.stdout}${peer.stderr}`);
      return /is ready|ready: |stream is available|available and online/i.test(peer.stdout)
        ? true
        : undefined;
    });
    const engine = stack.use(createMediaEngine());
    return { camera, engine, rtsp, rtsps };
  });

  it.each<[string, 'rtsp' | 'rtsps', Partial<SourceDefinition>, 'tcp' | 'udp' | 'http']>([
    ['nothing said', 'rtsp', {}, 'tcp'],
    ['UDP wanted', 'rtsp', { transport: 'udp' }, 'udp'],
    ['through HTTP', 'rtsp', { transport: 'http' }, 'http'],
    ['over TLS, pinned', 'rtsps', { tlsFingerprint: CERTIFICATE.fingerprint }, 'tcp'],
  ])('%s', async (name, scheme, source, transport) => {
    const { engine, rtsp, rtsps } = stage.props;
    const port = scheme === 'rtsp' ? rtsp : rtsps;
    await expectWhole(engine, {
      name,
      url: `${scheme}://127.0.0.1:${port}/cam`,
      source,
      transport,
      isTls: scheme === 'rtsps',
    });
  });
});

describeWith('transports, against go2rtc', ['gstreamer', 'go2rtc'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(await GstCamera.open([{ path: '/any', audio: true, gopSeconds: 1 }]));
    const [rtsp, api] = [await findFreePort(), await findFreePort()];
    const config = [
      `api: {listen: "127.0.0.1:${api}"}`,
      `rtsp: {listen: "127.0.0.1:${rtsp}"}`,
      'webrtc: {listen: ""}',
      'srtp: {listen: ""}',
      `streams: {cam: "${camera.url('/any')}"}`,
    ].join('\n');
    const peer = await startPeer(stack, peerProgram('go2rtc'), 'go2rtc.yaml', config, (path) => [
      '-config',
      path,
    ]);
    await eventually('go2rtc to listen', () => {
      if (peer.exit) throw new Error(`it ended: ${peer.stdout}${peer.stderr}`);
      return /\[rtsp\] listen/.test(peer.stdout) ? true : undefined;
    });
    const engine = stack.use(createMediaEngine());
    return { camera, engine, rtsp };
  });

  it.each<[string, Partial<SourceDefinition>, 'tcp' | 'udp']>([
    ['nothing said', {}, 'tcp'],
    ['UDP wanted: it has none', { transport: 'udp' }, 'tcp'],
  ])('%s', async (name, source, transport) => {
    const { engine, rtsp } = stage.props;
    await expectWhole(engine, { name, url: `rtsp://127.0.0.1:${rtsp}/cam`, source, transport });
  });
});
