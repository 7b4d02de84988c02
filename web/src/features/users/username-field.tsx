import type { UseFormRegisterReturn } from 'react-hook-form';
import { useAdminText } from '../../locales/admin-texts.ts';
import { TextField } from '../../ui/admin/text-field.tsx';

export interface UsernameFieldProps extends UseFormRegisterReturn {
  /** `username` for one's own, `off` for somebody else's. */
  readonly autoComplete: 'username' | 'off';
  readonly error: string | undefined;
  /** The first field of a dialog, which gets the focus. */
  readonly isFirst?: boolean;
}

/** The name of an account. Register it with `usernameRules`. */
export function UsernameField({ isFirst = false, ...input }: UsernameFieldProps) {
  const { t } = useAdminText();
  return (
    <TextField
      label={t('signIn.username')}
      hint={t('field.username')}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      {...(isFirst ? { 'data-first': true } : {})}
      {...input}
    />
  );
}
