/**
 * Builds the portal and the administration to `web/dist`, and serves them while developing: API, media and health go to the server on port 3000.
 * `vite --mode mock` needs no server: `dev/mock-api.ts` answers instead.
 */
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { adminPage } from './build/admin-page.ts';
import { compileCatalogs } from './build/compile-catalogs.ts';
import { precompress } from './build/precompress.ts';
import { preloadFont } from './build/preload-font.ts';
import { mockApi } from './dev/mock-api.ts';

const SERVER = process.env['PANTAU_DEV_SERVER'] ?? 'http://127.0.0.1:3000';

export default defineConfig(({ command, mode }) => {
  const isMock = mode === 'mock';
  // A NODE_ENV left in the environment (a test runner's, a shell's) would put React's development build, twice the size, on the page.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    root: fileURLToPath(new URL('.', import.meta.url)),
    plugins: [
      adminPage(),
      compileCatalogs(),
      react(),
      tailwindcss(),
      preloadFont(),
      precompress(),
      ...(isMock ? [mockApi()] : []),
    ],
    server: {
      host: '127.0.0.1',
      port: 5173,
      ...(isMock
        ? {}
        : {
            proxy: {
              '/api': SERVER,
              '/hls': SERVER,
              '/health': SERVER,
              '/mse': { target: SERVER, ws: true },
              '/whep': SERVER,
            },
          }),
    },
    preview: { host: '127.0.0.1', port: 4173 },
    build: {
      outDir: 'dist',
      // Inlined data: URLs would need wider content security rules than the portal asks for.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      // The estimator of passwords is mostly dictionaries, and comes only when somebody chooses a password.
      chunkSizeWarningLimit: 2_000,
    },
    // Each page is a build of its own: they share no file, so the portal never carries what only the administration needs.
    environments: {
      client: {
        build: {
          emptyOutDir: true,
          manifest: '.vite/portal.json',
          rolldownOptions: { input: page('index.html') },
        },
      },
      admin: {
        consumer: 'client',
        build: {
          emptyOutDir: false,
          copyPublicDir: false,
          manifest: '.vite/admin.json',
          rolldownOptions: { input: page('admin.html') },
        },
      },
    },
    builder: {
      async buildApp(builder) {
        for (const name of ['client', 'admin']) {
          const environment = builder.environments[name];
          if (environment !== undefined) await builder.build(environment);
        }
      },
    },
  };
});

function page(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
