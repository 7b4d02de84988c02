import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { UserSession } from '@pantau/contract/user';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { QueryGate } from '../../ui/admin/query-gate.tsx';
import { SavedNote } from '../../ui/admin/saved-note.tsx';
import { Section } from '../../ui/admin/section.tsx';
import { useAction } from '../../ui/admin/use-action.ts';
import { api, queries } from '../auth/session.ts';
import { SessionList } from './session-list.tsx';

const SESSIONS = ['profile', 'sessions'];

/** Where one is signed in. Ending a session costs a sign-in at most, so nothing is asked. */
export function SessionSection() {
  const { t } = useAdminText();
  const [ended, setEnded] = useState(0);
  const sessions = useQuery({
    queryKey: SESSIONS,
    queryFn: ({ signal }) =>
      api.call<readonly UserSession[]>('GET', '/api/users/profile/sessions', undefined, signal),
  });
  const end = useAction(async (id?: string) => {
    const one = id === undefined ? '' : `/${encodeURIComponent(id)}`;
    try {
      await api.call('DELETE', `/api/users/profile/sessions${one}`);
      setEnded((count) => count + 1);
    } finally {
      await queries.invalidateQueries({ queryKey: SESSIONS });
    }
  });
  return (
    <Section title={t('session.title')} hint={t('session.hint')}>
      <ProblemNote problem={end.problem} />
      <QueryGate query={sessions}>
        {(list) => (
          <>
            <SessionList sessions={list} onEnd={({ id }) => end.run(id)} />
            {list.some(({ current }) => !current) && (
              <div className="flex flex-wrap items-center gap-3">
                <Button isBusy={end.isBusy} onClick={() => end.run()}>
                  {t('session.endOthers')}
                </Button>
                <SavedNote saves={ended}>{t('session.ended')}</SavedNote>
              </div>
            )}
          </>
        )}
      </QueryGate>
    </Section>
  );
}
