import { useState } from 'react';
import type { ResetPasswordInput, User } from '@pantau/contract/user';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { Dialog } from '../../ui/admin/dialog.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { useServerForm } from '../../ui/admin/use-server-form.ts';
import { api } from '../auth/session.ts';
import { GivenPassword, GivenPasswordField } from './given-password.tsx';
import { refreshUsers } from './user-query.ts';

export function ResetPasswordDialog({
  user,
  onClose,
}: {
  readonly user: User;
  readonly onClose: () => void;
}) {
  const { t } = useAdminText();
  const [given, setGiven] = useState<string>();
  const { form, problem, submit, errorOf } = useServerForm<ResetPasswordInput>({
    defaultValues: { password: '' },
  });
  if (given !== undefined) {
    return (
      <Dialog key="given" title={t('users.reset')} onClose={onClose} isModalOnly>
        <GivenPassword username={user.username} password={given} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog key="form" title={t('users.reset.title', { name: user.username })} onClose={onClose}>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={submit(async (values) => {
          await api.call('PUT', `/api/users/${user.id}/password`, values);
          setGiven(values.password);
          await refreshUsers();
        })}
      >
        <p className="text-base text-ink-soft">{t('users.reset.text', { name: user.username })}</p>
        <ProblemNote problem={problem} />
        <GivenPasswordField
          data-first
          error={errorOf('password')}
          password={form.watch('password')}
          username={user.username}
          onGenerate={(password) => form.setValue('password', password, { shouldDirty: true })}
          {...form.register('password', { required: t('field.required') })}
        />
        <div className="flex flex-wrap justify-end gap-3">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" tone="primary" isBusy={form.formState.isSubmitting}>
            {t('users.reset.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
