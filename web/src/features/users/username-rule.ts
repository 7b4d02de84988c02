import type { AdminTextOf } from '../../locales/admin-texts.ts';

/** What the server takes as a user name, so that the form can say it before. Spaces around it are a slip of the keyboard. */
const USERNAME_PATTERN = /^\s*[A-Za-z0-9._-]{3,50}\s*$/;

/** The rule for a form's field, in the words of the page. */
export function usernameRules(t: AdminTextOf) {
  return {
    required: t('field.required'),
    pattern: { value: USERNAME_PATTERN, message: t('field.username') },
  };
}
