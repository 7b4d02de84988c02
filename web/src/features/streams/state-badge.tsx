import type { StreamStateName } from '@pantau/contract/stream';
import { useText } from '../../locales/use-text.ts';
import { classNames } from '../../ui/class-names.ts';
import { StateShape } from '../../ui/state-shape.tsx';

const ON_VIDEO = {
  live: 'text-live-on-video',
  connecting: 'text-degraded-on-video',
  idle: 'text-idle-on-video',
  offline: 'text-down-on-video',
  maintenance: 'text-maintenance-on-video',
} as const satisfies Record<StreamStateName, string>;

/** A camera's state on its picture: shape, colour and word, each enough by itself. */
export function StateBadge({
  state,
  className,
}: {
  readonly state: StreamStateName;
  readonly className?: string;
}) {
  const { t } = useText();
  return (
    <span
      className={classNames(
        'inline-flex items-center gap-1.5 rounded-full bg-scrim px-2.5 py-1 text-xs font-semibold text-on-video',
        className,
      )}
    >
      <StateShape state={state} className={ON_VIDEO[state]} />
      {t(`state.${state}`)}
    </span>
  );
}
