/** The media engine that runs in this process: the default. */
import { createMediaEngine, type MediaEngine } from '@pantau/media';
import type { EngineOptions } from './context.ts';

export function createDefaultEngine(options: EngineOptions): MediaEngine {
  return createMediaEngine(options);
}
