import { Maximize, Minimize, Pause, PictureInPicture2, Play, Volume2, VolumeX } from 'lucide-react';
import { useText } from '../locales/use-text.ts';
import { IconButton } from '../ui/icon-button.tsx';
import type { DeliveryMode } from './delivery-mode.ts';
import type { StreamAddresses } from './delivery-session.ts';
import { ModeMenu } from './mode-menu.tsx';
import type { PlayerController } from './player-controller.ts';
import type { PlayerSnapshot } from './player-snapshot.ts';
import type { QualityChoicesProps } from './quality-choices.tsx';

export interface PlayerControlsProps {
  readonly snapshot: PlayerSnapshot;
  readonly controller: PlayerController | undefined;
  readonly mode: DeliveryMode;
  readonly addresses: StreamAddresses;
  readonly onChooseMode: (mode: DeliveryMode) => void;
  /** Undefined for a camera of one size. */
  readonly quality: QualityChoicesProps | undefined;
  readonly isFullscreen: boolean;
  readonly onToggleFullscreen: () => void;
  /** Undefined where the browser has no floating picture. */
  readonly onTogglePip: (() => void) | undefined;
}

/** The one row of controls: play, sound, how to watch, floating picture, full screen. */
export function PlayerControls(props: PlayerControlsProps) {
  const { snapshot, controller, mode, addresses, onChooseMode, quality } = props;
  const { isFullscreen, onToggleFullscreen, onTogglePip } = props;
  const { t } = useText();
  const isPaused = snapshot.phase === 'paused' || snapshot.phase === 'blocked';
  return (
    <div className="relative flex items-center gap-0.5 px-1.5 py-1">
      <IconButton
        tone="video"
        label={t(isPaused ? 'player.play' : 'player.pause')}
        onClick={() => (isPaused ? controller?.resume() : controller?.pause())}
      >
        {isPaused ? <Play size={20} aria-hidden="true" /> : <Pause size={20} aria-hidden="true" />}
      </IconButton>
      {snapshot.hasAudio && (
        <IconButton
          tone="video"
          label={t(snapshot.isMuted ? 'player.unmute' : 'player.mute')}
          onClick={() => controller?.setMuted(!snapshot.isMuted)}
        >
          {snapshot.isMuted ? (
            <VolumeX size={20} aria-hidden="true" />
          ) : (
            <Volume2 size={20} aria-hidden="true" />
          )}
        </IconButton>
      )}
      <span className="flex-1" />
      {snapshot.mode !== 'pictures' && (
        <ModeMenu
          wanted={mode}
          used={snapshot.mode}
          addresses={addresses}
          onChoose={onChooseMode}
          quality={quality}
        />
      )}
      {onTogglePip !== undefined && (
        <IconButton tone="video" label={t('player.pip')} onClick={onTogglePip}>
          <PictureInPicture2 size={20} aria-hidden="true" />
        </IconButton>
      )}
      <IconButton
        tone="video"
        label={t(isFullscreen ? 'player.fullscreen.exit' : 'player.fullscreen')}
        onClick={onToggleFullscreen}
      >
        {isFullscreen ? <Minimize size={20} aria-hidden="true" /> : <Maximize size={20} aria-hidden="true" />}
      </IconButton>
    </div>
  );
}
