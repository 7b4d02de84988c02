import { useEffect, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { CircleCheck, Terminal } from 'lucide-react';
import type { CurrentUser, SetupInput, SetupState } from '@pantau/contract/auth';
import { ApiError } from '../../lib/api-client.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button, buttonClass } from '../../ui/admin/button.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { QueryGate } from '../../ui/admin/query-gate.tsx';
import { useServerForm } from '../../ui/admin/use-server-form.ts';
import { NewPasswordField } from '../account/new-password-field.tsx';
import { UsernameField } from '../users/username-field.tsx';
import { usernameRules } from '../users/username-rule.ts';
import { AuthFrame } from './auth-frame.tsx';
import { HOME_PATH } from './return-path.ts';
import { api, signedIn } from './session.ts';
import { dropSetupToken, takeSetupToken } from './setup-token.ts';

/** The first administrator, made with the one-time link of the console. */
export function SetupPage() {
  const { t } = useAdminText();
  const [token, setToken] = useState(() => takeSetupToken(location, history));
  const setup = useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => api.call<SetupState>('GET', '/api/auth/setup', undefined, signal),
  });
  useEffect(() => {
    // A newer link pasted into the same tab changes the fragment only.
    const onHash = () => setToken(takeSetupToken(location, history));
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);
  return (
    <AuthFrame title={t('setup.title')}>
      <QueryGate query={setup}>
        {({ needed }) => {
          if (!needed) return <SetupDone />;
          if (token === undefined) return <NoToken words="setup.noToken" />;
          return <SetupForm token={token} onRefused={() => setToken(undefined)} />;
        }}
      </QueryGate>
    </AuthFrame>
  );
}

function SetupForm({ token, onRefused }: { readonly token: string; readonly onRefused: () => void }) {
  const { t } = useAdminText();
  const navigate = useNavigate();
  const { form, problem, submit, errorOf } = useServerForm<Omit<SetupInput, 'token'>>({
    defaultValues: { username: '', password: '' },
    draft: 'setup',
    secrets: ['password'],
  });
  const isRefused = problem?.error instanceof ApiError && problem.error.code === 'SETUP_TOKEN_INVALID';
  if (isRefused) return <NoToken words="error.SETUP_TOKEN_INVALID" onAgain={onRefused} />;
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={submit(async (values) => {
        const me = await api.call<CurrentUser>('POST', '/api/auth/setup', { token, ...values });
        dropSetupToken();
        signedIn(me);
        await navigate({ href: HOME_PATH, replace: true });
      })}
    >
      <p className="text-base text-ink-soft">{t('setup.hint')}</p>
      <ProblemNote problem={problem} />
      <UsernameField
        autoComplete="username"

        error={errorOf('username')}
        {...form.register('username', usernameRules(t))}
      />
      <NewPasswordField
        label={t('signIn.password')}
        error={errorOf('password')}
        password={form.watch('password')}
        username={form.watch('username')}
        {...form.register('password', { required: t('field.required') })}
      />
      <Button type="submit" tone="primary" isBusy={form.formState.isSubmitting}>
        {t('setup.submit')}
      </Button>
    </form>
  );
}

function SetupDone() {
  const { t } = useAdminText();
  return (
    <div className="grid gap-4">
      <p className="flex gap-3 text-base">
        <CircleCheck className="mt-0.5 shrink-0 text-live" size={20} aria-hidden="true" />
        {t('setup.done')}
      </p>
      <Link to="/admin/masuk" className={buttonClass('primary')}>
        {t('signIn.title')}
      </Link>
    </div>
  );
}

/** No link, or one that does not open any more: only the console of the server gives a new one. */
function NoToken({
  words,
  onAgain,
}: {
  readonly words: 'setup.noToken' | 'error.SETUP_TOKEN_INVALID';
  readonly onAgain?: () => void;
}) {
  const { t } = useAdminText();
  return (
    <div className="grid gap-4" role={onAgain === undefined ? undefined : 'alert'}>
      <p className="flex gap-3 text-base">
        <Terminal className="mt-0.5 shrink-0 text-ink-soft" size={20} aria-hidden="true" />
        {t(words)}
      </p>
      <p className="text-sm text-ink-soft">{t('setup.newLink')}</p>
    </div>
  );
}
