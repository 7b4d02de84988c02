import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { classNames } from './class-names.ts';

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What the button does: its name for screen readers, and its tooltip. */
  readonly label: string;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly tone?: 'page' | 'video';
}

/** A button that is only an icon: 44 px to touch, named for those who cannot see it. */
export function IconButton({ label, children, tone = 'page', className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={classNames(
        'inline-flex h-11 min-w-11 shrink-0 items-center justify-center rounded-control px-2 transition-colors',
        tone === 'page' ? 'text-ink hover:bg-raised' : 'text-on-video hover:bg-on-video/15',
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
}
