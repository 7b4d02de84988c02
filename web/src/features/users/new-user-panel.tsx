import { useState } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import type { CreateUserInput, User } from '@pantau/contract/user';
import { drafts } from '../../lib/drafts.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { Dialog } from '../../ui/admin/dialog.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { useServerForm } from '../../ui/admin/use-server-form.ts';
import { api } from '../auth/session.ts';
import { GivenPassword, GivenPasswordField } from './given-password.tsx';
import { areaIdsOf, RoleFields, type RoleValues } from './role-fields.tsx';
import { refreshUsers } from './user-query.ts';
import { UsernameField } from './username-field.tsx';
import { usernameRules } from './username-rule.ts';

const DRAFT = 'user-new';

interface NewUserValues extends RoleValues {
  username: string;
  password: string;
}

export function NewUserPanel({ onClose }: { readonly onClose: () => void }) {
  const { t } = useAdminText();
  const [made, setMade] = useState<{ readonly username: string; readonly password: string }>();
  const { form, problem, submit, errorOf } = useServerForm<NewUserValues>({
    defaultValues: { username: '', password: '', role: 'viewer', area_ids: [] },
    draft: DRAFT,
    secrets: ['password'],
    fieldOfCode: { USER_EXISTS: 'username' },
  });
  if (made !== undefined) {
    return (
      <Dialog title={t('users.made', { name: made.username })} onClose={onClose} place="side" isModalOnly>
        <GivenPassword username={made.username} password={made.password} onClose={onClose} />
      </Dialog>
    );
  }
  const close = () => {
    drafts.drop(DRAFT);
    onClose();
  };
  return (
    <Dialog title={t('users.add')} onClose={close} place="side">
      <form
        noValidate
        className="flex flex-1 flex-col gap-5"
        onSubmit={submit(async (values) => {
          const areaIds = areaIdsOf(values);
          const input: CreateUserInput = {
            username: values.username.trim(),
            password: values.password,
            role: values.role,
            ...(areaIds.length > 0 ? { area_ids: areaIds } : {}),
          };
          const user = await api.call<User>('POST', '/api/users', input);
          setMade({ username: user.username, password: values.password });
          await refreshUsers();
        })}
      >
        <ProblemNote problem={problem} />
        <UsernameField
          autoComplete="off"
          isFirst
          error={errorOf('username')}
          {...form.register('username', usernameRules(t))}
        />
        {/* The role's fields know their own two values only. */}
        <RoleFields form={form as unknown as UseFormReturn<RoleValues>} />
        <GivenPasswordField
          error={errorOf('password')}
          password={form.watch('password')}
          username={form.watch('username')}
          onGenerate={(password) => form.setValue('password', password, { shouldDirty: true })}
          {...form.register('password', { required: t('field.required') })}
        />
        <div className="mt-auto flex flex-wrap justify-end gap-3 pt-2">
          <Button onClick={close}>{t('action.cancel')}</Button>
          <Button type="submit" tone="primary" isBusy={form.formState.isSubmitting}>
            {t('users.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
