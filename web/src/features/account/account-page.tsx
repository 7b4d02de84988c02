import type { CurrentUser } from '@pantau/contract/auth';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Notice } from '../../ui/admin/notice.tsx';
import { PageHead } from '../../ui/admin/section.tsx';
import { PlainHttpNotice } from '../auth/plain-http-notice.tsx';
import { useMe } from '../auth/session.ts';
import { ROLE_WORDS } from '../users/role-words.ts';
import { NameSection } from './name-section.tsx';
import { PasskeySection } from './passkey-section.tsx';
import { PasswordSection } from './password-section.tsx';
import { RecoverySection } from './recovery-section.tsx';
import { SessionSection } from './session-section.tsx';
import { TotpSection } from './totp-section.tsx';

/** One's own account. While it is restricted, only the one task that lifts the restriction. */
export function AccountPage() {
  const me = useMe().data;
  if (me === undefined || me === null) return null;
  return me.restriction === null ? <WholeAccount me={me} /> : <OneTask me={me} task={me.restriction} />;
}

function WholeAccount({ me }: { readonly me: CurrentUser }) {
  const { t } = useAdminText();
  const days = me.password_expires_in_days;
  return (
    <>
      <PageHead title={t('account.title')} hint={`${me.username} · ${t(ROLE_WORDS[me.role])}`} />
      <div className="grid gap-3 pb-7 empty:hidden lg:max-w-3xl">
        <PlainHttpNotice />
        {days !== null && (
          <Notice tone="warning" title={t('account.expires', { days })}>
            <p>
              <a
                href="#sandi"
                className="inline-flex min-h-11 items-center font-semibold text-accent underline"
              >
                {t('password.change')}
              </a>
            </p>
          </Notice>
        )}
        {me.has_totp || me.passkeys > 0 ? null : (
          <Notice title={t('account.noFactor.title')}>
            <p>{t('account.noFactor.hint')}</p>
          </Notice>
        )}
      </div>
      <NameSection me={me} />
      <PasswordSection me={me} />
      <TotpSection me={me} />
      {(me.has_totp || me.passkeys > 0) && <RecoverySection left={me.recovery_codes_left} />}
      <PasskeySection />
      <SessionSection />
    </>
  );
}

function OneTask({
  me,
  task,
}: {
  readonly me: CurrentUser;
  readonly task: 'password-change' | 'second-factor';
}) {
  const { t } = useAdminText();
  const isPassword = task === 'password-change';
  return (
    <>
      <PageHead title={t(isPassword ? 'task.password.title' : 'task.factor.title')} />
      <div className="grid gap-3 pb-7 lg:max-w-3xl">
        <Notice tone="warning">
          <p>{t(isPassword ? 'task.password.why' : 'task.factor.why')}</p>
        </Notice>
        <PlainHttpNotice />
      </div>
      {isPassword ? (
        <PasswordSection me={me} />
      ) : (
        <>
          <TotpSection me={me} />
          <PasskeySection />
        </>
      )}
    </>
  );
}
