import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AuditSummary } from '@pantau/contract/audit';
import { useAdminText } from '../../locales/admin-texts.ts';
import { api } from '../auth/session.ts';
import type { AuditSearch } from './audit-search.ts';

/** What the last seven days ask to be looked at; nothing when all was calm. */
export function AuditSummaryLine() {
  const { t } = useAdminText();
  const summary = useQuery({
    queryKey: ['audit-summary'],
    queryFn: ({ signal }) => api.call<AuditSummary>('GET', '/api/admin/audit/summary', undefined, signal),
    staleTime: 60_000,
  }).data;
  if (summary === undefined) return null;
  const count = (type: string) => summary.by_type.find((row) => row.type === type)?.count ?? 0;
  const [address] = summary.failing_addresses;
  const failures = count('AUTH_FAILURE');
  const locks = count('ACCOUNT_LOCKOUT');
  const denied = count('ACCESS_DENIED') + count('ORIGIN_VALIDATION_FAILURE');
  if (failures + locks + denied === 0) {
    return <p className="pb-5 text-sm text-ink-soft">{t('audit.week.calm')}</p>;
  }
  return (
    <p className="flex flex-wrap items-center gap-x-4 pb-4 text-sm">
      <span className="text-ink-soft">{t('audit.week')}</span>
      {failures > 0 && (
        <Fact search={{ jenis: 'AUTH_FAILURE' }}>{t('audit.week.failures', { count: failures })}</Fact>
      )}
      {locks > 0 && (
        <Fact search={{ jenis: 'ACCOUNT_LOCKOUT' }}>{t('audit.week.locks', { count: locks })}</Fact>
      )}
      {denied > 0 && <Fact search={{ jenis: 'penolakan' }}>{t('audit.week.denied', { count: denied })}</Fact>}
      {address !== undefined && (
        <Fact search={{ jenis: 'AUTH_FAILURE', alamat: address.ip }}>
          {t('audit.week.address', { ip: address.ip, count: address.count })}
        </Fact>
      )}
    </p>
  );
}

function Fact({ search, children }: { readonly search: AuditSearch; readonly children: ReactNode }) {
  return (
    <Link
      to="/admin/aktivitas"
      search={search}
      className="inline-flex min-h-11 items-center font-semibold text-accent md:min-h-8"
    >
      {children}
    </Link>
  );
}
