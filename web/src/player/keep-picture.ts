/** Draws the video's present picture into a canvas, so that something true stays on screen while the element is emptied. */
const MAX_WIDTH_PX = 960;

/** Returns whether there was a picture to keep. */
export function keepPicture(video: HTMLVideoElement, canvas: HTMLCanvasElement): boolean {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA)
    return false;
  const scale = Math.min(1, MAX_WIDTH_PX / videoWidth);
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  const context = canvas.getContext('2d');
  if (context === null) return false;
  try {
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return true;
  } catch {
    // A stream from another origin without CORS may be seen, not copied.
    return false;
  }
}
