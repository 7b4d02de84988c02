/**
 * A stand-in for the server while drawing pages: `vite --mode mock`. The scenario is the cookie or query `mock`:
 * full (default), empty, slow, down, trouble. Media requests answer 503, as a stream that cannot be pulled does.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import { mockAreas, mockCameras } from './mock-data.ts';

const SLOW_MS = 5_000;

export function mockApi(): Plugin {
  return {
    name: 'pantau:mock-api',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (!answer(request, response)) next();
      });
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse): boolean {
  const url = new URL(request.url ?? '/', 'http://mock');
  const scenario = /\bmock=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? 'full';
  if (url.pathname.startsWith('/hls/')) {
    reply(response, 503, {
      success: false,
      code: 'SOURCE_UNREACHABLE',
      message: 'the camera does not answer',
    });
    return true;
  }
  const data = dataFor(url.pathname, scenario);
  if (data === undefined) return false;
  if (scenario === 'down') reply(response, 502, { success: false, code: 'INTERNAL', message: 'down' });
  else if (scenario === 'slow') setTimeout(() => reply(response, 200, { success: true, data }), SLOW_MS);
  else reply(response, 200, { success: true, data });
  return true;
}

function dataFor(path: string, scenario: string): unknown {
  if (path === '/api/stream') return scenario === 'empty' ? [] : mockCameras(scenario === 'trouble');
  if (path === '/api/areas/public') return scenario === 'empty' ? [] : mockAreas();
  const key = /^\/api\/stream\/([a-z2-7]{26})$/.exec(path)?.[1];
  const [camera] = mockCameras(scenario === 'trouble');
  if (key === undefined || camera === undefined) return undefined;
  return { camera: { ...camera, stream_key: key, visibility: 'unlisted' }, streams: camera.streams };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
