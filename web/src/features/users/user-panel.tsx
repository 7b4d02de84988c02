import { useState } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import type { UpdateUserInput, User } from '@pantau/contract/user';
import { drafts } from '../../lib/drafts.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { CheckField } from '../../ui/admin/check-field.tsx';
import { Dialog } from '../../ui/admin/dialog.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { SavedNote } from '../../ui/admin/saved-note.tsx';
import { useServerForm } from '../../ui/admin/use-server-form.ts';
import { useTimeWords } from '../../ui/admin/use-time-words.ts';
import { api, useMe } from '../auth/session.ts';
import { areaIdsOf, RoleFields, type RoleValues } from './role-fields.tsx';
import { UserActions } from './user-actions.tsx';
import { refreshUsers } from './user-query.ts';
import { UserSessions } from './user-sessions.tsx';
import { UsernameField } from './username-field.tsx';
import { usernameRules } from './username-rule.ts';

interface UserValues extends RoleValues {
  username: string;
  enabled: boolean;
}

/** One account: what it may do, where it is signed in, and what can be done to it. */
export function UserPanel({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const { t } = useAdminText();
  const { day, moment } = useTimeWords();
  const isSelf = useMe().data?.id === user.id;
  const login = user.last_login_at === null ? t('users.never') : moment(user.last_login_at);
  const facts: readonly (readonly [string, string])[] = [
    [t('users.created'), day(user.created_at)],
    [t('users.passwordChanged'), day(user.password_changed_at)],
    [t('users.lastLogin'), user.last_login_ip === null ? login : `${login} · ${user.last_login_ip}`],
  ];
  const close = () => {
    drafts.drop(draftOf(user));
    onClose();
  };
  return (
    <Dialog title={user.username} onClose={close} place="side">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-soft">{name}</dt>
            <dd className="wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
      <UserForm user={user} isSelf={isSelf} />
      <UserSessions user={user} />
      <UserActions user={user} isSelf={isSelf} onDeleted={close} />
    </Dialog>
  );
}

const draftOf = (user: User) => `user-${user.id}`;

function UserForm({ user, isSelf }: { readonly user: User; readonly isSelf: boolean }) {
  const { t } = useAdminText();
  const [saves, setSaves] = useState(0);
  const { form, problem, submit, errorOf } = useServerForm<UserValues>({
    defaultValues: {
      username: user.username,
      role: user.role,
      enabled: user.enabled,
      area_ids: user.area_ids.map(String),
    },
    draft: draftOf(user),
    fieldOfCode: { USER_EXISTS: 'username' },
  });
  return (
    <form
      noValidate
      className="grid gap-5 border-t border-line pt-5"
      onSubmit={submit(async (values) => {
        await api.call<User>('PUT', `/api/users/${user.id}`, changesOf(user, values));
        form.reset(values);
        setSaves((count) => count + 1);
        await refreshUsers();
      })}
    >
      <ProblemNote problem={problem} />
      <UsernameField
        autoComplete="off"

        error={errorOf('username')}
        {...form.register('username', usernameRules(t))}
      />
      {isSelf ? (
        <p className="text-sm text-ink-soft">{t('users.self')}</p>
      ) : (
        <>
          {/* The role's fields know their own two values only. */}
          <RoleFields form={form as unknown as UseFormReturn<RoleValues>} />
          <CheckField
            label={t('users.enabled.label')}
            hint={t('users.enabled.hint')}
            {...form.register('enabled')}
          />
        </>
      )}
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
  );
}

function changesOf(user: User, values: UserValues): UpdateUserInput {
  const username = values.username.trim();
  const areaIds = areaIdsOf(values).toSorted((a, b) => a - b);
  const isSameAreas = String(areaIds) === String(user.area_ids.toSorted((a, b) => a - b));
  return {
    ...(username === user.username ? {} : { username }),
    ...(values.role === user.role ? {} : { role: values.role }),
    ...(values.enabled === user.enabled ? {} : { enabled: values.enabled }),
    ...(isSameAreas ? {} : { area_ids: areaIds }),
  };
}
