import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, Download, SearchX } from 'lucide-react';
import type { AuditEntry, AuditPage as AuditEntries } from '@pantau/contract/audit';
import { useAdminText } from '../../locales/admin-texts.ts';
import { buttonClass } from '../../ui/admin/button.tsx';
import { DataTable, type Column } from '../../ui/admin/data-table.tsx';
import { QueryGate } from '../../ui/admin/query-gate.tsx';
import { PageHead } from '../../ui/admin/section.tsx';
import { useTimeWords } from '../../ui/admin/use-time-words.ts';
import { MessagePanel } from '../../ui/message-panel.tsx';
import { api } from '../auth/session.ts';
import { AuditFilters } from './audit-filters.tsx';
import { auditQuery, hasFilter, type AuditSearch } from './audit-search.ts';
import { AuditSummaryLine } from './audit-summary.tsx';
import { ActorText, EventText, TargetText } from './entry-texts.tsx';
import { EntryPanel } from './entry-panel.tsx';

export const AUDIT_PATH = '/admin/aktivitas';

/** Who did what, and what was refused. Filters, page and the entry looked at are in the address. */
export function AuditPage() {
  const { t } = useAdminText();
  const search: AuditSearch = useSearch({ from: '/app/admin/aktivitas' });
  const navigate = useNavigate();
  const { entri, ...listed } = search;
  const query = auditQuery(search);
  const page = useQuery({
    queryKey: ['audit', query],
    queryFn: ({ signal }) => api.call<AuditEntries>('GET', `/api/admin/audit?${query}`, undefined, signal),
    // The former list stays while another is on its way: no flicker while filtering.
    placeholderData: (previous) => previous,
  });
  const selected = page.data?.entries.find(({ id }) => String(id) === entri);
  return (
    <>
      <PageHead title={t('audit.title')} hint={t('audit.hint')}>
        <a
          href={`/api/admin/audit/export.csv?${auditQuery(search, false)}`}
          download="pantau-audit.csv"
          className={buttonClass()}
        >
          <Download size={18} aria-hidden="true" />
          {t('audit.csv')}
        </a>
      </PageHead>
      <AuditSummaryLine />
      <AuditFilters search={listed} />
      <QueryGate query={page}>
        {({ entries, next_before }) => (
          <>
            {entries.length === 0 ? (
              <NothingFound search={search} />
            ) : (
              <EntryTable entries={entries} search={listed} />
            )}
            <Pages search={listed} nextBefore={next_before} />
          </>
        )}
      </QueryGate>
      {selected !== undefined && (
        <EntryPanel
          key={selected.id}
          entry={selected}
          onClose={() => void navigate({ to: AUDIT_PATH, search: listed })}
        />
      )}
    </>
  );
}

function EntryTable({
  entries,
  search,
}: {
  readonly entries: readonly AuditEntry[];
  readonly search: AuditSearch;
}) {
  const { t } = useAdminText();
  const { moment, stamp } = useTimeWords();
  const columns: readonly Column<AuditEntry>[] = [
    {
      id: 'event',
      header: t('audit.event'),
      isName: true,
      cell: (entry) => (
        <Link
          to={AUDIT_PATH}
          search={{ ...search, entri: String(entry.id) }}
          className="row-link font-semibold"
        >
          <EventText type={entry.type} />
        </Link>
      ),
    },
    { id: 'actor', header: t('audit.actor'), cell: (entry) => <ActorText actor={entry.actor} /> },
    {
      id: 'target',
      header: t('audit.target'),
      isEmpty: (entry) => entry.target === null,
      cell: (entry) => <TargetText target={entry.target} />,
    },
    {
      id: 'ip',
      header: t('audit.ip'),
      isEmpty: (entry) => entry.ip === null,
      cell: (entry) => <span className="text-ink-soft">{entry.ip ?? '–'}</span>,
    },
    {
      id: 'at',
      header: t('audit.at'),
      className: 'md:whitespace-nowrap',
      cell: (entry) => (
        <time dateTime={entry.at} title={stamp(entry.at)} className="text-ink-soft">
          {moment(entry.at)}
        </time>
      ),
    },
  ];
  return <DataTable caption={t('audit.title')} columns={columns} rows={entries} keyOf={({ id }) => id} />;
}

function NothingFound({ search }: { readonly search: AuditSearch }) {
  const { t } = useAdminText();
  const isFiltered = hasFilter(search);
  return (
    <MessagePanel icon={<SearchX size={28} />} title={t(isFiltered ? 'audit.none.filtered' : 'audit.none')}>
      {isFiltered && (
        <Link to={AUDIT_PATH} search={{}} className={buttonClass('primary')}>
          {t('audit.clear')}
        </Link>
      )}
    </MessagePanel>
  );
}

function Pages({ search, nextBefore }: { readonly search: AuditSearch; readonly nextBefore: number | null }) {
  const { t } = useAdminText();
  const { sebelum, ...filters } = search;
  if (sebelum === undefined && nextBefore === null) return null;
  return (
    <nav aria-label={t('audit.pages')} className="flex justify-between gap-3 py-5">
      {sebelum === undefined ? (
        <span />
      ) : (
        <Link to={AUDIT_PATH} search={filters} className={buttonClass()}>
          <ChevronLeft size={18} aria-hidden="true" />
          {t('audit.newest')}
        </Link>
      )}
      {nextBefore !== null && (
        <Link to={AUDIT_PATH} search={{ ...filters, sebelum: String(nextBefore) }} className={buttonClass()}>
          {t('audit.older')}
          <ChevronRight size={18} aria-hidden="true" />
        </Link>
      )}
    </nav>
  );
}
