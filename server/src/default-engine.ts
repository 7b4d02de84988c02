/** The media engine that runs in this process: the default. */
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { createMediaEngine, type MediaEngine } from '@pantau/media';

export function createDefaultEngine(options: {
  readonly clock: Clock;
  readonly logger: Logger;
}): MediaEngine {
  return createMediaEngine(options);
}
