/** WebRTC by WHEP (RFC 9725): a picture a tenth of a second old in a real browser, and clear words where it cannot be. */
import { expect, it } from 'vitest';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { cameraUrl, openCameraPage } from './support/camera-page.ts';
import { eventually, median, observe } from './support/eventually.ts';
import { GstCamera } from './support/gst-camera.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

/** Posts an offer and shows what comes; leaves its findings on the page. */
const WATCH = `async (url) => {
  document.body.innerHTML = '<video muted autoplay playsinline></video>';
  const peer = new RTCPeerConnection({ iceServers: [] });
  globalThis.whepPeer = peer;
  const stream = new MediaStream();
  peer.ontrack = ({ track, receiver }) => { receiver.jitterBufferTarget = 0; stream.addTrack(track); };
  peer.addTransceiver('video', { direction: 'recvonly' });
  peer.addTransceiver('audio', { direction: 'recvonly' });
  await peer.setLocalDescription(await peer.createOffer());
  const response = await fetch(url, { method: 'POST', body: peer.localDescription.sdp, headers: { 'content-type': 'application/sdp' } });
  const text = await response.text();
  if (response.status !== 201) { peer.close(); return { status: response.status, code: JSON.parse(text).code }; }
  globalThis.whepLocation = response.headers.get('location');
  await peer.setRemoteDescription({ type: 'answer', sdp: text });
  document.querySelector('video').srcObject = stream;
  return { status: 201, code: undefined };
}`;

describeWith('WHEP', ['chromium', 'gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await GstCamera.open([
        { path: '/clock', clockBits: true, gopSeconds: 1 },
        { path: '/bframes', profile: 'high-bframes' },
      ]),
    );
    const env = { PANTAU_WHEP_MAX_VIEWERS: '2', PANTAU_WHEP_ADDRESSES: '127.0.0.1' };
    const server = stack.use(await PantauServer.open({ env }));
    const browser = stack.use(await TestBrowser.open());
    const clock = await server.addCamera({ name: 'clock', url: camera.url('/clock') });
    const reordered = await server.addCamera({ name: 'bframes', url: camera.url('/bframes') });
    return { camera, server, browser, clock, reordered };
  });

  const watch = async (
    page: TestPage,
    key: string,
  ): Promise<{ status: number; code: string | undefined }> => {
    const { server } = stage.props;
    await page.goto(`${server.url}/health`);
    return (await page.page.evaluate(`(${WATCH})('/whep/${key}')`)) as {
      status: number;
      code: string | undefined;
    };
  };

  it(
    'shows a picture that is less than 150 ms old, and ends when it is told to',
    { timeout: 90_000 },
    async () => {
      const { server, clock } = stage.props;
      const page = await stage.openPage();
      expect(await watch(page, clock.stream_key)).toMatchObject({ status: 201 });
      await eventually('a clock in the picture', () => page.pictureAgeMs(), { timeoutMs: 20_000 });
      await observe(3_000, 500, () => page.video());
      const looks = await observe(10_000, 100, () => page.pictureAgeMs());
      const ages = looks.flatMap((age) => age ?? []);
      expect(ages.length).toBeGreaterThan(50);
      console.log(`age of the picture by WHEP: median ${median(ages)} ms`);
      expect(median(ages), 'age of the picture, ms').toBeLessThan(150);
      await eventually('one viewer', async () => (await server.untilState('clock', 'live')).viewers === 1);
      const location = (await page.page.evaluate('whepLocation')) as string;
      expect((await fetch(`${server.url}${location}`, { method: 'DELETE' })).status).toBe(200);
      await eventually('the connection to end', async () =>
        ['disconnected', 'failed', 'closed'].includes(
          (await page.page.evaluate('whepPeer.connectionState')) as string,
        ),
      );
    },
  );

  it('says in words what WebRTC does not carry', { timeout: 60_000 }, async () => {
    const page = await stage.openPage();
    expect(await watch(page, stage.props.reordered.stream_key)).toEqual({
      status: 406,
      code: 'CODEC_UNSUPPORTED',
    });
    expect(await watch(page, 'nobody-knows-this')).toEqual({
      status: 404,
      code: 'STREAM_NOT_FOUND',
    });
  });

  it('refuses more viewers than the cap', { timeout: 60_000 }, async () => {
    const { clock } = stage.props;
    const pages = await Promise.all([stage.openPage(), stage.openPage(), stage.openPage()]);
    const statuses: number[] = [];
    for (const page of pages) statuses.push((await watch(page, clock.stream_key)).status);
    expect(statuses).toEqual([201, 201, 503]);
  });
});

/** Keeps the page's WebRTC connections, for their figures. */
const KEEP_PEERS = `globalThis.peers = []; globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...args) { super(...args); globalThis.peers.push(this); }
};`;
/** Bytes and energy of the sound that came by WebRTC. */
const SOUND = `(async () => {
  const stats = [...(await globalThis.peers.at(-1).getStats()).values()];
  const sound = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
  const codec = stats.find(({ id }) => id === sound?.codecId);
  return { bytes: sound?.bytesReceived ?? 0, energy: sound?.totalAudioEnergy ?? 0, codec: codec?.mimeType };
})()`;

describeWith('WHEP on the portal', ['chromium', 'gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await GstCamera.open([
        { path: '/clock', clockBits: true, gopSeconds: 1 },
        { path: '/bframes', profile: 'high-bframes' },
        { path: '/mulaw', audio: 'mulaw', gopSeconds: 1 },
        { path: '/alaw', audio: 'alaw', gopSeconds: 1 },
      ]),
    );
    // With a worker: what G.711 brings along must come through there, too.
    const env = {
      PANTAU_WHEP_MAX_VIEWERS: '8',
      PANTAU_WHEP_ADDRESSES: '127.0.0.1',
      PANTAU_MEDIA_WORKERS: '1',
    };
    const server = stack.use(await PantauServer.open({ env }));
    const browser = stack.use(await TestBrowser.open());
    const add = (name: string) => server.addCamera({ name, url: camera.url(`/${name}`) });
    const cameras = {
      clock: await add('clock'),
      bframes: await add('bframes'),
      mulaw: await add('mulaw'),
      alaw: await add('alaw'),
    };
    return { camera, server, browser, cameras };
  });

  it(
    'the fastest way of the menu shows a picture less than 300 ms old, and is remembered',
    { timeout: 90_000 },
    async () => {
      const { server, cameras } = stage.props;
      const page = await stage.openPage();
      await page.goto(cameraUrl(server, cameras.clock));
      await page.page.getByRole('button', { name: 'Cara menonton' }).click();
      await page.page.getByRole('radio', { name: /^Tercepat/ }).click();
      const player = page.page.locator('[data-mode]');
      await eventually(
        'the picture by WebRTC',
        async () =>
          (await player.getAttribute('data-mode')) === 'webrtc' &&
          (await player.getAttribute('data-phase')) === 'playing',
        { timeoutMs: 20_000 },
      );
      await eventually('a clock in the picture', () => page.pictureAgeMs());
      await observe(3_000, 500, () => page.video());
      const looks = await observe(10_000, 100, () => page.pictureAgeMs());
      const ages = looks.flatMap((age) => age ?? []);
      expect(ages.length).toBeGreaterThan(50);
      console.log(`age of the picture on the portal by WebRTC: median ${median(ages)} ms`);
      expect(median(ages), 'age of the picture, ms').toBeLessThan(300);
      await page.page.reload();
      await eventually(
        'the same way again',
        async () => (await player.getAttribute('data-mode')) === 'webrtc',
      );
      await page.untilPlaying();
      // The visitor leaves: the server hears of it at once, not when packets fail to arrive.
      await page.page.getByRole('button', { name: 'Jeda' }).click();
      await eventually(
        'the viewer to be gone',
        async () => (await server.untilState('clock', 'live')).viewers === 0,
        { timeoutMs: 5_000 },
      );
      expect(await page.violations()).toEqual([]);
      expect(page.complaints).toEqual([]);
    },
  );

  it('the whole menu is in sight on a small phone', { timeout: 30_000 }, async () => {
    const { server, cameras } = stage.props;
    const viewport = { width: 360, height: 640 };
    const page = await stage.openPage({ viewport, isMobile: true, hasTouch: true });
    await page.goto(cameraUrl(server, cameras.clock));
    await page.page.getByRole('button', { name: 'Cara menonton' }).click();
    const header = await page.page.getByRole('banner').boundingBox();
    const menu = await page.page.getByRole('radiogroup').boundingBox();
    expect(menu?.y, 'top of the menu').toBeGreaterThanOrEqual((header?.y ?? 0) + (header?.height ?? 0));
    expect((menu?.y ?? 0) + (menu?.height ?? 0), 'its end').toBeLessThanOrEqual(viewport.height);
    expect(await page.page.getByRole('radio').count()).toBe(4);
    expect(await page.accessibilityProblems()).toEqual([]);
  });

  it('a camera with B-frames is shown the next fast way, with a word why', { timeout: 60_000 }, async () => {
    const { server, cameras } = stage.props;
    const page = await stage.openPage();
    await openCameraPage(page, server, cameras.bframes, 'webrtc');
    await page.untilPlaying(30_000);
    expect(await page.page.locator('[data-mode]').getAttribute('data-mode')).toBe('mse');
    await page.page.getByText('“Tercepat” tidak bisa untuk kamera ini; memakai “Cepat”.').waitFor();
    expect(await page.violations()).toEqual([]);
  });

  it.each([
    ['mulaw', 'audio/PCMU'],
    ['alaw', 'audio/PCMA'],
  ] as const)(
    'the sound of a camera that sends %s comes as it is',
    { timeout: 60_000 },
    async (name, codec) => {
      const { server, cameras } = stage.props;
      const page = await stage.openPage();
      await page.page.addInitScript(KEEP_PEERS);
      await openCameraPage(page, server, cameras[name], 'webrtc');
      await page.untilPlaying(30_000);
      expect(await page.page.locator('[data-mode]').getAttribute('data-mode')).toBe('webrtc');
      await page.page.getByRole('button', { name: 'Nyalakan suara' }).click();
      const look = async () =>
        (await page.page.evaluate(SOUND)) as { bytes: number; energy: number; codec: string | undefined };
      const before = await eventually('sound', async () => {
        const sound = await look();
        return sound.energy > 0 ? sound : undefined;
      });
      await observe(2_000, 500, () => page.video());
      const after = await look();
      expect(after.codec).toBe(codec);
      // 8 kB a second
      expect(after.bytes - before.bytes).toBeGreaterThan(10_000);
      expect(after.energy).toBeGreaterThan(before.energy);
    },
  );
});
