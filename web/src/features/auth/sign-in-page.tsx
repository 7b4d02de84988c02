import { useEffect, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { LoginResult, SecondFactorMethod, SetupState } from '@pantau/contract/auth';
import type { CurrentUser } from '@pantau/contract/auth';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Notice } from '../../ui/admin/notice.tsx';
import { AuthFrame } from './auth-frame.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactorForm } from './second-factor-form.tsx';
import { safeReturnPath } from './return-path.ts';
import { api, sessionEnd, signedIn, useMe, type SessionEnd } from './session.ts';

/** Sign in: name and password, or a passkey; then the second factor of accounts that have one. */
export function SignInPage() {
  const { t } = useAdminText();
  const { kembali } = useSearch({ from: '/admin/masuk' });
  const navigate = useNavigate();
  const me = useMe();
  const setup = useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => api.call<SetupState>('GET', '/api/auth/setup', undefined, signal),
  });
  const [methods, setMethods] = useState<readonly SecondFactorMethod[]>();
  const [isExpired, setIsExpired] = useState(false);
  const [end] = useState<SessionEnd | undefined>(sessionEnd);

  const isSignedIn = me.data !== undefined && me.data !== null;
  useEffect(() => {
    if (isSignedIn) void navigate({ href: safeReturnPath(kembali), replace: true });
  }, [isSignedIn, kembali, navigate]);

  const onResult = (result: LoginResult) => {
    setIsExpired(false);
    if (result.status === 'signed-in') signedIn(result.user);
    else setMethods(result.methods);
  };
  if (methods !== undefined) {
    return (
      <AuthFrame title={t('factor.title')} hint={t('factor.hint')}>
        <SecondFactorForm
          methods={methods}
          onSignedIn={(user: CurrentUser) => signedIn(user)}
          onBack={(expired) => {
            setIsExpired(expired);
            setMethods(undefined);
          }}
        />
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={t('signIn.title')}>
      {setup.data?.needed === true && (
        <Notice tone="info" title={t('signIn.setupNeeded.title')} role="status">
          <p>{t('signIn.setupNeeded.hint')}</p>
        </Notice>
      )}
      {isExpired ? (
        <Notice tone="warning" role="alert">
          <p>{t('error.LOGIN_EXPIRED')}</p>
        </Notice>
      ) : (
        end !== undefined && (
          <Notice tone={end === 'ended' ? 'warning' : 'info'} role="status">
            <p>{t(END_WORDS[end])}</p>
          </Notice>
        )
      )}
      <PasswordForm onResult={onResult} onSignedIn={(user) => signedIn(user)} />
    </AuthFrame>
  );
}

const END_WORDS = {
  ended: 'signIn.end.ended',
  'signed-out': 'signIn.end.signedOut',
  'other-tab': 'signIn.end.otherTab',
} as const;
