import { useEffect, useRef, useState } from 'react';
import { KeyRound } from 'lucide-react';
import type { CurrentUser, LoginInput, LoginResult, PasskeyOptions } from '@pantau/contract/auth';
import { browserClock } from '../../lib/clock.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { CheckField } from '../../ui/admin/check-field.tsx';
import { PasswordField } from '../../ui/admin/password-field.tsx';
import { ProblemNote, useWait } from '../../ui/admin/problem-note.tsx';
import { TextField } from '../../ui/admin/text-field.tsx';
import { useServerForm, type Problem } from '../../ui/admin/use-server-form.ts';
import {
  canOfferPasskeysInField,
  passkeyObstacle,
  provePasskey,
  stopOfferingPasskeys,
  wasCancelled,
} from './passkey-browser.ts';
import { api } from './session.ts';

export interface PasswordFormProps {
  readonly onResult: (result: LoginResult) => void;
  readonly onSignedIn: (user: CurrentUser) => void;
}

/** Name and password; a passkey instead, where the browser can. */
export function PasswordForm({ onResult, onSignedIn }: PasswordFormProps) {
  const { t } = useAdminText();
  const { form, problem, submit, errorOf } = useServerForm<Required<LoginInput>>({
    defaultValues: { username: '', password: '', remember: false },
  });
  const passkey = usePasskeySignIn(onSignedIn, () => form.getValues('remember'));
  const wait = useWait(problem);
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={submit(async (values) => {
        try {
          onResult(await api.call<LoginResult>('POST', '/api/auth/login', values));
        } catch (error) {
          form.resetField('password');
          form.setFocus('password');
          throw error;
        }
      })}
    >
      <ProblemNote problem={passkey.problem ?? problem} />
      <TextField
        label={t('signIn.username')}
        autoComplete="username webauthn"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        error={errorOf('username')}
        {...form.register('username', { required: t('field.required') })}
      />
      <PasswordField
        label={t('signIn.password')}
        autoComplete="current-password"
        error={errorOf('password')}
        {...form.register('password', { required: t('field.required') })}
      />
      <CheckField
        label={t('signIn.remember')}
        hint={t('signIn.remember.hint')}
        {...form.register('remember')}
      />
      <Button type="submit" tone="primary" isBusy={form.formState.isSubmitting} disabled={wait !== undefined}>
        {form.formState.isSubmitting ? t('signIn.busy') : t('signIn.submit')}
      </Button>
      {passkeyObstacle() === undefined && (
        <Button
          icon={<KeyRound size={18} aria-hidden="true" />}
          isBusy={passkey.isBusy}
          onClick={passkey.start}
        >
          {t('signIn.passkey')}
        </Button>
      )}
      <p className="text-sm text-ink-soft">{t('signIn.forgot')}</p>
    </form>
  );
}

/** By button, and offered by the browser inside the name field. */
function usePasskeySignIn(onSignedIn: (user: CurrentUser) => void, remember: () => boolean) {
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setIsBusy] = useState(false);
  const act = useRef({ onSignedIn, remember });
  act.current = { onSignedIn, remember };

  async function sign(inField: boolean): Promise<void> {
    const options = await api.call<PasskeyOptions>('POST', '/api/auth/passkey/options');
    const response = await provePasskey(options, inField);
    const input = { response, remember: act.current.remember() };
    act.current.onSignedIn(await api.call<CurrentUser>('POST', '/api/auth/passkey', input));
  }
  const show = (error: unknown) => {
    if (!wasCancelled(error)) setProblem({ error, atMs: browserClock.now() });
  };

  useEffect(() => {
    let isGone = false;
    void canOfferPasskeysInField()
      .then((can) => (can && !isGone ? sign(true) : undefined))
      // Nobody asked for it: what fails in the background is not said. The button says it.
      .catch(() => {});
    return () => {
      isGone = true;
      stopOfferingPasskeys();
    };
    // Once per visit of the page.
    // eslint-disable-next-line react/exhaustive-deps
  }, []);

  return {
    problem,
    isBusy,
    start: () => {
      setProblem(undefined);
      setIsBusy(true);
      void sign(false)
        .catch(show)
        .finally(() => setIsBusy(false));
    },
  };
}
