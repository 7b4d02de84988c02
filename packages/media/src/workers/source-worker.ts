/** The program of a source worker thread: `SourceHost` between this thread's port and its event loop. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@pantau/base/clock';
import { openRtspSource } from '../rtsp-source.ts';
import { SourceHost } from './source-host.ts';
import { ANSWER, SHARED, type WorkerReply, type WorkerRequest, type WorkerSetup } from './worker-protocol.ts';

/** How long the main thread may take to say whether an address is allowed; a refusal otherwise, and the next attempt asks again. */
const ANSWER_LIMIT_MS = 5_000;
/** How long events are collected: each message wakes the main thread. */
const BATCH_MS = 8;

if (parentPort === null) throw new Error('this file runs as a worker thread');
const port = parentPort;
// The only one who starts this file is `SourceWorker`, with exactly this shape.
const { shared } = workerData as WorkerSetup;
const numbers = new Int32Array(shared);

const host = new SourceHost({
  openSource: openRtspSource,
  clock: systemClock,
  isAddressAllowed,
  post: (reply, transfer) => port.postMessage(reply, transfer),
  handledBatches: () => Atomics.load(numbers, SHARED.handledBatches),
  defer: (callback) => void systemClock.setTimer(BATCH_MS, callback),
});

port.on('message', (request: WorkerRequest) => host.take(request));

/**
 * The rule lives on the main thread and is asked inside name resolution, where the answer must be at hand. Waiting stops
 * this thread for one turn of the main thread's loop, once per connection.
 */
function isAddressAllowed(address: string, portNumber: number): boolean {
  Atomics.store(numbers, SHARED.answer, ANSWER.none);
  port.postMessage({ type: 'address', address, port: portNumber } satisfies WorkerReply);
  Atomics.wait(numbers, SHARED.answer, ANSWER.none, ANSWER_LIMIT_MS);
  return Atomics.load(numbers, SHARED.answer) === ANSWER.allowed;
}
