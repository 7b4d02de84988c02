/** Cameras that send something else than RTSP: pictures over HTTP, single pictures, FLV, JPEG over RTP, and HLS of another server. */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMediaEngine } from '@pantau/media';
import { expect, it } from 'vitest';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { cameraUrl } from './support/camera-page.ts';
import { runCommand } from './support/child.ts';
import { eventually } from './support/eventually.ts';
import { GstCamera } from './support/gst-camera.ts';
import { HlsPage } from './support/hls-page.ts';
import { FfmpegCamera, makePictures, openHlsUpstream, WebServer } from './support/http-cameras.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const PHONE = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const NAMES = ['mjpeg', 'snapshots', 'flv', 'rtp-jpeg', 'relayed'] as const;

/** In the page: a number that changes with what is drawn on the canvas of a card or player; 0 while nothing is. */
const LOOK = `(selector) => {
  const canvas = document.querySelector(selector + ' canvas');
  if (canvas === null || canvas.width < 100 || getComputedStyle(canvas).visibility === 'hidden') return 0;
  // A copy that is made for reading: the page's own canvas is not, and the browser complains.
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let index = 0; index < data.length; index += 61) sum = (sum * 31 + data[index]) % 1000000007;
  return sum;
}`;
/** In the page: the width of an image once it shows something. */
const IMAGE_WIDTH = `(source) => new Promise((resolve, reject) => {
  const image = new Image();
  image.onload = () => resolve(image.naturalWidth);
  image.onerror = () => reject(new Error('the picture failed'));
  image.src = source;
})`;

describeWith('cameras that send something else', ['chromium', 'ffmpeg', 'gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const folder = await mkdtemp(join(tmpdir(), 'pantau-sources-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const pictures = await makePictures(folder, 8);
    let shown = 0;
    const snapshots = stack.use(
      await WebServer.open((_request, response) => {
        const picture = pictures[shown++ % pictures.length] ?? Buffer.alloc(0);
        response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture);
      }),
    );
    const gst = stack.use(await GstCamera.open([{ path: '/jpeg', codec: 'jpeg', fps: 5 }]));
    const mjpeg = stack.use(await FfmpegCamera.open('mjpeg'));
    const flv = stack.use(await FfmpegCamera.open('flv'));
    const upstream = await openHlsUpstream(stack, folder);
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    const urls = {
      mjpeg: mjpeg.url,
      snapshots: snapshots.url('/snap.jpg?channel=1'),
      flv: flv.url,
      'rtp-jpeg': gst.url('/jpeg'),
      relayed: upstream.url('/top.m3u8'),
    };
    await server.addCameras(NAMES.map((name) => ({ name, url: urls[name], options: ['--pull', 'always'] })));
    for (const name of NAMES) await server.untilState(name, 'live', 30_000);
    return { server, browser, upstream, snapshots, folder };
  });

  const look = async (page: TestPage, selector: string): Promise<number> =>
    // The number that the expression ends in.
    (await page.page.evaluate(`(${LOOK})(${JSON.stringify(selector)})`)) as number;

  /** Two pictures: on a phone a card moves for the few seconds of its turn only, and waits for that. */
  async function untilMoving(page: TestPage, selector: string): Promise<void> {
    const seen = new Set<number>();
    await eventually(
      `${selector} to show another picture`,
      async () => {
        const sum = await look(page, selector);
        if (sum !== 0) seen.add(sum);
        return seen.size >= 2;
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
  }

  it.each([
    ['a desktop', {}],
    ['a phone', PHONE],
  ])('show their pictures on the portal, on %s', async (_device, options) => {
    const { server } = stage.props;
    const page = await stage.openPage(options);
    await page.goto(`${server.url}/`);
    const cards = new Map<string, string>();
    for (const name of ['mjpeg', 'snapshots', 'rtp-jpeg'])
      cards.set(name, `[data-camera="${(await server.stream(name)).id}"]`);
    for (const [name, selector] of cards) {
      await page.page.locator(selector).scrollIntoViewIfNeeded();
      if (name === 'rtp-jpeg')
        await eventually('the test card to stand', async () => (await look(page, selector)) !== 0, {
          timeoutMs: 60_000,
          everyMs: 200,
        });
      else await untilMoving(page, selector);
    }
    expect(page.complaints).toEqual([]);
    expect(await page.violations()).toEqual([]);
  });

  it.each([
    ['mjpeg', {}],
    ['snapshots', PHONE],
  ])('play on the page of the camera %s, as live', async (name, options) => {
    const { server } = stage.props;
    const page = await stage.openPage(options);
    await page.goto(cameraUrl(server, await server.stream(name)));
    await page.page.locator('[data-phase=playing][data-mode=pictures]').waitFor({ timeout: 20_000 });
    await untilMoving(page, '[data-phase]');
    expect(page.complaints).toEqual([]);
  });

  it('play in an <img> on another page', async () => {
    const { server } = stage.props;
    const entry = await server.stream('mjpeg');
    const page = await stage.openPage();
    await page.goto(`${server.url}/health`);
    const source = `${server.url}${entry.streams.hls.replace('index.m3u8', 'live.mjpeg')}`;
    const width = await page.page.evaluate(`(${IMAGE_WIDTH})(${JSON.stringify(source)})`);
    expect(width).toBe(640);
  });

  it.each([
    ['flv', 'index.m3u8', 8],
    ['relayed', 'index.m3u8', 8],
    ['mjpeg', 'live.mjpeg', 5],
    ['snapshots', 'live.mjpeg', 8],
  ])('are read by ffmpeg without an error: %s', async (name, file, seconds) => {
    const { server } = stage.props;
    const entry = await server.stream(name);
    const url = `${server.url}${entry.streams.hls.replace('index.m3u8', file)}`;
    // Pictures have no times of their own: those of their arrival end the reading, and two may come together.
    const pictures = ['-f', 'mpjpeg', '-strict_mime_boundary', '1', '-use_wallclock_as_timestamps', '1'];
    const isPictures = file === 'live.mjpeg';
    const input = [...(isPictures ? pictures : []), '-t', String(seconds), '-i', url];
    const times = isPictures ? ['-vf', 'setpts=N'] : ['-fps_mode', 'passthrough', '-enc_time_base', '-1'];
    const args = ['-v', 'error', '-nostdin', ...input, ...times, '-f', 'null', '-'];
    const { code, stderr } = await runCommand('ffmpeg', { args, timeoutMs: 60_000 });
    expect([code, stderr]).toEqual([0, '']);
  });

  it('JPEG over RTP comes out as the picture that went in', async () => {
    const { server, folder } = stage.props;
    const entry = await server.stream('rtp-jpeg');
    const picture = await firstPicture(
      `${server.url}${entry.streams.hls.replace('index.m3u8', 'live.mjpeg')}`,
    );
    const pipeline = `videotestsrc num-buffers=1 pattern=smpte75 ! video/x-raw,format=I420,width=640,height=360,framerate=5/1 ! jpegenc quality=85 ! filesink location=${folder}/source.jpg`;
    const made = await runCommand('gst-launch-1.0', { args: ['-q', ...pipeline.split(' ')] });
    expect(made.code).toBe(0);
    const expected = await decode(await readFile(`${folder}/source.jpg`), folder);
    expect(expected.length).toBe(640 * 360 * 1.5);
    expect(
      createHash('sha256')
        .update(await decode(picture, folder))
        .digest('hex'),
    ).toBe(createHash('sha256').update(expected).digest('hex'));
  });

  it('are told apart by a probe', async () => {
    const { server, snapshots, upstream } = stage.props;
    const probe = (url: string, ...more: string[]) => server.cli(['camera', 'probe', url, ...more]);
    expect(await probe(snapshots.url('/snap.jpg'))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/single JPEG pictures, 640x360[^]*Single JPEG pictures/),
    });
    expect(await probe(upstream.url('/top.m3u8'))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/HLS of another server/),
    });
    expect(await probe(`${server.url}/`)).toMatchObject({
      code: 69,
      stderr: expect.stringContaining('a web page'),
    });
  });

  it('are read over https with the one certificate that was pinned, and refused with another', async () => {
    const { folder } = stage.props;
    const { key, cert, fingerprint } = await makeCertificate(folder);
    await using camera = await WebServer.open((_request, response) => response.end('ok'), { key, cert });
    const ask = async (tlsFingerprint: string | undefined) => {
      await using engine = createMediaEngine();
      return engine
        .probe(
          { url: camera.url('/x'), username: undefined, password: undefined, tlsFingerprint },
          { timeoutMs: 5000 },
        )
        .catch((error: { code?: string }) => error.code);
    };
    // What it gives is nothing to show: then the connection was made.
    expect(await ask(fingerprint)).toBe('CODEC_UNSUPPORTED');
    expect(await ask(undefined)).toBe('CODEC_UNSUPPORTED');
    const before = camera.requests.length;
    expect(await ask('0'.repeat(64))).toBe('SOURCE_REFUSED');
    expect(camera.requests.length).toBe(before);
  });

  it('HLS of another server plays in hls.js, and that server is asked once, however many watch', async () => {
    const { server, upstream } = stage.props;
    const hlsPage = await HlsPage.open();
    await using _closing = hlsPage;
    const entry = await server.stream('relayed');
    const pages = await Promise.all(Array.from({ length: 3 }, () => stage.openPage()));
    for (const page of pages) await page.goto(hlsPage.url(`${server.url}${entry.streams.hls}`));
    await Promise.all(pages.map((page) => page.untilPlaying(30_000)));
    expect(await pages[0]?.page.evaluate('hlsErrors.filter((each) => each.includes("fatal"))')).toEqual([]);
    const segments = upstream.requests.filter((path) => path.endsWith('.ts'));
    expect(segments.length).toBe(new Set(segments).size);
  });

  it('HLS of another server plays on the page of the camera, whatever way was chosen', async () => {
    const { server } = stage.props;
    const page = await stage.openPage();
    await page.page.addInitScript(`localStorage.setItem('pantau.mode', 'mse')`);
    await page.goto(cameraUrl(server, await server.stream('relayed')));
    await page.page.locator('[data-phase=playing][data-mode=hls]').waitFor({ timeout: 30_000 });
  });
});

/** The first whole picture of an endless reply, behind its redirect. */
async function firstPicture(url: string): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const ask = (target: string): void => {
    const request = get(target, (message) => {
      const { location } = message.headers;
      if (location !== undefined) {
        message.resume();
        ask(new URL(location, target).href);
        return;
      }
      let bytes = Buffer.alloc(0);
      message.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        const head = /Content-Length: (\d+)\r\n\r\n/.exec(bytes.toString('latin1', 0, 500));
        if (head === null) return;
        const start = head.index + head[0].length;
        const end = start + Number(head[1]);
        if (bytes.length < end) return;
        resolve(bytes.subarray(start, end));
        request.destroy();
      });
      message.on('error', reject);
    });
    request.on('error', reject);
  };
  ask(url);
  return promise;
}

async function decode(picture: Buffer, folder: string): Promise<Buffer> {
  const from = `${folder}/decode.jpg`;
  const to = `${folder}/decode.yuv`;
  await writeFile(from, picture);
  const { code, stderr } = await runCommand('ffmpeg', {
    args: ['-v', 'error', '-y', '-i', from, '-f', 'rawvideo', '-pix_fmt', 'yuvj420p', to],
  });
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${stderr}`);
  return readFile(to);
}

/** A certificate that a camera signs itself. */
async function makeCertificate(folder: string) {
  const files = ['-keyout', `${folder}/key.pem`, '-out', `${folder}/certificate.pem`];
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=camera',
    '-days',
    '2',
    ...files,
  ];
  const { code, stderr } = await runCommand('openssl', { args });
  if (code !== 0) throw new Error(`openssl ended with ${code}: ${stderr}`);
  const cert = await readFile(`${folder}/certificate.pem`);
  const fingerprint = new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();
  return { key: await readFile(`${folder}/key.pem`), cert, fingerprint };
}
