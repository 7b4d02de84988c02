/** The newest still picture of a camera, as it is kept and served. */
import { createHash } from 'node:crypto';
import type { Camera, Visibility } from '../cameras/camera.ts';
import type { EncodedPicture, PictureFormat, PictureSize } from './picture.ts';

/** What is known of a kept snapshot without reading its pictures. */
export interface SnapshotFacts {
  readonly cameraId: number;
  /** When it was taken, UTC ms: its version. */
  readonly takenMs: number;
  /** Who might watch the camera then. */
  readonly visibility: Visibility;
  /** Of the camera's address then. */
  readonly source: string;
}

export interface Snapshot extends SnapshotFacts {
  readonly pictures: readonly EncodedPicture[];
}

/** A short name of where a camera's picture comes from; tells nothing of it. */
export function sourceMark({ source }: Pick<Camera, 'source'>): string {
  return createHash('sha256').update(source.url).digest('base64url').slice(0, 16);
}

/**
 * Whether a snapshot may still be shown: it is of the place that the camera shows now, and was not taken while fewer people might
 * watch. What somebody did behind a private camera does not become public with the camera.
 */
export function isStillOf(
  facts: SnapshotFacts,
  camera: Pick<Camera, 'id' | 'visibility' | 'source'>,
): boolean {
  return (
    facts.cameraId === camera.id &&
    facts.source === sourceMark(camera) &&
    (facts.visibility !== 'private' || camera.visibility === 'private')
  );
}

/** The picture of that size in that format, or in the other where there is only that. */
export function choosePicture(
  pictures: readonly EncodedPicture[],
  size: PictureSize,
  format: PictureFormat,
): EncodedPicture | undefined {
  const fitting = pictures.filter((picture) => picture.size === size);
  return fitting.find((picture) => picture.format === format) ?? fitting[0];
}
