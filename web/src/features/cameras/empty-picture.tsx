import type { StreamStateName } from '@pantau/contract/stream';
import { CameraOff, Construction, Video } from 'lucide-react';

/** What stands in a picture's place before there is one: quiet; the words are on the card's badge. */
export function EmptyPicture({ state }: { readonly state: StreamStateName }) {
  const Icon = state === 'offline' ? CameraOff : state === 'maintenance' ? Construction : Video;
  return (
    <div className="absolute inset-0 grid place-items-center bg-raised" aria-hidden="true">
      <div className="grid size-16 place-items-center rounded-full bg-surface text-ink-soft">
        <Icon size={28} strokeWidth={1.5} />
      </div>
    </div>
  );
}
