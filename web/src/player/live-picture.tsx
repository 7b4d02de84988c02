import type { PlayerHandle } from './use-player.ts';
import { classNames } from '../ui/class-names.ts';

export interface LivePictureProps {
  readonly player: PlayerHandle;
  /** What the picture shows, for those who cannot see it. */
  readonly label: string;
}

/**
 * The picture itself: the moving one, and over it the kept last one while nothing moves. Always inside a box of known
 * size; fits, never stretched; grey when it is old.
 */
export function LivePicture({ player, label }: LivePictureProps) {
  const { videoRef, canvasRef, snapshot, hasKept } = player;
  const isStale = snapshot.staleForS !== undefined;
  // Single pictures are drawn on the canvas itself.
  const showsVideo =
    snapshot.mode !== 'pictures' && (snapshot.phase === 'playing' || snapshot.phase === 'stalled');
  return (
    <>
      <video
        ref={videoRef}
        aria-label={label}
        muted
        playsInline
        disableRemotePlayback
        preload="none"
        tabIndex={-1}
        className={classNames('absolute inset-0 size-full object-contain', isStale && 'picture-stale')}
      />
      <canvas
        ref={canvasRef}
        aria-hidden="true"
        className={classNames(
          'pointer-events-none absolute inset-0 size-full object-contain',
          isStale && 'picture-stale',
          (showsVideo || !hasKept) && 'invisible',
        )}
      />
    </>
  );
}
