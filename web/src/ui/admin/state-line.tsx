import type { ReactNode } from 'react';
import { CircleCheck, CircleDashed } from 'lucide-react';

/** Whether something is on, by shape, colour and word. */
export function StateLine({ isOn, children }: { readonly isOn: boolean; readonly children: ReactNode }) {
  const Icon = isOn ? CircleCheck : CircleDashed;
  return (
    <p className="flex min-w-0 items-center gap-2 text-base">
      <Icon size={20} className={isOn ? 'shrink-0 text-live' : 'shrink-0 text-idle'} aria-hidden="true" />
      <span className="min-w-0">{children}</span>
    </p>
  );
}
