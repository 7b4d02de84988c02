/**
 * Builds the portal to `web/dist`, and serves it while developing: API, media and health go to the server on port 3000.
 * `vite --mode mock` needs no server: `dev/mock-api.ts` answers instead.
 */
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
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
    build: {
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
