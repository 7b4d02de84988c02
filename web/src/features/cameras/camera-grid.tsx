import type { StreamCamera } from '@pantau/contract/stream';
import { CameraCard } from './camera-card.tsx';

const GRID = 'grid grid-cols-1 gap-x-5 gap-y-7 sm:grid-cols-2 xl:grid-cols-3 min-[110rem]:grid-cols-4';

export function CameraGrid({ cameras }: { readonly cameras: readonly StreamCamera[] }) {
  return (
    <ul className={GRID}>
      {cameras.map((camera) => (
        <li key={camera.id}>
          <CameraCard camera={camera} />
        </li>
      ))}
    </ul>
  );
}

/** The grid's shape while the list is on its way: what comes takes the same place. */
export function CameraGridSkeleton() {
  return (
    <ul className={GRID} aria-hidden="true">
      {Array.from({ length: 6 }, (_, index) => (
        <li key={index} className="grid animate-pulse gap-2.5">
          <div className="aspect-video rounded-picture bg-raised" />
          <div className="h-5 w-2/3 rounded bg-raised" />
          <div className="h-4 w-2/5 rounded bg-raised" />
        </li>
      ))}
    </ul>
  );
}
