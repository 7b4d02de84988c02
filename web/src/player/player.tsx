/** The player: one camera, live, with everything a person needs around it. Every page that shows a large picture uses this one. */
import type { StreamCamera } from '@pantau/contract/stream';
import { useRef, useState, type KeyboardEvent } from 'react';
import { useText } from '../locales/use-text.ts';
import { classNames } from '../ui/class-names.ts';
import type { DeliveryMode } from './delivery-mode.ts';
import { LivePicture } from './live-picture.tsx';
import { PlayerBadge } from './player-badge.tsx';
import { PlayerControls } from './player-controls.tsx';
import { PlayerOverlay } from './player-overlay.tsx';
import { readPreferredMode, rememberPreferredMode } from './preferred-mode.ts';
import { readPreferredQuality, rememberPreferredQuality } from './preferred-quality.ts';
import type { QualityWish } from './rendition-choice.ts';
import { useFullscreen } from './use-fullscreen.ts';
import { useIdle } from './use-idle.ts';
import { PictureAge, PosterPicture } from './poster-picture.tsx';
import { usePlayer } from './use-player.ts';
import { usePoster } from './use-poster.ts';

/** A glance at another tab does not cost the connection. */
const HIDDEN_GRACE_MS = 60_000;
/** The large picture takes its column. */
const PLAYER_SIZES = '(min-width: 80rem) 60vw, 100vw';
const CHROME_HIDES_AFTER_MS = 3_000;

export interface PlayerProps {
  readonly camera: StreamCamera;
  /** Overrides the remembered way of watching. */
  readonly mode?: DeliveryMode;
  /** Told when delivery failed: a good moment to ask the server about its cameras. */
  readonly onFailed?: () => void;
}

export function Player({ camera, mode: fixedMode, onFailed }: PlayerProps) {
  const { t } = useText();
  const [chosenMode, setChosenMode] = useState(readPreferredMode);
  const mode = fixedMode ?? chosenMode;
  const [quality, setQuality] = useState(readPreferredQuality);
  const player = usePlayer({
    camera,
    isWanted: true,
    mode,
    quality,
    hiddenGraceMs: HIDDEN_GRACE_MS,
    ...(onFailed === undefined ? {} : { onFailed }),
  });
  const { snapshot, controller, videoRef, hasKept } = player;
  const anyPoster = usePoster(camera);
  // Until the first picture of the stream itself; never over one, and never beside the word "live".
  const poster = snapshot.hasPicture || hasKept || snapshot.phase === 'playing' ? undefined : anyPoster;
  const boxRef = useRef<HTMLDivElement>(null);
  const fullscreen = useFullscreen(boxRef, videoRef);
  const isIdle = useIdle(
    boxRef,
    fullscreen.isFullscreen && snapshot.phase === 'playing',
    CHROME_HIDES_AFTER_MS,
  );

  const chooseMode = (wanted: DeliveryMode) => {
    rememberPreferredMode(wanted);
    setChosenMode(wanted);
    controller?.chooseMode(wanted);
  };
  const chooseQuality = (wanted: QualityWish) => {
    rememberPreferredQuality(wanted);
    setQuality(wanted);
  };
  const togglePlay = () => {
    if (snapshot.phase === 'paused' || snapshot.phase === 'blocked') controller?.resume();
    else controller?.pause();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isControl(event.target, event.key)) return;
    if (event.key === ' ' || event.key === 'k') togglePlay();
    else if (event.key === 'f') fullscreen.toggle();
    else if (event.key === 'm') controller?.setMuted(!snapshot.isMuted);
    else return;
    event.preventDefault();
  };

  const { preferred: wanted, mode: used } = snapshot;
  const isOther = used !== undefined && used !== 'pictures' && wanted !== 'pictures' && used !== wanted;
  const fallback =
    snapshot.fallback !== undefined && isOther
      ? t(`player.fallback.${snapshot.fallback}`, {
          wanted: t(`player.mode.${wanted}`),
          used: t(`player.mode.${used}`),
        })
      : undefined;
  const { isFullscreen } = fullscreen;
  return (
    <div
      ref={boxRef}
      role="group"
      aria-label={t('player.label', { name: camera.name })}
      aria-description={t('player.keys')}
      tabIndex={0}
      onKeyDown={onKeyDown}
      data-phase={snapshot.phase}
      data-mode={snapshot.mode}
      data-rendition={snapshot.rendition}
      className={classNames(
        'relative flex flex-col bg-video text-on-video',
        isFullscreen ? 'h-full' : 'rounded-picture',
        isIdle && 'cursor-none',
      )}
    >
      <div
        className={classNames(
          'relative w-full',
          isFullscreen ? 'min-h-0 flex-1' : 'player-box overflow-hidden rounded-t-picture',
        )}
        onDoubleClick={fullscreen.toggle}
      >
        <LivePicture player={player} label={camera.name} />
        {poster !== undefined && <PosterPicture poster={poster} sizes={PLAYER_SIZES} />}
        <PlayerOverlay snapshot={snapshot} camera={camera} controller={controller} />
        <div
          className={classNames(
            'pointer-events-none absolute inset-x-3 flex items-end justify-between gap-2 transition-opacity',
            isFullscreen ? 'bottom-18' : 'bottom-3',
            isIdle && 'opacity-0',
          )}
        >
          {poster === undefined ? <PlayerBadge snapshot={snapshot} /> : <PictureAge ageS={poster.ageS} />}
          {isFullscreen && (
            <span className="rounded-full bg-scrim px-3 py-1 font-display text-sm font-semibold">
              {camera.name}
            </span>
          )}
        </div>
      </div>
      <div
        className={classNames(
          isFullscreen && 'absolute inset-x-0 bottom-0 bg-scrim transition-opacity',
          isIdle && 'pointer-events-none opacity-0',
        )}
      >
        {fallback !== undefined && (
          <p role="status" className="px-3 pt-2 text-xs text-on-video-soft">
            {fallback}
          </p>
        )}
        <PlayerControls
          snapshot={snapshot}
          controller={controller}
          mode={mode}
          addresses={camera.streams}
          onChooseMode={chooseMode}
          quality={
            camera.renditions.length > 1 && used !== 'webrtc'
              ? {
                  renditions: camera.renditions,
                  wanted: quality,
                  used: snapshot.rendition,
                  onChoose: chooseQuality,
                }
              : undefined
          }
          isFullscreen={isFullscreen}
          onToggleFullscreen={fullscreen.toggle}
          onTogglePip={
            document.pictureInPictureEnabled && used !== 'pictures'
              ? () => togglePip(videoRef.current)
              : undefined
          }
        />
      </div>
    </div>
  );
}

/** A focused control answers the space bar itself. */
function isControl(target: EventTarget, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.matches('input, select, textarea') || (key === ' ' && target.closest('button, a') !== null);
}

function togglePip(video: HTMLVideoElement | null): void {
  if (video === null) return;
  const change =
    document.pictureInPictureElement === video
      ? document.exitPictureInPicture()
      : video.requestPictureInPicture();
  // Refused without a picture or a gesture: nothing changes, nothing to say.
  change.catch(() => {});
}
