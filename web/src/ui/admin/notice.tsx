import type { ReactNode } from 'react';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import { classNames } from '../class-names.ts';

const LOOKS = {
  info: { icon: Info, ink: 'text-accent', box: 'border-line bg-surface' },
  good: { icon: CircleCheck, ink: 'text-live', box: 'border-live/35 bg-live/8' },
  warning: { icon: TriangleAlert, ink: 'text-degraded', box: 'border-degraded/35 bg-degraded/8' },
  bad: { icon: CircleAlert, ink: 'text-down', box: 'border-down/40 bg-down/8' },
} as const;

export interface NoticeProps {
  readonly tone?: keyof typeof LOOKS;
  readonly title?: string;
  readonly children?: ReactNode;
  /** Read out at once (`alert`), when there is time (`status`), or where it stands. */
  readonly role?: 'alert' | 'status';
  readonly className?: string;
}

/** Something that needs to be known, where it is needed. */
export function Notice({ tone = 'info', title, children, role, className }: NoticeProps) {
  const { icon: Icon, ink, box } = LOOKS[tone];
  return (
    <div
      role={role}
      className={classNames('flex gap-3 rounded-control border px-3.5 py-3 text-sm', box, className)}
    >
      <Icon size={18} className={classNames('mt-px shrink-0', ink)} aria-hidden="true" />
      <div className="grid min-w-0 gap-1">
        {title !== undefined && <p className="font-semibold">{title}</p>}
        {children}
      </div>
    </div>
  );
}
