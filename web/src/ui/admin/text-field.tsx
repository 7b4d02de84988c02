import type { InputHTMLAttributes, Ref } from 'react';
import { classNames } from '../class-names.ts';
import { Field, INPUT_CLASS, type FieldProps } from './field.tsx';

export interface TextFieldProps
  extends FieldProps, Omit<InputHTMLAttributes<HTMLInputElement>, keyof FieldProps | 'id'> {
  readonly inputClassName?: string;
  readonly ref?: Ref<HTMLInputElement>;
}

export function TextField({ label, hint, error, className, inputClassName, ...input }: TextFieldProps) {
  return (
    <Field
      label={label}
      {...(hint === undefined ? {} : { hint })}
      error={error}
      {...(className === undefined ? {} : { className })}
    >
      {(links) => (
        <input type="text" className={classNames(INPUT_CLASS, inputClassName)} {...input} {...links} />
      )}
    </Field>
  );
}
