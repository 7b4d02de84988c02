import type { IncomingMessage } from 'node:http';
import type { Plugin } from 'vite';

const ADMIN_ADDRESS = /^\/admin(?:\/[^?]*)?(?:\?|$)/;

/** While developing, addresses of the administration answer with its page, as the server does (`server/src/http/static-web.ts`). */
export function adminPage(): Plugin {
  const rewrite = (request: IncomingMessage, _response: unknown, next: () => void) => {
    if (ADMIN_ADDRESS.test(request.url ?? '')) request.url = '/admin.html';
    next();
  };
  return {
    name: 'pantau:admin-page',
    configureServer(server) {
      server.middlewares.use(rewrite);
    },
    configurePreviewServer(server) {
      server.middlewares.use(rewrite);
    },
  };
}
