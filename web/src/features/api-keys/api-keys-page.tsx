import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { KeySquare, Plus } from 'lucide-react';
import type { ApiKey } from '@pantau/contract/api-key';
import { useAdminText } from '../../locales/admin-texts.ts';
import { AskDialog } from '../../ui/admin/ask-dialog.tsx';
import { Button, buttonClass } from '../../ui/admin/button.tsx';
import { DataTable, type Column } from '../../ui/admin/data-table.tsx';
import { QueryGate } from '../../ui/admin/query-gate.tsx';
import { PageHead } from '../../ui/admin/section.tsx';
import { Dot } from '../../ui/admin/tag.tsx';
import { useTimeWords } from '../../ui/admin/use-time-words.ts';
import { useNow } from '../../ui/use-now.ts';
import { MessagePanel } from '../../ui/message-panel.tsx';
import { api, queries } from '../auth/session.ts';
import { RIGHT_WORDS } from '../users/role-words.ts';
import { NewKeyPanel } from './new-key-panel.tsx';

const PAGE = '/admin/kunci';
const KEYS = ['api-keys'];

/** Keys for programs: what each may do, until when, and when it was last used. */
export function ApiKeysPage() {
  const { t } = useAdminText();
  const { buka } = useSearch({ from: '/app/admin/kunci' });
  const navigate = useNavigate();
  const [revoking, setRevoking] = useState<ApiKey>();
  const keys = useQuery({
    queryKey: KEYS,
    queryFn: ({ signal }) => api.call<readonly ApiKey[]>('GET', '/api/admin/api-keys', undefined, signal),
  });
  return (
    <>
      <PageHead title={t('keys.title')} hint={t('keys.hint')}>
        <Link to={PAGE} search={{ buka: 'baru' }} className={buttonClass('primary')}>
          <Plus size={18} aria-hidden="true" />
          {t('keys.add')}
        </Link>
      </PageHead>
      <QueryGate query={keys}>
        {(list) =>
          list.length === 0 ? (
            <MessagePanel icon={<KeySquare size={28} />} title={t('keys.none.title')}>
              <p>{t('keys.none.hint')}</p>
            </MessagePanel>
          ) : (
            <KeyTable keys={list} onRevoke={setRevoking} />
          )
        }
      </QueryGate>
      {buka === 'baru' && (
        <NewKeyPanel
          onMade={() => queries.invalidateQueries({ queryKey: KEYS })}
          onClose={() => void navigate({ to: PAGE, search: {} })}
        />
      )}
      {revoking !== undefined && (
        <AskDialog
          title={t('keys.revoke.title', { name: revoking.name })}
          text={t('keys.revoke.text')}
          action={t('keys.revoke')}
          onClose={() => setRevoking(undefined)}
          act={async () => {
            await api.call('DELETE', `/api/admin/api-keys/${revoking.id}`);
            await queries.invalidateQueries({ queryKey: KEYS });
          }}
        />
      )}
    </>
  );
}

function KeyTable({
  keys,
  onRevoke,
}: {
  readonly keys: readonly ApiKey[];
  readonly onRevoke: (key: ApiKey) => void;
}) {
  const { t } = useAdminText();
  const { ago, day } = useTimeWords();
  const nowMs = useNow(60_000);
  const columns: readonly Column<ApiKey>[] = [
    {
      id: 'name',
      header: t('keys.name'),
      isName: true,
      cell: (key) => (
        <>
          <span className="block font-semibold">{key.name}</span>
          <code className="font-mono text-sm text-ink-soft">{key.prefix}…</code>
        </>
      ),
    },
    {
      id: 'scopes',
      header: t('keys.scopes'),
      className: 'md:max-w-80',
      cell: (key) => (
        <ul className="grid gap-0.5 text-ink-soft">
          {key.scopes.map((scope) => (
            <li key={scope}>{t(RIGHT_WORDS[scope])}</li>
          ))}
        </ul>
      ),
    },
    {
      id: 'expires',
      header: t('keys.expires'),
      cell: (key) => {
        if (key.expires_at === null) return <Dot tone="on">{t('keys.expires.never')}</Dot>;
        const isOver = Date.parse(key.expires_at) <= nowMs;
        return (
          <Dot tone={isOver ? 'off' : 'on'}>
            {isOver ? t('keys.expired', { day: day(key.expires_at) }) : day(key.expires_at)}
          </Dot>
        );
      },
    },
    {
      id: 'used',
      header: t('keys.used'),
      cell: (key) => (
        <span className="text-ink-soft">
          {key.last_used_at === null ? t('keys.unused') : ago(key.last_used_at)}
          {key.last_used_ip !== null && <span className="block">{key.last_used_ip}</span>}
        </span>
      ),
    },
    {
      id: 'created',
      header: t('keys.created'),
      className: 'md:max-lg:hidden',
      cell: (key) => (
        <span className="text-ink-soft">
          {day(key.created_at)}
          {key.created_by !== null && <span className="block">{key.created_by}</span>}
        </span>
      ),
    },
    {
      id: 'revoke',
      header: t('keys.actions'),
      className: 'md:text-right md:pr-3',
      cell: (key) => (
        <Button
          tone="danger"
          className="whitespace-nowrap"
          aria-label={t('keys.revoke.one', { name: key.name })}
          onClick={() => onRevoke(key)}
        >
          {t('keys.revoke')}
        </Button>
      ),
    },
  ];
  return <DataTable caption={t('keys.title')} columns={columns} rows={keys} keyOf={({ id }) => id} />;
}
