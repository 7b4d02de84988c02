import type { ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { ServerOff } from 'lucide-react';
import { useAdminText } from '../../locales/admin-texts.ts';
import { MessagePanel } from '../message-panel.tsx';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';
import { ProblemNote, useWait } from './problem-note.tsx';
import { TableSkeleton } from './data-table.tsx';
import type { Problem } from './use-server-form.ts';

export interface QueryGateProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** On its way, failed, or there; what is there stays while a newer answer cannot be had. */
export function QueryGate<T>({ query, children }: QueryGateProps<T>) {
  const { t } = useAdminText();
  const problem: Problem | undefined = query.isError
    ? { error: query.error, atMs: query.errorUpdatedAt }
    : undefined;
  const wait = useWait(problem);
  if (query.data !== undefined) {
    return (
      <>
        {problem !== undefined && (
          <Notice tone="warning" role="status" className="mb-4">
            <p>{t('load.stale')}</p>
          </Notice>
        )}
        {children(query.data)}
      </>
    );
  }
  if (problem === undefined) return <TableSkeleton label={t('load.wait')} />;
  return (
    <MessagePanel icon={<ServerOff size={28} />} title={t('load.failed')} role="alert">
      <div className="text-left">
        <ProblemNote problem={problem} />
      </div>
      <Button
        tone="primary"
        disabled={wait !== undefined}
        isBusy={query.isFetching}
        onClick={() => void query.refetch()}
      >
        {t('action.retry')}
      </Button>
    </MessagePanel>
  );
}
