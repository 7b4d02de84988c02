import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { classNames } from '../class-names.ts';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly children: ReactNode;
  readonly tone?: ButtonTone;
  readonly icon?: ReactNode;
  /** The request is on its way: the button waits, and says so to screen readers. */
  readonly isBusy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export type ButtonTone = 'primary' | 'plain' | 'danger' | 'quiet';

const TONES: Readonly<Record<ButtonTone, string>> = {
  primary: 'bg-accent text-accent-ink hover:opacity-90',
  plain: 'border border-line bg-surface text-ink hover:bg-raised',
  danger: 'border border-down/45 bg-surface text-down hover:bg-down/10',
  quiet: 'text-accent hover:bg-raised',
};

/** The looks of a button, for links that are pressed like one. */
export function buttonClass(tone: ButtonTone = 'plain'): string {
  return classNames(
    'inline-flex min-h-11 items-center justify-center gap-2 rounded-control px-4 text-sm font-semibold transition-colors disabled:cursor-default disabled:opacity-55',
    TONES[tone],
  );
}

export function Button({ children, tone, icon, isBusy = false, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={classNames(buttonClass(tone), className)}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy || undefined}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}
