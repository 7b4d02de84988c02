import { defineConfig } from 'vitest/config';

/**
 * Two projects: `unit` runs beside the code in seconds and uses virtual time; `e2e` starts the real server, independent
 * RTSP servers and a browser, one file at a time.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          // Files share a process: nothing here changes global state, and it takes half the time.
          isolate: false,
          setupFiles: ['tools/fuzz-setup.ts'],
          include: [
            'packages/*/src/**/*.test.ts',
            'server/src/**/*.test.ts',
            'tools/**/*.test.ts',
            'web/**/*.test.{ts,tsx}',
          ],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          fileParallelism: false,
          // These measure real time on machines that others use too; a second try is shown in the output. Unit tests get none.
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
