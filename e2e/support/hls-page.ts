/** A page with hls.js and nothing else: what a stranger's player makes of our low-latency HLS. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';

const PAGE = `<!doctype html><html lang="en"><title>hls.js</title><main><h1>hls.js</h1><video muted playsinline></video></main>
<script src="/hls.js"></script><script>
  const hls = new Hls({ lowLatencyMode: true, liveDurationInfinity: true, maxLiveSyncPlaybackRate: 1.2 });
  globalThis.hlsErrors = [];
  hls.on(Hls.Events.ERROR, (_, data) => hlsErrors.push(data.details + (data.fatal ? ' (fatal)' : '')));
  hls.loadSource(new URLSearchParams(location.search).get('src'));
  hls.attachMedia(document.querySelector('video'));
  hls.on(Hls.Events.MANIFEST_PARSED, () => document.querySelector('video').play());
  globalThis.hlsLatency = () => hls.latency;
</script></html>`;

/** Serves the page on an origin of its own, so that the stream is fetched across origins as on a stranger's site. */
export class HlsPage implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<HlsPage> {
    const path = createRequire(new URL('../../web/package.json', import.meta.url)).resolve(
      'hls.js/dist/hls.min.js',
    );
    const script = await readFile(path);
    const server = createServer((request, response) => {
      const isScript = request.url === '/hls.js';
      response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(isScript ? script : PAGE);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HlsPage(server);
  }

  url(source: string): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}/?src=${encodeURIComponent(source)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
