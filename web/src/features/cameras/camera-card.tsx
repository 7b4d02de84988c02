import type { StreamCamera, StreamStateName } from '@pantau/contract/stream';
import { Eye, MapPin } from 'lucide-react';
import { useRef, useState } from 'react';
import { Link } from 'wouter';
import { formatCount, formatMoment } from '../../lib/format.ts';
import { useText } from '../../locales/use-text.ts';
import { LivePicture } from '../../player/live-picture.tsx';
import { PictureAge, PosterPicture } from '../../player/poster-picture.tsx';
import { usePlayer } from '../../player/use-player.ts';
import { usePoster } from '../../player/use-poster.ts';
import { classNames } from '../../ui/class-names.ts';
import { useNow } from '../../ui/use-now.ts';
import { StateBadge } from '../streams/state-badge.tsx';
import { cameraPath } from './camera-path.ts';
import { EmptyPicture } from './empty-picture.tsx';
import { shownState } from './shown-state.ts';
import { usePreviewTurn } from './use-preview-turn.ts';
import { VisibilityBadge } from './visibility-badge.tsx';

/** Widths of a card, by the columns of the grid (`camera-grid.tsx`). */
const CARD_SIZES = '(min-width: 110rem) 22vw, (min-width: 80rem) 27vw, (min-width: 40rem) 45vw, 92vw';

/** A camera in the list: its picture (moving while it has its turn), state, name, place, and who watches. */
export function CameraCard({
  camera,
  headingLevel = 'h3',
}: {
  readonly camera: StreamCamera;
  readonly headingLevel?: 'h2' | 'h3';
}) {
  const { t, language } = useText();
  const boxRef = useRef<HTMLElement>(null);
  const hasTurn = usePreviewTurn(camera.id, boxRef, camera.state !== 'maintenance');
  const mode = usePreviewMode(camera.state, hasTurn);
  const player = usePlayer({ camera, isWanted: hasTurn, mode, hiddenGraceMs: 0 });
  const { snapshot, hasKept } = player;
  const isMoving = snapshot.phase === 'playing';
  const hasSomething = isMoving || hasKept || snapshot.phase === 'stalled';
  const poster = usePoster(camera);
  const shownPoster = hasSomething ? undefined : poster;
  const isFresh = hasSomething && snapshot.staleForS === undefined;
  const ageS = shownPoster?.ageS ?? (hasKept ? snapshot.staleForS : undefined);
  const Heading = headingLevel;
  return (
    <article
      ref={boxRef}
      aria-labelledby={`camera-${camera.id}`}
      data-camera={camera.id}
      data-phase={snapshot.phase}
      className="group relative grid grid-cols-1 content-start gap-2.5"
    >
      <div
        className={classNames(
          'relative aspect-video overflow-hidden rounded-picture shadow-one',
          hasSomething || shownPoster !== undefined ? 'bg-video' : 'bg-raised',
          'outline-2 outline-offset-2 outline-transparent transition-[outline-color] group-hover:outline-accent',
        )}
      >
        <LivePicture player={player} label={camera.name} />
        {shownPoster !== undefined && <PosterPicture poster={shownPoster} sizes={CARD_SIZES} isLazy />}
        {!hasSomething && shownPoster === undefined && <EmptyPicture state={camera.state} />}
        {/* At the bottom: cameras write their own name and clock along the top. */}
        <div className="absolute inset-x-2.5 bottom-2.5 flex flex-wrap items-center justify-between gap-1.5">
          <StateBadge
            state={
              isMoving ? 'live' : shownState(camera.state, isFresh, hasTurn && snapshot.phase !== 'stopped')
            }
          />
          {ageS !== undefined && <PictureAge ageS={ageS} />}
        </div>
      </div>
      <div className="grid grid-cols-1 gap-0.5 px-0.5">
        <Heading id={`camera-${camera.id}`} className="text-base leading-snug">
          <Link href={cameraPath(camera)} className="after:absolute after:inset-0 after:rounded-picture">
            {camera.name}
          </Link>
        </Heading>
        <VisibilityBadge visibility={camera.visibility} />
        <div className="flex items-start justify-between gap-3 text-sm text-ink-soft">
          <Place camera={camera} />
          {camera.viewers > 0 && (
            <span className="flex shrink-0 items-center gap-1">
              <Eye size={15} aria-hidden="true" />
              {t('cameras.watching', { count: formatCount(camera.viewers, language) })}
            </span>
          )}
        </div>
        <TroubleLine camera={camera} />
      </div>
    </article>
  );
}

/**
 * A preview of a live camera is plain HLS, which caches can share. A camera that sleeps or is down is waited for over the
 * WebSocket instead: the server holds it open and looks for the camera while somebody waits, where HLS could only ask and
 * be refused. The way is chosen before the turn, and changed within it only when there is no picture to lose.
 */
function usePreviewMode(state: StreamStateName, hasTurn: boolean): 'hls' | 'mse' {
  const [mode, setMode] = useState<'hls' | 'mse'>('hls');
  const wanted = state === 'offline' ? 'mse' : hasTurn ? mode : state === 'live' ? 'hls' : 'mse';
  if (wanted !== mode) setMode(wanted);
  return wanted;
}

function Place({ camera }: { readonly camera: StreamCamera }) {
  const place = camera.location ?? camera.area_name;
  if (place === null) return <span />;
  return (
    <span className="flex min-w-0 items-center gap-1">
      <MapPin size={15} className="shrink-0" aria-hidden="true" />
      <span className="truncate">{place}</span>
    </span>
  );
}

function TroubleLine({ camera }: { readonly camera: StreamCamera }) {
  const { t, language } = useText();
  const nowMs = useNow(60_000);
  if (camera.state === 'maintenance')
    return <p className="text-sm text-maintenance">{t('state.maintenanceNote')}</p>;
  if (camera.state !== 'offline' || camera.state_since === null) return null;
  const time = formatMoment(Date.parse(camera.state_since), nowMs, camera.timezone, language);
  return <p className="text-sm text-down">{t('state.offlineSince', { time })}</p>;
}
