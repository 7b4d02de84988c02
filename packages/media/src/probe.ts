import { abortReason, deadline, type Clock, type Timer } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { MediaError } from './media-error.ts';
import type { ProbeReport } from './probe-report.ts';
import { judgeTracks, RELAY_VERDICT } from './probe-verdict.ts';
import type { MediaSource, OpenSource } from './source.ts';
import type { SourceDefinition } from './source-definition.ts';
import { StreamMeter } from './stream/stream-meter.ts';

export interface ProbeOptions {
  readonly source: SourceDefinition;
  readonly openSource: OpenSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ms for everything. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Looking longer than this after the first key frame tells nothing new, ms. */
const LOOK_MS = 5_000;
/** Key frames after which size, rate and distance are known: two whole groups of pictures. */
const ENOUGH_KEYFRAMES = 3;
/** What closing the camera's session may cost of the time, ms. */
const CLOSE_RESERVE_MS = 1_000;

/**
 * Opens a source once, watches it for a few seconds, closes it and says what it is.
 * @throws MediaError when it cannot be opened or shows no key frame before the timeout.
 */
export async function probeSource(options: ProbeOptions): Promise<ProbeReport> {
  const { source, openSource, clock, logger, timeoutMs } = options;
  const startedMs = clock.monotonic();
  const meter = new StreamMeter();
  const enough = Promise.withResolvers<void>();
  let keyframes = 0;
  let lookTimer: Timer | undefined;
  let firstKeyframeAfterMs: number | undefined;
  let isRelay = false;
  using whole = deadline(
    clock,
    Math.max(1, timeoutMs - CLOSE_RESERVE_MS),
    () => new MediaError('SOURCE_TIMEOUT', 'the camera did not answer in time'),
    options.signal,
  );
  const opening = openSource({
    source,
    clock,
    logger,
    signal: whole.signal,
    onEvent: (event) => {
      if (event.type === 'relay') {
        isRelay = true;
        enough.resolve();
      }
      if (event.type === 'config') meter.setConfig(event.config);
      if (event.type !== 'sample') return;
      meter.addSample(event.sample);
      if (event.sample.kind !== 'video' || !event.sample.keyframe) return;
      firstKeyframeAfterMs ??= Math.round(clock.monotonic() - startedMs);
      if (++keyframes === 1) lookTimer = clock.setTimer(LOOK_MS, () => enough.resolve(), { unref: true });
      if (keyframes >= ENOUGH_KEYFRAMES) enough.resolve();
    },
  });
  const opened = await untilAborted(opening, whole.signal);
  try {
    const ended = opened.ended.then(() => {
      throw new MediaError('SOURCE_CLOSED', 'the camera ended the stream');
    });
    await untilAborted(Promise.race([enough.promise, ended]), whole.signal);
  } catch (error) {
    // A look cut short still tells something, once a picture was seen, unless the caller gave up.
    if (keyframes === 0 || options.signal?.aborted) throw noPicture(error);
  } finally {
    lookTimer?.cancel();
    opened.ended.catch(() => undefined);
    using limit = deadline(clock, CLOSE_RESERVE_MS, () => new MediaError('SOURCE_TIMEOUT', 'no goodbye'));
    await untilAborted(opened.close(), limit.signal).catch(() => undefined);
  }
  const seen = report(opened, meter, firstKeyframeAfterMs, source.audio !== false);
  return isRelay ? { ...seen, verdict: RELAY_VERDICT } : seen;
}

function report(
  { server, tracks, path }: MediaSource,
  meter: StreamMeter,
  firstKeyframeAfterMs: number | undefined,
  wantsAudio: boolean,
): ProbeReport {
  const { video, audio, bitrate } = meter;
  return {
    server,
    tracks,
    path,
    video: video && { ...video, bFrames: meter.hasReordering },
    audio,
    bitrate,
    firstKeyframeAfterMs,
    verdict: judgeTracks(video, audio, tracks, wantsAudio),
  };
}

function noPicture(error: unknown): unknown {
  if (!(error instanceof MediaError) || error.code !== 'SOURCE_TIMEOUT') return error;
  return new MediaError(
    'NO_KEYFRAME',
    'The camera accepted the session but sent no complete picture in time',
    { cause: error },
  );
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  if (signal.aborted) throw abortReason(signal);
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(abortReason(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
