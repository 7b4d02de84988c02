/** The media engine with a bare HTTP server around it, in this process: for tests that need cameras and viewers, and nothing of the portal. */
import { createServer, type Server } from 'node:http';
import { createMediaEngine, type MediaEngine, type StreamDefinition } from '@pantau/media';

export class EngineServer implements AsyncDisposable {
  readonly engine: MediaEngine;
  readonly #server: Server;

  private constructor(engine: MediaEngine, server: Server) {
    this.engine = engine;
    this.#server = server;
  }

  static async open(streams: readonly StreamDefinition[]): Promise<EngineServer> {
    const engine = createMediaEngine();
    const server = createServer((request, response) => {
      engine.handleHls(request, response, (request.url ?? '').slice('/hls/'.length));
    });
    server.on('upgrade', (request, socket, head) => {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      engine.handleMseUpgrade(request, socket, head, path.slice('/mse/'.length));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    engine.setStreams(streams);
    return new EngineServer(engine, server);
  }

  /** `http://127.0.0.1:<port>` */
  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
