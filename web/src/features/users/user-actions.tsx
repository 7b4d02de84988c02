import { useState } from 'react';
import type { User } from '@pantau/contract/user';
import { useAdminText } from '../../locales/admin-texts.ts';
import { AskDialog } from '../../ui/admin/ask-dialog.tsx';
import { Button } from '../../ui/admin/button.tsx';
import { api } from '../auth/session.ts';
import { ResetPasswordDialog } from './reset-password-dialog.tsx';
import { refreshUsers } from './user-query.ts';

export interface UserActionsProps {
  readonly user: User;
  readonly isSelf: boolean;
  readonly onDeleted: () => void;
}

/** What helps somebody who is locked out, and what removes them. One's own account is not for these. */
export function UserActions({ user, isSelf, onDeleted }: UserActionsProps) {
  const { t } = useAdminText();
  const [asked, setAsked] = useState<'password' | 'factors' | 'delete'>();
  const close = () => setAsked(undefined);
  const name = user.username;
  if (isSelf) return null;
  return (
    <section className="grid gap-3 border-t border-line pt-5" aria-label={t('users.actions')}>
      <h3 className="text-base">{t('users.actions')}</h3>
      <div className="flex flex-wrap gap-3">
        <Button onClick={() => setAsked('password')}>{t('users.reset')}</Button>
        {(user.has_totp || user.passkeys > 0) && (
          <Button onClick={() => setAsked('factors')}>{t('users.factors.reset')}</Button>
        )}
        <Button tone="danger" onClick={() => setAsked('delete')}>
          {t('users.delete')}
        </Button>
      </div>
      {asked === 'password' && <ResetPasswordDialog user={user} onClose={close} />}
      {asked === 'factors' && (
        <AskDialog
          title={t('users.factors.title', { name })}
          text={t('users.factors.text', { name })}
          action={t('users.factors.reset')}
          onClose={close}
          act={async () => {
            await api.call('DELETE', `/api/users/${user.id}/second-factors`);
            await refreshUsers();
          }}
        />
      )}
      {asked === 'delete' && (
        <AskDialog
          title={t('users.delete.title', { name })}
          text={t('users.delete.text', { name })}
          action={t('users.delete')}
          onClose={close}
          act={async () => {
            await api.call('DELETE', `/api/users/${user.id}`);
            onDeleted();
            await refreshUsers();
          }}
        />
      )}
    </section>
  );
}
