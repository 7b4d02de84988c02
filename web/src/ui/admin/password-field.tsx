import { useState } from 'react';
import { Eye, EyeOff } from 'lucide-react';
import { useAdminText } from '../../locales/admin-texts.ts';
import { classNames } from '../class-names.ts';
import { Field, INPUT_CLASS } from './field.tsx';
import type { TextFieldProps } from './text-field.tsx';

/** A password, hidden until the person wants to see what they typed. */
export function PasswordField({ label, hint, error, className, inputClassName, ...input }: TextFieldProps) {
  const { t } = useAdminText();
  const [isShown, setIsShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <Field
      label={label}
      {...(hint === undefined ? {} : { hint })}
      error={error}
      {...(className === undefined ? {} : { className })}
    >
      {(links) => (
        <div className="relative">
          <input
            type={isShown ? 'text' : 'password'}
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            className={classNames(INPUT_CLASS, 'pr-12', inputClassName)}
            {...input}
            {...links}
          />
          <button
            type="button"
            aria-pressed={isShown}
            aria-label={t('password.show')}
            title={t('password.show')}
            onClick={() => setIsShown(!isShown)}
            className="absolute inset-y-0 right-0 grid w-11 place-items-center rounded-control text-ink-soft hover:text-ink"
          >
            <Icon size={20} aria-hidden="true" />
          </button>
        </div>
      )}
    </Field>
  );
}
