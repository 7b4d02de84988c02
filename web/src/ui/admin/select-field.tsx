import type { ReactNode, Ref, SelectHTMLAttributes } from 'react';
import { classNames } from '../class-names.ts';
import { Field, INPUT_CLASS, type FieldProps } from './field.tsx';

export interface SelectFieldProps
  extends FieldProps, Omit<SelectHTMLAttributes<HTMLSelectElement>, keyof FieldProps | 'id'> {
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLSelectElement>;
}

/** The device's own list, in the looks of the other fields. */
export function SelectField({ label, hint, error, className, children, ...select }: SelectFieldProps) {
  return (
    <Field
      label={label}
      {...(hint === undefined ? {} : { hint })}
      error={error}
      {...(className === undefined ? {} : { className })}
    >
      {(links) => (
        <select className={classNames(INPUT_CLASS, 'select-arrow pr-9')} {...select} {...links}>
          {children}
        </select>
      )}
    </Field>
  );
}
