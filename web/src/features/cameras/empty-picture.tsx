import type { StreamStateName } from '@pantau/contract/stream';
import { CameraOff, Construction, Video } from 'lucide-react';
import { useText } from '../../locales/use-text.ts';

/** What stands in a picture's place before there is one: quiet, and never a spinner without a word. */
export function EmptyPicture({
  state,
  isOpening,
}: {
  readonly state: StreamStateName;
  readonly isOpening: boolean;
}) {
  const { t } = useText();
  const Icon = state === 'offline' ? CameraOff : state === 'maintenance' ? Construction : Video;
  return (
    <div className="absolute inset-0 grid place-items-center bg-raised text-ink-soft">
      <div className="grid justify-items-center gap-2">
        <Icon size={32} strokeWidth={1.5} aria-hidden="true" />
        {isOpening && <span className="text-xs">{t('player.connecting')}</span>}
      </div>
    </div>
  );
}
