/** Single pictures on a canvas, in a browser. */

/** Wider is more than any of our pages shows. */
const MAX_WIDTH_PX = 1920;

export function decodePicture(picture: ArrayBuffer): Promise<ImageBitmap> {
  return createImageBitmap(new Blob([picture], { type: 'image/jpeg' }));
}

/** Draws the picture no larger than the canvas is shown; its proportions stay. */
export function drawPicture(canvas: HTMLCanvasElement, picture: ImageBitmap): void {
  const shownPx = Math.max(320, Math.ceil(canvas.clientWidth * devicePixelRatio));
  const width = Math.min(picture.width, shownPx, MAX_WIDTH_PX);
  const height = Math.round((picture.height * width) / picture.width);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
}
