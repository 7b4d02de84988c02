import type { ClipVideo } from './clip.ts';

/** Something drawn live into a clip, by replacing the first slice of each picture. One overlay serves one mount. */
export interface PictureOverlay {
  /** True for the clip it was made for: after a change of clip the pictures go out as they are. */
  fits(video: ClipVideo): boolean;
  /**
   * The NAL unit that takes the place of the first slice. Called once per picture, in order; an IDR picture redraws all.
   * @param wallMs the time to show, UTC ms.
   */
  slice(pictureIndex: number, wallMs: number): Buffer;
}
