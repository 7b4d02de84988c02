import { useId, type InputHTMLAttributes, type ReactNode, type Ref } from 'react';
import { classNames } from '../class-names.ts';

export interface CheckFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly ref?: Ref<HTMLInputElement>;
}

/** A box or round button to tick; the whole row is its target. */
export function CheckField({ label, hint, className, ...input }: CheckFieldProps) {
  const id = useId();
  return (
    <div className={classNames('flex min-h-11 gap-3', className)}>
      <input
        type="checkbox"
        id={id}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="mt-3 size-5 shrink-0 accent-accent"
        {...input}
      />
      <div className="min-w-0 flex-1">
        <label htmlFor={id} className="flex min-h-11 cursor-pointer items-center py-2 text-base">
          <span className="min-w-0">{label}</span>
        </label>
        {hint !== undefined && (
          <p id={`${id}-hint`} className="-mt-1 pb-2 text-sm text-ink-soft">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
