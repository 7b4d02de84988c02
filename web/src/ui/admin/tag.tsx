import type { ReactNode } from 'react';

/** A word beside a name. */
export function Tag({ children }: { readonly children: ReactNode }) {
  return (
    <span className="inline-block rounded-full bg-accent-soft px-2 py-px text-xs font-semibold text-accent">
      {children}
    </span>
  );
}

const DOTS = {
  on: { ink: 'text-live', shape: <circle cx="6" cy="6" r="5.5" fill="currentColor" /> },
  wait: {
    ink: 'text-degraded',
    shape: (
      <>
        <circle cx="6" cy="6" r="4.7" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="M6 1.300a4.7 4.7 0 0 1 0 9.400Z" fill="currentColor" />
      </>
    ),
  },
  off: { ink: 'text-idle', shape: <rect x="1" y="1" width="10" height="10" rx="1" fill="currentColor" /> },
  bad: { ink: 'text-down', shape: <path d="M6 .8 11.6 11H.4Z" fill="currentColor" /> },
} as const;

/** A state: its shape, its colour, its word. */
export function Dot({ tone, children }: { readonly tone: keyof typeof DOTS; readonly children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-2">
      <svg viewBox="0 0 12 12" className={`size-2.5 shrink-0 ${DOTS[tone].ink}`} aria-hidden="true">
        {DOTS[tone].shape}
      </svg>
      {children}
    </span>
  );
}
