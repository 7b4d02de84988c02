/** hls.js ships no types for its light build; the API is the full one's without alternative audio, subtitles and DRM. */
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}
