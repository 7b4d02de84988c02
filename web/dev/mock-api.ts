/**
 * A stand-in for the server while drawing pages: `vite --mode mock`. The scenario is the cookie or query `mock`:
 * full (default), empty, slow, down, trouble. Media requests answer 503, as a stream that cannot be pulled does.
 * The administration's part, with scenarios of its own, is `mock-admin.ts`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connect, Plugin } from 'vite';
import { answerAdmin } from './mock-admin.ts';
import { mockAreas, mockCameras } from './mock-data.ts';

const SLOW_MS = 5_000;
/** Read as it is, without a dependency on the server: pages must work under the policy that it sends. */
const HEADERS_MODULE = new URL('../../server/src/http/security-headers.ts', import.meta.url).href;

export function mockApi(): Plugin {
  const middleware: Connect.NextHandleFunction = (request, response, next) => {
    void serve(request, response, next);
  };
  return {
    name: 'pantau:mock-api',
    configureServer(server) {
      server.middlewares.use(middleware);
    },
    async configurePreviewServer(server) {
      // The module's one function gives the headers as they are sent.
      const { pageHeaders } = (await import(/* @vite-ignore */ HEADERS_MODULE)) as {
        readonly pageHeaders: (facts: object) => Readonly<Record<string, string>>;
      };
      const headers = pageHeaders({ secure: false, part: 'portal', embedOrigins: [] });
      server.middlewares.use((_request, response, next) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        next();
      });
      server.middlewares.use(middleware);
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  next: Connect.NextFunction,
): Promise<void> {
  try {
    if (!(await answer(request, response))) next();
  } catch (error) {
    next(error);
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
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
  if (data === undefined) return answerAdmin(request, response, scenario);
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
