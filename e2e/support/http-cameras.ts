/** Cameras and streams over HTTP that are not ours: ffmpeg as a server, and a web server with what ffmpeg made. */
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server } from 'node:net';
import { Child, runCommand } from './child.ts';
import { eventually } from './eventually.ts';
import { findFreePort } from './free-port.ts';

/** A moving picture with a counter, so that each one is another. */
const PICTURE = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=10'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=r=48000'];
const H264 = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-tune',
  'zerolatency',
  '-g',
  '20',
  '-pix_fmt',
  'yuv420p',
];

const FORMATS = {
  mjpeg: {
    input: PICTURE,
    output: ['-c:v', 'mjpeg', '-q:v', '6', '-f', 'mpjpeg'],
    type: 'multipart/x-mixed-replace;boundary=ffmpeg',
  },
  flv: { input: [...PICTURE, ...SOUND], output: [...H264, '-c:a', 'aac', '-f', 'flv'], type: 'video/x-flv' },
} as const;

/** ffmpeg serves one client at a time and ends with it; so it is started again. */
export class FfmpegCamera implements AsyncDisposable {
  readonly url: string;
  readonly #args: readonly string[];
  #child: Child;
  #isOver = false;
  #served = 0;

  private constructor(url: string, args: readonly string[]) {
    this.url = url;
    this.#args = args;
    this.#child = this.#start();
  }

  static async open(format: keyof typeof FORMATS): Promise<FfmpegCamera> {
    const { input, output, type } = FORMATS[format];
    const url = `http://127.0.0.1:${await findFreePort()}/live`;
    return new FfmpegCamera(url, [
      '-v',
      'error',
      '-nostdin',
      ...input,
      ...output,
      '-content_type',
      type,
      '-listen',
      '1',
      url,
    ]);
  }

  /** Clients that came and left. */
  get served(): number {
    return this.#served;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#child.kill();
  }

  #start(): Child {
    const child = new Child('ffmpeg', { args: this.#args });
    void child.exited.then(() => {
      this.#served++;
      if (!this.#isOver) this.#child = this.#start();
    });
    return child;
  }
}

/** A few single pictures, each another. */
export async function makePictures(folder: string, count: number): Promise<readonly Buffer[]> {
  const args = [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=640x360:r=1',
    '-frames:v',
    String(count),
    '-q:v',
    '6',
    `${folder}/picture-%02d.jpg`,
  ];
  const { code, stderr } = await runCommand('ffmpeg', { args });
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${stderr}`);
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      readFile(`${folder}/picture-${String(index + 1).padStart(2, '0')}.jpg`),
    ),
  );
}

/** A web server on loopback. */
export class WebServer implements AsyncDisposable {
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
  readonly #server: Server & { closeAllConnections(): void };
  readonly #scheme: string;

  private constructor(
    server: Server & { closeAllConnections(): void },
    scheme: string,
    requests: readonly string[],
  ) {
    this.#server = server;
    this.#scheme = scheme;
    this.requests = requests;
  }

  /** @param tls key and certificate, for https. */
  static async open(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    tls?: { readonly key: Buffer; readonly cert: Buffer },
  ): Promise<WebServer> {
    const requests: string[] = [];
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      requests.push(request.url ?? '');
      answer(request, response);
    };
    const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WebServer(server, tls === undefined ? 'http' : 'https', requests);
  }

  countConnections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }

  url(path: string): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `${this.#scheme}://127.0.0.1:${port}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** ffmpeg writes a live HLS stream with two variants into a folder, a web server hands it out. */
export async function openHlsUpstream(stack: AsyncDisposableStack, folder: string): Promise<WebServer> {
  const args = [
    '-v',
    'error',
    '-nostdin',
    ...PICTURE,
    ...SOUND,
    '-map',
    '0:v',
    '-map',
    '1:a',
    '-map',
    '0:v',
    '-map',
    '1:a',
    ...H264,
    '-s:v:1',
    '320x180',
    '-c:a',
    'aac',
    '-f',
    'hls',
    '-hls_time',
    '2',
    '-hls_list_size',
    '4',
    '-hls_flags',
    'delete_segments+program_date_time',
    '-var_stream_map',
    'v:0,a:0 v:1,a:1',
    '-master_pl_name',
    'top.m3u8',
    `${folder}/v%v.m3u8`,
  ];
  stack.use(new Child('ffmpeg', { args, cwd: folder }));
  const server = stack.use(
    await WebServer.open((request, response) => {
      const name = (request.url ?? '').slice(1);
      if (!/^[a-z0-9]+\.(?:m3u8|ts)$/.test(name)) {
        response.writeHead(404).end();
        return;
      }
      readFile(`${folder}/${name}`).then(
        (bytes) =>
          response
            .writeHead(200, {
              'content-type': name.endsWith('.ts') ? 'video/mp2t' : 'application/vnd.apple.mpegurl',
            })
            .end(bytes),
        () => response.writeHead(404).end(),
      );
    }),
  );
  await eventually(
    'ffmpeg to write its first playlists',
    async () => {
      const bytes = await Promise.all(
        ['top', 'v0', 'v1'].map((name) => readFile(`${folder}/${name}.m3u8`, 'utf8')),
      );
      return bytes.every((text) => text.length > 0);
    },
    { timeoutMs: 20_000, everyMs: 200 },
  );
  return server;
}
