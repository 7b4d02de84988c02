import { ApiError } from '../../lib/api-client.ts';
import { useAdminText, type AdminTextOf } from '../../locales/admin-texts.ts';
import { errorText } from '../../locales/error-words.ts';
import { waitTime, type WaitTime } from '../../lib/wait-time.ts';
import { useNow } from '../use-now.ts';
import { Notice } from './notice.tsx';
import type { Problem } from './use-server-form.ts';

/** What went wrong, in words, counting down where waiting helps. */
export function ProblemNote({ problem }: { readonly problem: Problem | undefined }) {
  const { t } = useAdminText();
  const wait = useWait(problem);
  if (problem === undefined) return null;
  if (retryAtMs(problem) !== undefined && wait === undefined) {
    return (
      <Notice tone="info" role="status">
        <p>{t('wait.over')}</p>
      </Notice>
    );
  }
  return (
    <Notice tone="bad" role="alert">
      <p>{errorText(problem.error, t)}</p>
      {/* Not read out each second: the sentence above was. */}
      {wait !== undefined && (
        <p aria-live="off" className="font-semibold">
          {t('wait.left', { time: waitWords(wait, t) })}
        </p>
      )}
    </Notice>
  );
}

/** Time left before another try makes sense. */
export function useWait(problem: Problem | undefined): WaitTime | undefined {
  const nowMs = useNow(500);
  const untilMs = problem === undefined ? undefined : retryAtMs(problem);
  return untilMs === undefined ? undefined : waitTime(untilMs, nowMs);
}

function retryAtMs({ error, atMs }: Problem): number | undefined {
  if (!(error instanceof ApiError) || error.status !== 429 || error.retryAfterS === undefined)
    return undefined;
  return atMs + error.retryAfterS * 1000;
}

function waitWords({ unit, count, seconds }: WaitTime, t: AdminTextOf): string {
  if (unit === 'seconds') return t('wait.seconds', { count });
  return seconds === 0 ? t('wait.minutes', { count }) : t('wait.minutesSeconds', { count, seconds });
}
