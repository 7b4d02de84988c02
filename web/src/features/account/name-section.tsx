import { useState } from 'react';
import type { CurrentUser } from '@pantau/contract/auth';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { SavedNote } from '../../ui/admin/saved-note.tsx';
import { Section } from '../../ui/admin/section.tsx';
import { useServerForm } from '../../ui/admin/use-server-form.ts';
import { api, refreshMe } from '../auth/session.ts';
import { UsernameField } from '../users/username-field.tsx';
import { usernameRules } from '../users/username-rule.ts';

export function NameSection({ me }: { readonly me: CurrentUser }) {
  const { t } = useAdminText();
  const [saves, setSaves] = useState(0);
  const { form, problem, submit, errorOf } = useServerForm<{ username: string }>({
    defaultValues: { username: me.username },
    draft: 'account-name',
    fieldOfCode: { USER_EXISTS: 'username' },
  });
  return (
    <Section title={t('account.name.title')} hint={t('account.name.hint')}>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={submit(async (values) => {
          await api.call('PUT', '/api/users/profile', values);
          form.reset(values);
          setSaves((count) => count + 1);
          await refreshMe();
        })}
      >
        <ProblemNote problem={problem} />
        <UsernameField
          autoComplete="username"

          error={errorOf('username')}
          {...form.register('username', usernameRules(t))}
        />
        <div className="flex flex-wrap items-center gap-3">
          <Button
            type="submit"
            tone="primary"
            disabled={!form.formState.isDirty}
            isBusy={form.formState.isSubmitting}
          >
            {t('action.save')}
          </Button>
          <SavedNote saves={saves} />
        </div>
      </form>
    </Section>
  );
}
