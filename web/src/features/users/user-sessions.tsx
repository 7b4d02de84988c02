import { useQuery } from '@tanstack/react-query';
import type { User, UserSession } from '@pantau/contract/user';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { QueryGate } from '../../ui/admin/query-gate.tsx';
import { useAction } from '../../ui/admin/use-action.ts';
import { SessionList } from '../account/session-list.tsx';
import { api, queries } from '../auth/session.ts';
import { refreshUsers } from './user-query.ts';

export function UserSessions({ user }: { readonly user: User }) {
  const { t } = useAdminText();
  const key = ['users', user.id, 'sessions'];
  const sessions = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      api.call<readonly UserSession[]>('GET', `/api/users/${user.id}/sessions`, undefined, signal),
  });
  const end = useAction(async () => {
    await api.call('DELETE', `/api/users/${user.id}/sessions`);
    await Promise.all([queries.invalidateQueries({ queryKey: key }), refreshUsers()]);
  });
  return (
    <section className="grid gap-3 border-t border-line pt-5" aria-label={t('session.title')}>
      <h3 className="text-base">{t('session.title')}</h3>
      <ProblemNote problem={end.problem} />
      <QueryGate query={sessions}>
        {(list) =>
          list.length === 0 ? (
            <p className="text-sm text-ink-soft">{t('users.sessions.none')}</p>
          ) : (
            <>
              <SessionList sessions={list} />
              <div>
                <Button isBusy={end.isBusy} onClick={() => end.run()}>
                  {t('users.sessions.end')}
                </Button>
              </div>
            </>
          )
        }
      </QueryGate>
    </section>
  );
}
