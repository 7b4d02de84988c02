import type { ReactNode } from 'react';

export interface MessagePanelProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly role?: 'status' | 'alert';
  /** It is all there is on the page, so that its title is the page's heading. */
  readonly isPage?: boolean;
}

/** The one look of a page, or part of one, that has nothing to show but a reason: empty, missing, broken. */
export function MessagePanel({ icon, title, children, role = 'status', isPage = false }: MessagePanelProps) {
  const Heading = isPage ? 'h1' : 'h2';
  return (
    <div role={role} className="mx-auto grid max-w-xl justify-items-center gap-3 px-4 py-16 text-center">
      <div
        className="grid size-14 place-items-center rounded-full bg-raised text-ink-soft"
        aria-hidden="true"
      >
        {icon}
      </div>
      <Heading className="text-lg">{title}</Heading>
      <div className="grid justify-items-center gap-4 text-base text-ink-soft">{children}</div>
    </div>
  );
}

/** The button of such a panel. */
export const PRIMARY_BUTTON =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-control bg-accent px-5 text-base font-semibold text-accent-ink transition-opacity hover:opacity-90';
