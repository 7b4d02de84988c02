import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import type { AuditEntry } from '@pantau/contract/audit';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Dialog } from '../../ui/admin/dialog.tsx';
import { useTimeWords } from '../../ui/admin/use-time-words.ts';
import { deviceText } from '../account/session-list.tsx';
import type { AuditSearch } from './audit-search.ts';
import { entryFacts, type ChangedField } from './entry-facts.ts';
import { ActorText, EventText, TargetText } from './entry-texts.tsx';
import { eventWords } from './event-words.ts';

export interface EntryPanelProps {
  readonly entry: AuditEntry;
  readonly onClose: () => void;
}

/** All that one entry says: who, from where, on what, and what changed from what to what. */
export function EntryPanel({ entry, onClose }: EntryPanelProps) {
  const { t } = useAdminText();
  const { stamp } = useTimeWords();
  const words = eventWords(entry.type);
  const { changes, others } = entryFacts(entry.details);
  return (
    <Dialog title={words === undefined ? entry.type : t(words)} onClose={onClose} place="side">
      {changes.length > 0 && <Changes changes={changes} />}
      <dl className="grid gap-x-4 gap-y-3 text-sm sm:grid-cols-[8rem_minmax(0,1fr)]">
        <Row name={t('audit.at')}>
          <time dateTime={entry.at}>{stamp(entry.at)}</time>
        </Row>
        <Row name={t('audit.actor')}>
          <ActorText actor={entry.actor} />
        </Row>
        {entry.target !== null && (
          <Row name={t('audit.target')}>
            <TargetText target={entry.target} />
          </Row>
        )}
        {entry.ip !== null && <Row name={t('audit.ip')}>{entry.ip}</Row>}
        {entry.user_agent !== null && (
          <Row name={t('audit.device')}>
            <Device userAgent={entry.user_agent} />
          </Row>
        )}
        {entry.endpoint !== null && (
          <Row name={t('audit.endpoint')}>
            <code className="font-mono">{entry.endpoint}</code>
          </Row>
        )}
        {others.map(([name, value]) => (
          <Row key={name} name={name}>
            {value}
          </Row>
        ))}
        <Row name={t('audit.type')}>
          <code className="font-mono">{entry.type}</code>
        </Row>
        <Row name={t('audit.id')}>{entry.id}</Row>
      </dl>
      <nav aria-label={t('audit.more')} className="flex flex-wrap gap-x-5">
        {entry.actor.name !== null && (
          <MoreLink search={{ orang: entry.actor.name }}>
            {t('audit.more.actor', { name: entry.actor.name })}
          </MoreLink>
        )}
        {entry.ip !== null && (
          <MoreLink search={{ alamat: entry.ip }}>{t('audit.more.ip', { ip: entry.ip })}</MoreLink>
        )}
        <MoreLink search={{ jenis: entry.type }}>
          {t('audit.more.type')} <EventText type={entry.type} />
        </MoreLink>
      </nav>
    </Dialog>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="grid gap-0.5 sm:contents">
      <dt className="text-ink-soft">{name}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

function Changes({ changes }: { readonly changes: readonly ChangedField[] }) {
  const { t } = useAdminText();
  return (
    <section className="grid gap-3" aria-label={t('audit.changes')}>
      <h3 className="text-base">{t('audit.changes')}</h3>
      <ul className="grid divide-y divide-line rounded-control border border-line">
        {changes.map(({ field, before, after }) => (
          <li key={field} className="grid gap-1 px-3.5 py-2.5 text-sm">
            <code className="font-mono text-ink-soft">{field}</code>
            <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
              <span className="sr-only">{t('audit.before')}: </span>
              <del className="text-ink-soft decoration-1 wrap-anywhere">{before}</del>
              <ArrowRight size={16} className="shrink-0 text-ink-soft" aria-hidden="true" />
              <span className="sr-only">{t('audit.after')}: </span>
              <ins className="font-semibold no-underline wrap-anywhere">{after}</ins>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Device({ userAgent }: { readonly userAgent: string }) {
  const { t } = useAdminText();
  return (
    <>
      <span className="block">{deviceText(userAgent, t)}</span>
      <span className="block text-xs text-ink-soft">{userAgent}</span>
    </>
  );
}

function MoreLink({ search, children }: { readonly search: AuditSearch; readonly children: ReactNode }) {
  return (
    <Link
      to="/admin/aktivitas"
      search={search}
      className="inline-flex min-h-11 items-center gap-1.5 text-sm font-semibold text-accent"
    >
      {children}
    </Link>
  );
}
