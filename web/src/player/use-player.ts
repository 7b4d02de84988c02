/** A player for one camera, as React knows it: refs for the element and the kept picture, a snapshot, and the controller's commands. */
import type { StreamCamera } from '@pantau/contract/stream';
import { useEffect, useRef, useState, useSyncExternalStore, type RefObject } from 'react';
import { browserClock } from '../lib/clock.ts';
import { readDeviceFacts } from '../lib/device-class.ts';
import type { DeliveryMode, SessionMode } from './delivery-mode.ts';
import { keepPicture } from './keep-picture.ts';
import { canDecode, openBrowserSession, readCapabilities } from './open-session.ts';
import { watchPage } from './page-lifecycle.ts';
import { PlayerController } from './player-controller.ts';
import type { PlayerSnapshot } from './player-snapshot.ts';
import type { QualityWish } from './rendition-choice.ts';

export interface UsePlayerOptions {
  readonly camera: StreamCamera;
  readonly isWanted: boolean;
  readonly mode: DeliveryMode;
  /** Default: by itself. */
  readonly quality?: QualityWish;
  /** How long a hidden tab goes on, ms. */
  readonly hiddenGraceMs: number;
  /** Told when a session failed: a good moment to ask the server about its cameras. */
  readonly onFailed?: () => void;
}

export interface PlayerHandle {
  readonly videoRef: RefObject<HTMLVideoElement | null>;
  readonly canvasRef: RefObject<HTMLCanvasElement | null>;
  readonly snapshot: PlayerSnapshot;
  readonly controller: PlayerController | undefined;
  /** The canvas holds a picture. */
  readonly hasKept: boolean;
}

const NOTHING: PlayerSnapshot = {
  phase: 'off',
  mode: undefined,
  preferred: 'hls',
  fallback: undefined,
  trouble: undefined,
  retryInS: undefined,
  hasPicture: false,
  staleForS: undefined,
  latencyS: undefined,
  hasAudio: false,
  isMuted: true,
  rendition: undefined,
  aspect: undefined,
};

export function usePlayer({
  camera,
  isWanted,
  mode: chosenMode,
  quality = 'auto',
  hiddenGraceMs,
  onFailed,
}: UsePlayerOptions): PlayerHandle {
  const mode = possibleMode(chosenMode, camera);
  const videoRef = useRef<HTMLVideoElement>(null);
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const [controller, setController] = useState<PlayerController>();
  const [hasKept, setHasKept] = useState(false);
  // What a new controller starts from; later changes reach it by the effects below.
  const start = useRef({ camera, mode, quality, onFailed });
  useEffect(() => {
    start.current = { camera, mode, quality, onFailed };
  });

  const { stream_key: streamKey } = camera;
  useEffect(() => {
    const video = videoRef.current;
    const canvas = canvasRef.current;
    if (video === null || canvas === null) return;
    const opened = new PlayerController({
      video,
      clock: browserClock,
      random: Math.random,
      capabilities: readCapabilities(),
      preferred: start.current.mode,
      isMuted: true,
      addresses: start.current.camera.streams,
      camera: start.current.camera.state,
      renditions: start.current.camera.renditions,
      quality: start.current.quality,
      isSavingData: readDeviceFacts().isSavingData,
      canDecode,
      openSession: (request) => openBrowserSession(request, { canvas, onDrawn: () => setHasKept(true) }),
      keepPicture: () => {
        if (keepPicture(video, canvas)) setHasKept(true);
      },
      onFailed: () => start.current.onFailed?.(),
    });
    const unwatch = watchPage(opened, {
      page: document,
      scope: window,
      clock: browserClock,
      graceMs: hiddenGraceMs,
      mayGoOnHidden: () =>
        document.pictureInPictureElement === video || (!video.muted && opened.getSnapshot().hasAudio),
    });
    setController(opened);
    return () => {
      unwatch();
      opened.close();
      setController(undefined);
      setHasKept(false);
    };
  }, [streamKey, hiddenGraceMs]);

  const { state, streams, renditions } = camera;
  useEffect(
    () => controller?.setCamera(state, streams, renditions),
    [controller, state, streams, renditions],
  );
  useEffect(() => controller?.chooseQuality(quality), [controller, quality]);
  useEffect(() => {
    if (isWanted) controller?.start();
    else controller?.stop();
  }, [controller, isWanted]);
  useEffect(() => {
    if (controller !== undefined && controller.getSnapshot().preferred !== mode) controller.chooseMode(mode);
  }, [controller, mode]);

  const snapshot = useSyncExternalStore(
    controller?.subscribe ?? subscribeToNothing,
    controller?.getSnapshot ?? getNothing,
  );
  return { videoRef, canvasRef, snapshot, controller, hasKept };
}

/** What the server's list says of how the stream is to be had spares a player the asking. */
function possibleMode(chosen: DeliveryMode, { delivery }: StreamCamera): SessionMode {
  if (delivery === 'pictures') return 'pictures';
  return delivery === 'relay' ? 'hls' : chosen;
}

function subscribeToNothing(): () => void {
  return () => {};
}

function getNothing(): PlayerSnapshot {
  return NOTHING;
}
