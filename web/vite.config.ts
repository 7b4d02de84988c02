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
            },
          }),
    },
    preview: { host: '127.0.0.1', port: 4173 },
    build: {
      rolldownOptions: { input: [page('index.html'), page('admin.html')] },
      outDir: 'dist',
      emptyOutDir: true,
      // Inlined data: URLs would need wider content security rules than the portal asks for.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      manifest: true,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 600,
    },
  };
});

function page(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
