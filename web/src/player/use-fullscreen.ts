import { useEffect, useState, type RefObject } from 'react';

// iPhones put only the <video> itself into full screen, by a method of their own.
interface AppleVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
}

/** Full screen of `box` where the browser can, of the bare video on iPhones. */
export function useFullscreen(
  box: RefObject<HTMLElement | null>,
  video: RefObject<HTMLVideoElement | null>,
): { readonly isFullscreen: boolean; readonly toggle: () => void } {
  const [isFullscreen, setIsFullscreen] = useState(false);
  useEffect(() => {
    const onChange = () =>
      setIsFullscreen(document.fullscreenElement !== null && document.fullscreenElement === box.current);
    document.addEventListener('fullscreenchange', onChange);
    return () => document.removeEventListener('fullscreenchange', onChange);
  }, [box]);
  const toggle = () => {
    if (document.fullscreenElement !== null && document.fullscreenElement !== undefined) {
      void document.exitFullscreen();
      return;
    }
    const element = box.current;
    if (element !== null && typeof element.requestFullscreen === 'function') {
      // Refused (no gesture, a policy): the page stays as it is.
      element.requestFullscreen().catch(() => {});
      return;
    }
    const apple: AppleVideo | null = video.current;
    apple?.webkitEnterFullscreen?.();
  };
  return { isFullscreen, toggle };
}
