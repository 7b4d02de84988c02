/** The slice of Media Source Extensions that the player uses, so that tests can stand in for it, and the browser's own. */
export interface TimeRangesLike {
  readonly length: number;
  start(index: number): number;
  end(index: number): number;
}

export interface SourceBufferLike extends EventTarget {
  readonly updating: boolean;
  readonly buffered: TimeRangesLike;
  appendBuffer(data: BufferSource): void;
  remove(startS: number, endS: number): void;
  changeType(mime: string): void;
}

export interface MediaSourceLike extends EventTarget {
  readonly readyState: string;
  addSourceBuffer(mime: string): SourceBufferLike;
}

export interface MediaSourceMaker {
  isTypeSupported(mime: string): boolean;
  create(): MediaSourceLike;
  /** Makes the element play `source`. Returns how to let go of it. */
  attach(video: HTMLVideoElement, source: MediaSourceLike): () => void;
}

type MediaSourceClass = typeof MediaSource;

// ManagedMediaSource (iPhone since iOS 17.1) is not in TypeScript's DOM library; it is a MediaSource that may drop old data by itself.
function findMediaSourceClass(): MediaSourceClass | undefined {
  const scope = globalThis as { ManagedMediaSource?: MediaSourceClass; MediaSource?: MediaSourceClass };
  return scope.MediaSource ?? scope.ManagedMediaSource;
}

/** The browser's MediaSource or ManagedMediaSource; undefined where there is neither. */
export function findMediaSourceMaker(): MediaSourceMaker | undefined {
  const found = findMediaSourceClass();
  if (found === undefined) return undefined;
  return {
    isTypeSupported: (mime) => found.isTypeSupported(mime),
    create: () => new found(),
    attach(video, source) {
      // `create` made it: a real MediaSource.
      const url = URL.createObjectURL(source as MediaSource);
      // A managed source may not open while the element could be played on another device.
      video.disableRemotePlayback = true;
      video.src = url;
      return () => URL.revokeObjectURL(url);
    },
  };
}
