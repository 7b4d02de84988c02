/**
 * The renditions of a camera: its main picture, and the same picture smaller where the camera has a sub stream. Both live
 * under the camera's key; the files of the sub carry a prefix, so that whoever guards the key guards both.
 */
import type { StreamConfig } from '../sample.ts';

export const RENDITION_NAMES = ['main', 'sub'] as const;
export type RenditionName = (typeof RENDITION_NAMES)[number];

/** Asks the camera of a rendition for a key frame, where it can be asked; nothing tells whether one comes. */
export type AskForKeyframe = (key: string, rendition: RenditionName) => void;

const SUB_PREFIX = 'sub-';

/** What the names of a rendition's files begin with. */
export function filePrefix(rendition: RenditionName): string {
  return rendition === 'sub' ? SUB_PREFIX : '';
}

/** Whose file `name` is, and its name without the prefix. */
export function splitFileName(name: string): { readonly rendition: RenditionName; readonly name: string } {
  return name.startsWith(SUB_PREFIX)
    ? { rendition: 'sub', name: name.slice(SUB_PREFIX.length) }
    : { rendition: 'main', name };
}

/** What a multivariant playlist says of a rendition; remembered while it sleeps. */
export interface RenditionFacts {
  readonly config: StreamConfig;
  /** Bits per second of the largest segment, and of all. */
  readonly peakBitrate: number;
  readonly averageBitrate: number;
  /** Measured; undefined until two key frames were seen. */
  readonly fps: number | undefined;
  /** Distance of key frames, ms, measured. */
  readonly gopMs: number | undefined;
}
