import { useState } from 'react';
import { KeyRound } from 'lucide-react';
import type { CurrentUser, PasskeyOptions } from '@pantau/contract/auth';
import { browserClock } from '../../lib/clock.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { Dialog } from '../../ui/admin/dialog.tsx';
import { PasswordField } from '../../ui/admin/password-field.tsx';
import { ProblemNote, useWait } from '../../ui/admin/problem-note.tsx';
import { useServerForm, type Problem } from '../../ui/admin/use-server-form.ts';
import { passkeyObstacle, provePasskey, wasCancelled } from './passkey-browser.ts';
import { api, confirmation } from './session.ts';

/** Asks for the password, or a passkey, when the server wants to be sure who is changing something. */
export function ConfirmDialog({ me }: { readonly me: CurrentUser }) {
  const { t } = useAdminText();
  const { form, problem, submit, errorOf } = useServerForm<{ password: string }>({
    defaultValues: { password: '' },
  });
  const [passkeyProblem, setPasskeyProblem] = useState<Problem>();
  const [isAsking, setIsAsking] = useState(false);
  const wait = useWait(problem);
  const askPasskey = async () => {
    setPasskeyProblem(undefined);
    setIsAsking(true);
    try {
      const options = await api.call<PasskeyOptions>('POST', '/api/auth/confirm/passkey/options');
      const response = await provePasskey(options);
      await api.call('POST', '/api/auth/confirm/passkey', { response });
      confirmation.answer(true);
    } catch (error) {
      if (!wasCancelled(error)) setPasskeyProblem({ error, atMs: browserClock.now() });
    } finally {
      setIsAsking(false);
    }
  };
  return (
    <Dialog title={t('confirm.title')} onClose={() => confirmation.answer(false)}>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={submit(async (values) => {
          try {
            await api.call('POST', '/api/auth/confirm', values);
          } catch (error) {
            form.resetField('password');
            form.setFocus('password');
            throw error;
          }
          confirmation.answer(true);
        })}
      >
        <p className="text-base text-ink-soft">{t('confirm.hint')}</p>
        <ProblemNote problem={passkeyProblem ?? problem} />
        {/* For password managers, which look for the name. */}
        <input type="text" autoComplete="username" value={me.username} readOnly hidden />
        <PasswordField
          label={t('confirm.password', { name: me.username })}
          autoComplete="current-password"
          data-first
          error={errorOf('password')}
          {...form.register('password', { required: t('field.required') })}
        />
        <div className="flex flex-wrap justify-end gap-3">
          {me.passkeys > 0 && passkeyObstacle() === undefined && (
            <Button
              className="mr-auto"
              icon={<KeyRound size={18} aria-hidden="true" />}
              isBusy={isAsking}
              onClick={() => void askPasskey()}
            >
              {t('confirm.passkey')}
            </Button>
          )}
          <Button onClick={() => confirmation.answer(false)}>{t('action.cancel')}</Button>
          <Button
            type="submit"
            tone="primary"
            isBusy={form.formState.isSubmitting}
            disabled={wait !== undefined}
          >
            {t('confirm.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
