/** Opening a source that may have to be given up. */
import { abortReason } from '@pantau/base/clock';
import type { MediaSource } from '../source.ts';

/** A promise that rejects with the signal's reason; dispose it so that a long-lived signal does not collect listeners. */
export function abortion(signal: AbortSignal): {
  readonly promise: Promise<never>;
  [Symbol.dispose](): void;
} {
  let onAbort = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    onAbort = () => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  promise.catch(() => undefined);
  return { promise, [Symbol.dispose]: () => signal.removeEventListener('abort', onAbort) };
}

/** `opening`, or a failure of `aborted` when that comes first; a source that opens afterwards is closed again. */
export async function orAborted(
  opening: Promise<MediaSource>,
  aborted: Promise<never>,
): Promise<MediaSource> {
  let isAbandoned = false;
  opening.then(
    (source) => {
      if (!isAbandoned) return;
      source.ended.catch(() => undefined);
      source.close().catch(() => undefined);
    },
    () => undefined,
  );
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    isAbandoned = true;
    throw error;
  }
}
