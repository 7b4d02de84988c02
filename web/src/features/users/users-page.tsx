import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';
import type { User } from '@pantau/contract/user';
import { useAdminText } from '../../locales/admin-texts.ts';
import { buttonClass } from '../../ui/admin/button.tsx';
import { DataTable, type Column } from '../../ui/admin/data-table.tsx';
import { QueryGate } from '../../ui/admin/query-gate.tsx';
import { PageHead } from '../../ui/admin/section.tsx';
import { Dot, Tag } from '../../ui/admin/tag.tsx';
import { useTimeWords } from '../../ui/admin/use-time-words.ts';
import { useMe } from '../auth/session.ts';
import { ROLE_WORDS } from './role-words.ts';
import { UserPanel } from './user-panel.tsx';
import { useUsers } from './user-query.ts';
import { NewUserPanel } from './new-user-panel.tsx';

const PAGE = '/admin/pengguna';

/** All accounts; the selected one, or a new one, in a panel at the side. */
export function UsersPage() {
  const { t } = useAdminText();
  const users = useUsers();
  const { buka } = useSearch({ from: '/app/admin/pengguna' });
  const navigate = useNavigate();
  const close = () => void navigate({ to: PAGE, search: {} });
  const selected = users.data?.find(({ id }) => String(id) === buka);
  return (
    <>
      <PageHead title={t('users.title')} hint={t('users.hint')}>
        <Link to={PAGE} search={{ buka: 'baru' }} className={buttonClass('primary')}>
          <UserPlus size={18} aria-hidden="true" />
          {t('users.add')}
        </Link>
      </PageHead>
      <QueryGate query={users}>{(list) => <UserTable users={list} />}</QueryGate>
      {buka === 'baru' && <NewUserPanel onClose={close} />}
      {selected !== undefined && <UserPanel key={selected.id} user={selected} onClose={close} />}
    </>
  );
}

function UserTable({ users }: { readonly users: readonly User[] }) {
  const { t } = useAdminText();
  const { ago } = useTimeWords();
  const me = useMe().data;
  const columns: readonly Column<User>[] = [
    {
      id: 'name',
      header: t('users.name'),
      isName: true,
      cell: (user) => (
        <span className="inline-flex flex-wrap items-center gap-2">
          <Link to={PAGE} search={{ buka: String(user.id) }} className="row-link font-semibold">
            {user.username}
          </Link>
          {user.id === me?.id && <Tag>{t('users.you')}</Tag>}
        </span>
      ),
    },
    {
      id: 'role',
      header: t('users.role'),
      cell: (user) => t(ROLE_WORDS[user.role]),
    },
    {
      id: 'state',
      header: t('users.state'),
      cell: (user) => <UserState user={user} />,
    },
    {
      id: 'factor',
      header: t('users.factor'),
      cell: (user) => <span className="text-ink-soft">{factorText(user, t)}</span>,
    },
    {
      id: 'login',
      header: t('users.lastLogin'),
      cell: (user) => (
        <span className="text-ink-soft">
          {user.last_login_at === null ? t('users.never') : ago(user.last_login_at)}
        </span>
      ),
    },
    {
      id: 'sessions',
      header: t('users.sessions'),
      className: 'md:text-right md:pr-3',
      cell: (user) => <span className="text-ink-soft">{user.sessions}</span>,
    },
  ];
  return <DataTable caption={t('users.title')} columns={columns} rows={users} keyOf={({ id }) => id} />;
}

function UserState({ user }: { readonly user: User }) {
  const { t } = useAdminText();
  if (!user.enabled) return <Dot tone="off">{t('users.disabled')}</Dot>;
  if (user.must_change_password) return <Dot tone="wait">{t('users.mustChange')}</Dot>;
  return <Dot tone="on">{t('users.enabled')}</Dot>;
}

function factorText(user: User, t: ReturnType<typeof useAdminText>['t']): string {
  const parts = [
    ...(user.has_totp ? [t('users.factor.totp')] : []),
    ...(user.passkeys > 0 ? [t('users.factor.passkeys', { count: user.passkeys })] : []),
  ];
  return parts.length === 0 ? t('users.factor.none') : parts.join(', ');
}
