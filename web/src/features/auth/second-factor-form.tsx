import { useState } from 'react';
import { KeyRound } from 'lucide-react';
import type { CurrentUser, PasskeyOptions, SecondFactorMethod } from '@pantau/contract/auth';
import { ApiError } from '../../lib/api-client.ts';
import { browserClock } from '../../lib/clock.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { ProblemNote, useWait } from '../../ui/admin/problem-note.tsx';
import { TextField } from '../../ui/admin/text-field.tsx';
import { useServerForm, type Problem } from '../../ui/admin/use-server-form.ts';
import { passkeyObstacle, provePasskey, wasCancelled } from './passkey-browser.ts';
import { api } from './session.ts';

export interface SecondFactorFormProps {
  readonly methods: readonly SecondFactorMethod[];
  readonly onSignedIn: (user: CurrentUser) => void;
  /** @param isExpired the sign-in took too long and must begin anew */
  readonly onBack: (isExpired: boolean) => void;
}

/** The proof after the password: a code of the app, a recovery code, or a passkey. */
export function SecondFactorForm({ methods, onSignedIn, onBack }: SecondFactorFormProps) {
  const { t } = useAdminText();
  const hasTotp = methods.includes('totp');
  const hasRecovery = methods.includes('recovery-code');
  const hasPasskey = methods.includes('passkey') && passkeyObstacle() === undefined;
  const [isRecovery, setIsRecovery] = useState(false);
  const codeMethod =
    isRecovery || (!hasTotp && hasRecovery && !hasPasskey) ? 'recovery-code' : hasTotp ? 'totp' : undefined;
  const [passkeyProblem, setPasskeyProblem] = useState<Problem>();
  const [isAsking, setIsAsking] = useState(false);

  const orStartAgain = (error: unknown) => {
    if (error instanceof ApiError && error.code === 'LOGIN_EXPIRED') onBack(true);
    else throw error;
  };
  const askPasskey = async () => {
    setPasskeyProblem(undefined);
    setIsAsking(true);
    try {
      const options = await api.call<PasskeyOptions>('POST', '/api/auth/passkey/options');
      const response = await provePasskey(options);
      onSignedIn(await api.call<CurrentUser>('POST', '/api/auth/passkey', { response }));
    } catch (error) {
      if (error instanceof ApiError && error.code === 'LOGIN_EXPIRED') onBack(true);
      else if (!wasCancelled(error)) setPasskeyProblem({ error, atMs: browserClock.now() });
    } finally {
      setIsAsking(false);
    }
  };
  return (
    <div className="grid gap-4">
      {codeMethod !== undefined && (
        <CodeForm
          key={codeMethod}
          method={codeMethod}
          send={async (code) => {
            const path = `/api/auth/login/${codeMethod}`;
            const user = await api.call<CurrentUser>('POST', path, { code }).catch(orStartAgain);
            if (user !== undefined) onSignedIn(user);
          }}
        />
      )}
      <ProblemNote problem={passkeyProblem} />
      {hasPasskey && (
        <Button
          tone={codeMethod === undefined ? 'primary' : 'plain'}
          icon={<KeyRound size={18} aria-hidden="true" />}
          isBusy={isAsking}
          onClick={() => void askPasskey()}
        >
          {t('factor.passkey')}
        </Button>
      )}
      <div className="flex flex-wrap justify-between gap-x-4">
        <Button tone="quiet" className="-mx-4" onClick={() => onBack(false)}>
          {t('factor.back')}
        </Button>
        {hasRecovery && (hasTotp || hasPasskey) && (
          <Button tone="quiet" className="-mx-4" onClick={() => setIsRecovery(!isRecovery)}>
            {t(isRecovery ? 'factor.useApp' : 'factor.useRecovery')}
          </Button>
        )}
      </div>
    </div>
  );
}

function CodeForm({
  method,
  send,
}: {
  readonly method: 'totp' | 'recovery-code';
  readonly send: (code: string) => Promise<void>;
}) {
  const { t } = useAdminText();
  const { form, problem, submit, errorOf } = useServerForm<{ code: string }>({
    defaultValues: { code: '' },
    fieldOfCode: { SECOND_FACTOR_FAILED: 'code' },
  });
  const wait = useWait(problem);
  const isTotp = method === 'totp';
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={submit(({ code }) => send(isTotp ? code.replaceAll(/\D/g, '') : code.trim()))}
    >
      <ProblemNote problem={problem} />
      <TextField
        label={t(isTotp ? 'factor.code' : 'factor.recoveryCode')}
        hint={t(isTotp ? 'factor.code.hint' : 'factor.recoveryCode.hint')}
        error={errorOf('code')}
        autoComplete={isTotp ? 'one-time-code' : 'off'}
        inputMode={isTotp ? 'numeric' : 'text'}
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        // The page has this one task, and the person just pressed "sign in".
        autoFocus
        inputClassName="font-mono text-lg tracking-[0.15em]"
        {...form.register('code', {
          required: t('field.required'),
          ...(isTotp
            ? {
                validate: (code: string) =>
                  /^\d{6}$/.test(code.replaceAll(/\s/g, '')) || t('factor.code.six'),
              }
            : {}),
        })}
      />
      <Button type="submit" tone="primary" isBusy={form.formState.isSubmitting} disabled={wait !== undefined}>
        {t('factor.submit')}
      </Button>
    </form>
  );
}
