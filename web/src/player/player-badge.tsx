import { StateShape } from '../ui/state-shape.tsx';
import { formatDecimal, splitAge } from '../lib/format.ts';
import { useText } from '../locales/use-text.ts';
import type { PlayerSnapshot } from './player-snapshot.ts';

/** Says on the picture whether it is live and how far behind, or how old it is. Never "live" for a picture that stands still. */
export function PlayerBadge({ snapshot }: { readonly snapshot: PlayerSnapshot }) {
  const { t, language } = useText();
  const { phase, staleForS, latencyS } = snapshot;
  if (staleForS !== undefined) {
    const { unit, count } = splitAge(staleForS);
    return (
      <Badge>
        <StateShape state="connecting" className="text-degraded-on-video" />
        {t('player.stale', { age: t(`age.${unit}`, { count }) })}
      </Badge>
    );
  }
  if (phase === 'stalled') {
    return (
      <Badge>
        <StateShape state="connecting" className="text-degraded-on-video" />
        {t('player.waiting')}
      </Badge>
    );
  }
  if (phase !== 'playing') return null;
  const seconds = latencyS === undefined ? undefined : formatDecimal(Math.max(0.1, latencyS), language);
  return (
    <Badge title={seconds === undefined ? undefined : t('player.live.behind', { seconds })}>
      <StateShape state="live" className="text-live-on-video" />
      {t('player.live')}
      {seconds !== undefined && (
        <span className="font-normal text-on-video-soft" aria-hidden="true">
          {t('player.behind', { seconds })}
        </span>
      )}
    </Badge>
  );
}

function Badge({
  children,
  title,
}: {
  readonly children: React.ReactNode;
  readonly title?: string | undefined;
}) {
  return (
    <span
      title={title}
      className="inline-flex items-center gap-1.5 rounded-full bg-scrim px-2.5 py-1 text-xs font-semibold text-on-video"
    >
      {children}
    </span>
  );
}
