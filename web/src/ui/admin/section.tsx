import type { ReactNode } from 'react';

export interface SectionProps {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
  readonly id?: string;
}

/** One matter of a settings page: what it is about on the left, what can be done on the right; below each other on phones. */
export function Section({ title, hint, children, id }: SectionProps) {
  return (
    <section
      id={id}
      aria-label={title}
      className="grid gap-x-10 gap-y-4 border-t border-line py-7 first:border-t-0 first:pt-0 lg:grid-cols-[16rem_minmax(0,34rem)]"
    >
      <div className="grid content-start gap-1.5">
        <h2 className="text-lg">{title}</h2>
        {hint !== undefined && <div className="text-sm text-ink-soft">{hint}</div>}
      </div>
      <div className="grid min-w-0 content-start gap-4">{children}</div>
    </section>
  );
}

/** The head of a page: its name, a word about it, and its one main action. */
export function PageHead({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 pb-6">
      <div className="grid min-w-0 gap-1">
        <h1 className="text-xl">{title}</h1>
        {hint !== undefined && <p className="max-w-prose text-base text-ink-soft">{hint}</p>}
      </div>
      {children}
    </div>
  );
}
