/** A source worker that fails when it is told to open `rtsp://fail.invalid/`: as a bug or exhausted memory would. */
import { parentPort } from 'node:worker_threads';
import type { WorkerRequest } from './worker-protocol.ts';
import './source-worker.ts';

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.type === 'open' && request.source.url.includes('fail.invalid'))
    throw new Error('failing as told');
});
