import type { StreamCamera } from '@pantau/contract/stream';
import { Play, RotateCw } from 'lucide-react';
import { formatMoment } from '../lib/format.ts';
import { codecName } from '../lib/codec-name.ts';
import { useText } from '../locales/use-text.ts';
import { useNow } from '../ui/use-now.ts';
import { useOnline } from '../ui/use-online.ts';
import type { PlayerController } from './player-controller.ts';
import type { PlayerSnapshot } from './player-snapshot.ts';
import { troubleWords } from './trouble-words.ts';

export interface PlayerOverlayProps {
  readonly snapshot: PlayerSnapshot;
  readonly camera: StreamCamera;
  readonly controller: PlayerController | undefined;
}

/** Words over the picture while there is no moving one: what is wrong, what happens next, and a button where a person is needed. */
export function PlayerOverlay({ snapshot, camera, controller }: PlayerOverlayProps) {
  const { t } = useText();
  const { phase, trouble } = snapshot;
  if (phase === 'playing' || phase === 'off') return null;
  if (trouble !== undefined) return <TroubleCard {...{ snapshot, camera, controller, trouble }} />;
  if (phase === 'paused' || phase === 'blocked') {
    return (
      <button
        type="button"
        onClick={() => controller?.resume()}
        className="absolute inset-0 grid place-items-center text-on-video"
      >
        <span className="flex min-h-14 items-center gap-2.5 rounded-full bg-scrim py-3 pr-6 pl-5 text-base font-semibold">
          <Play size={24} fill="currentColor" aria-hidden="true" />
          {t(phase === 'blocked' ? 'player.blocked' : 'player.play')}
        </span>
      </button>
    );
  }
  if (phase === 'stalled') return null;
  return (
    <div className="pointer-events-none absolute inset-0 grid place-items-center p-4">
      <p
        role="status"
        className="flex items-center gap-2.5 rounded-full bg-scrim px-4 py-2 text-sm text-on-video"
      >
        <span
          className="size-4 animate-spin rounded-full border-2 border-on-video/30 border-t-on-video"
          aria-hidden="true"
        />
        {t(phase === 'opening' ? 'player.connecting' : 'player.retrying')}
      </p>
    </div>
  );
}

function TroubleCard({
  snapshot,
  camera,
  controller,
  trouble,
}: PlayerOverlayProps & { readonly trouble: NonNullable<PlayerSnapshot['trouble']> }) {
  const { t, language } = useText();
  const nowMs = useNow(30_000);
  const hasNetwork = useOnline();
  const isDown = camera.state === 'offline';
  const sinceMs = isDown && camera.state_since !== null ? Date.parse(camera.state_since) : undefined;
  const { title, hint, values, needsPerson } = troubleWords(trouble, {
    offlineSince: sinceMs === undefined ? undefined : formatMoment(sinceMs, nowMs, camera.timezone, language),
    reasonCode: camera.reason?.code,
    codec: codecName(camera.video?.codec_string ?? camera.video_codec ?? undefined),
    hasNetwork,
  });
  const next = nextStep(snapshot);
  return (
    <div className="absolute inset-0 grid place-items-center overflow-auto p-2 pb-11 sm:p-3">
      <div
        role="status"
        className="grid max-w-md justify-items-center gap-1 rounded-picture sm:gap-1.5 bg-scrim px-4 py-2.5 text-center sm:px-5 sm:py-4"
      >
        <p className="text-sm font-semibold text-balance text-on-video sm:text-base">{t(title, values)}</p>
        {hint !== undefined && (
          <p className="text-xs text-balance text-on-video-soft sm:text-sm">{t(hint)}</p>
        )}
        {next !== undefined && (
          <p className="text-xs text-on-video-soft sm:text-sm" aria-hidden="true">
            {next === 'soon' ? t('player.retrying') : t('player.retryIn', { seconds: next })}
          </p>
        )}
        {needsPerson && (
          <button
            type="button"
            onClick={() => controller?.retry()}
            className="mt-2 inline-flex min-h-11 items-center gap-2 rounded-control bg-on-video px-5 text-base font-semibold text-video"
          >
            <RotateCw size={18} aria-hidden="true" />
            {t('player.retry')}
          </button>
        )}
      </div>
    </div>
  );
}

function nextStep({ phase, retryInS }: PlayerSnapshot): number | 'soon' | undefined {
  if (phase === 'waiting') return retryInS;
  return phase === 'opening' || phase === 'stalled' ? 'soon' : undefined;
}
