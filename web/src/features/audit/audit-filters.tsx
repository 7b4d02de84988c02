import { useEffect, useState } from 'react';
import { Link, useNavigate } from '@tanstack/react-router';
import { ListFilter, Search } from 'lucide-react';
import { browserClock } from '../../lib/clock.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button, buttonClass } from '../../ui/admin/button.tsx';
import { SelectField } from '../../ui/admin/select-field.tsx';
import { TextField } from '../../ui/admin/text-field.tsx';
import { classNames } from '../../ui/class-names.ts';
import { hasFilter, readAuditSearch, type AuditSearch } from './audit-search.ts';
import { EVENT_GROUPS, EVENT_WORDS, GROUP_WORDS, isEventGroup } from './event-words.ts';

type FilterName = 'jenis' | 'orang' | 'alamat' | 'dari' | 'sampai' | 'cari';
/** After the last key: a word is one step of Back, not ten. */
const APPLY_AFTER_MS = 450;

/** Filters apply while they are typed; on phones all but the search are folded away. */
export function AuditFilters({ search }: { readonly search: AuditSearch }) {
  const { t } = useAdminText();
  const { values, change } = useTypedFilters(search);
  const { cari: _search, ...folded } = search;
  const [isOpen, setIsOpen] = useState(() => hasFilter(folded));
  return (
    <form role="search" className="grid gap-3 pb-6" onSubmit={(event) => event.preventDefault()}>
      <div className="flex items-end gap-3">
        <div className="relative min-w-0 flex-1 md:max-w-md">
          <TextField
            label={t('audit.search')}
            type="search"
            inputClassName="pl-10"
            maxLength={100}
            value={values.cari}
            onChange={(event) => change('cari', event.target.value)}
          />
          <Search size={18} className="absolute bottom-3.5 left-3 text-ink-soft" aria-hidden="true" />
        </div>
        <Button
          className="md:hidden"
          aria-expanded={isOpen}
          icon={<ListFilter size={18} aria-hidden="true" />}
          onClick={() => setIsOpen(!isOpen)}
        >
          {t('audit.filters')}
        </Button>
      </div>
      <div
        className={classNames(
          'grid items-end gap-3 sm:grid-cols-2 md:grid md:grid-cols-[minmax(0,1.4fr)_repeat(4,minmax(0,1fr))]',
          !isOpen && 'max-md:hidden',
        )}
      >
        <SelectField
          label={t('audit.kind')}
          value={values.jenis}
          onChange={(event) => change('jenis', event.target.value)}
        >
          <KindOptions />
        </SelectField>
        <TextField
          label={t('audit.actor')}
          autoCapitalize="none"
          autoComplete="off"
          value={values.orang}
          onChange={(event) => change('orang', event.target.value)}
        />
        <TextField
          label={t('audit.ip')}
          autoCapitalize="none"
          autoComplete="off"
          value={values.alamat}
          onChange={(event) => change('alamat', event.target.value)}
        />
        <TextField
          label={t('audit.from')}
          type="date"
          value={values.dari}
          onChange={(event) => change('dari', event.target.value)}
        />
        <TextField
          label={t('audit.to')}
          type="date"
          value={values.sampai}
          onChange={(event) => change('sampai', event.target.value)}
        />
      </div>
      {hasFilter(search) && (
        <div>
          <Link to="/admin/aktivitas" search={{}} className={classNames(buttonClass('quiet'), '-ml-4')}>
            {t('audit.clear')}
          </Link>
        </div>
      )}
    </form>
  );
}

function KindOptions() {
  const { t } = useAdminText();
  return (
    <>
      <option value="">{t('audit.kind.all')}</option>
      {Object.entries(EVENT_GROUPS).map(([group, types]) =>
        isEventGroup(group) ? (
          <optgroup key={group} label={t(GROUP_WORDS[group])}>
            <option value={group}>{t('audit.kind.group', { group: t(GROUP_WORDS[group]) })}</option>
            {types.map((type) => (
              <option key={type} value={type}>
                {t(EVENT_WORDS[type])}
              </option>
            ))}
          </optgroup>
        ) : null,
      )}
    </>
  );
}

/** What is typed, and after a moment the address; an address that changes otherwise (Back, a link) is what is shown. */
function useTypedFilters(search: AuditSearch) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState<Partial<Record<FilterName, string>>>({});
  const address = JSON.stringify(search);
  useEffect(() => setTyped({}), [address]);
  useEffect(() => {
    if (Object.keys(typed).length === 0) return undefined;
    const timer = browserClock.setTimer(APPLY_AFTER_MS, () => {
      const { sebelum: _page, ...filters } = search;
      const next = readAuditSearch({ ...filters, ...typed });
      if (JSON.stringify(next) === JSON.stringify(search)) setTyped({});
      else void navigate({ to: '/admin/aktivitas', search: next });
    });
    return () => timer.cancel();
    // `search` is told apart by its text.
    // eslint-disable-next-line react/exhaustive-deps
  }, [typed, address, navigate]);
  const value = (name: FilterName) => typed[name] ?? search[name] ?? '';
  return {
    values: {
      jenis: value('jenis'),
      orang: value('orang'),
      alamat: value('alamat'),
      dari: value('dari'),
      sampai: value('sampai'),
      cari: value('cari'),
    },
    change: (name: FilterName, text: string) => setTyped((now) => ({ ...now, [name]: text })),
  };
}
