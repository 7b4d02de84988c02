import type { StreamStateName } from '@pantau/contract/stream';
import { classNames } from './class-names.ts';

/** ● live · ◐ connecting · ▲ no picture · ■ maintenance · ○ idle: each state has a shape of its own, for those who see no colour. */
export function StateShape({
  state,
  className,
}: {
  readonly state: StreamStateName;
  readonly className?: string;
}) {
  return (
    <svg
      viewBox="0 0 12 12"
      className={classNames('size-2.5 shrink-0', className)}
      aria-hidden="true"
      data-state={state}
    >
      {SHAPES[state]}
    </svg>
  );
}

const SHAPES = {
  live: <circle cx="6" cy="6" r="5.5" fill="currentColor" />,
  connecting: (
    <>
      <circle cx="6" cy="6" r="4.7" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M6 1.300a4.7 4.7 0 0 1 0 9.400Z" fill="currentColor" />
    </>
  ),
  idle: <circle cx="6" cy="6" r="4.7" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  offline: <path d="M6 .8 11.6 11H.4Z" fill="currentColor" />,
  maintenance: <rect x="1" y="1" width="10" height="10" rx="1" fill="currentColor" />,
} as const;
