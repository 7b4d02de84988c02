import { useState } from 'react';
import type { CurrentUser } from '@pantau/contract/auth';
import type { ChangePasswordInput } from '@pantau/contract/user';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { PasswordField } from '../../ui/admin/password-field.tsx';
import { ProblemNote, useWait } from '../../ui/admin/problem-note.tsx';
import { SavedNote } from '../../ui/admin/saved-note.tsx';
import { Section } from '../../ui/admin/section.tsx';
import { useServerForm } from '../../ui/admin/use-server-form.ts';
import { api, queries, refreshMe } from '../auth/session.ts';
import { NewPasswordField } from './new-password-field.tsx';

export function PasswordSection({ me }: { readonly me: CurrentUser }) {
  const { t } = useAdminText();
  const [saves, setSaves] = useState(0);
  const { form, problem, submit, errorOf } = useServerForm<ChangePasswordInput>({
    defaultValues: { current_password: '', new_password: '' },
    names: { password: 'new_password' },
    fieldOfCode: { LOGIN_FAILED: 'current_password' },
  });
  const wait = useWait(problem);
  return (
    <Section id="sandi" title={t('signIn.password')} hint={t('password.hint')}>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={submit(async (values) => {
          await api.call('PUT', '/api/users/profile/password', values);
          form.reset();
          setSaves((count) => count + 1);
          void queries.invalidateQueries({ queryKey: ['profile', 'sessions'] });
          await refreshMe();
        })}
      >
        <ProblemNote problem={problem} />
        {/* For password managers, which look for the name. */}
        <input type="text" autoComplete="username" value={me.username} readOnly hidden />
        <PasswordField
          label={t('password.current')}
          autoComplete="current-password"
          error={errorOf('current_password')}
          {...form.register('current_password', { required: t('field.required') })}
        />
        <NewPasswordField
          label={t('password.new')}
          password={form.watch('new_password')}
          username={me.username}
          error={errorOf('new_password')}
          {...form.register('new_password', { required: t('field.required') })}
        />
        <div className="flex flex-wrap items-center gap-3">
          <Button
            type="submit"
            tone="primary"
            isBusy={form.formState.isSubmitting}
            disabled={wait !== undefined}
          >
            {t('password.change')}
          </Button>
          <SavedNote saves={saves}>{t('password.changed')}</SavedNote>
        </div>
      </form>
    </Section>
  );
}
