import { useEffect, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { PasswordRequirements } from '@pantau/contract/user';
import { browserClock } from '../../lib/clock.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { classNames } from '../../ui/class-names.ts';
import { PasswordField } from '../../ui/admin/password-field.tsx';
import type { TextFieldProps } from '../../ui/admin/text-field.tsx';
import { api } from '../auth/session.ts';

export interface NewPasswordFieldProps extends TextFieldProps {
  /** What is typed now. */
  readonly password: string;
  readonly username: string;
}

const JUDGE_AFTER_MS = 250;

/** A password to be: with its strength, judged as the server will, while it is typed. */
export function NewPasswordField({ password, username, hint, onFocus, ...field }: NewPasswordFieldProps) {
  const { t } = useAdminText();
  const [isTouched, setIsTouched] = useState(password !== '');
  const rules = useQuery({
    queryKey: ['password-requirements'],
    queryFn: ({ signal }) =>
      api.call<PasswordRequirements>('GET', '/api/users/password-requirements', undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: isTouched,
  }).data;
  const score = useScore(password, username, rules, isTouched);
  return (
    <div className="grid gap-2">
      <PasswordField
        autoComplete="new-password"
        hint={
          <>
            {hint ?? t('password.rule', { length: rules?.min_length ?? 12 })}
            {isTouched && (
              <Strength score={password === '' ? undefined : score} minScore={rules?.min_score ?? 3} />
            )}
          </>
        }
        onFocus={(event) => {
          setIsTouched(true);
          onFocus?.(event);
        }}
        {...field}
      />
    </div>
  );
}

/** @returns undefined until the estimator is there, or when it cannot be had: the server decides anyway */
function useScore(
  password: string,
  username: string,
  rules: PasswordRequirements | undefined,
  isTouched: boolean,
): number | undefined {
  const [score, setScore] = useState<number>();
  useEffect(() => {
    if (isTouched) void import('./password-strength.ts').catch(() => {});
  }, [isTouched]);
  useEffect(() => {
    if (!isTouched || password === '' || rules === undefined) return undefined;
    let isGone = false;
    const timer = browserClock.setTimer(JUDGE_AFTER_MS, () => {
      void import('./password-strength.ts')
        .then(({ passwordScore }) => {
          if (isGone) return;
          const name = username.trim().toLowerCase();
          const words = [...rules.penalty_words, ...(name === '' ? [] : [name])];
          const isShort = Array.from(password).length < rules.min_length;
          const judged = passwordScore(password, words);
          setScore(isShort ? Math.min(judged, rules.min_score - 1) : judged);
        })
        .catch(() => setScore(undefined));
    });
    return () => {
      isGone = true;
      timer.cancel();
    };
  }, [password, username, rules, isTouched]);
  return score;
}

const SCORE_WORDS = [
  'password.score.0',
  'password.score.1',
  'password.score.2',
  'password.score.3',
  'password.score.4',
] as const;

function Strength({ score, minScore }: { readonly score: number | undefined; readonly minScore: number }) {
  const { t } = useAdminText();
  const isEnough = score !== undefined && score >= minScore;
  const words = score === undefined ? undefined : SCORE_WORDS[score];
  return (
    <div className="mt-2 flex items-center gap-3">
      <div className="grid h-1.5 flex-1 grid-cols-5 gap-1" aria-hidden="true">
        {SCORE_WORDS.map((id, index) => (
          <span
            key={id}
            className={classNames(
              'rounded-full',
              score !== undefined && index <= score ? (isEnough ? 'bg-live' : 'bg-degraded') : 'bg-raised',
            )}
          />
        ))}
      </div>
      <span aria-live="polite" className="min-w-24 text-right text-sm font-medium text-ink">
        {words === undefined ? <span aria-hidden="true">&nbsp;</span> : t(words)}
      </span>
    </div>
  );
}
