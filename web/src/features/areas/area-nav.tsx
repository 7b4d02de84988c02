import { useText } from '../../locales/use-text.ts';
import { classNames } from '../../ui/class-names.ts';
import type { AreaGroup } from './group-by-area.ts';

export interface AreaNavProps {
  readonly groups: readonly AreaGroup[];
  readonly online: number;
  readonly total: number;
  readonly selectedId: number | undefined;
  readonly onSelect: (areaId: number | undefined) => void;
}

/** The areas with how many of their cameras are on: a row of chips on phones, a list at the side on wide screens. */
export function AreaNav({ groups, online, total, selectedId, onSelect }: AreaNavProps) {
  const { t } = useText();
  return (
    <nav aria-label={t('areas.title')} className="min-w-0">
      <h2 className="mb-2 hidden px-3 text-sm text-ink-soft lg:block">{t('areas.title')}</h2>
      <ul className="no-scrollbar -mx-4 flex gap-2 overflow-x-auto px-4 py-1 md:-mx-6 md:px-6 lg:mx-0 lg:grid lg:gap-0.5 lg:px-0">
        <AreaItem
          name={t('areas.all')}
          online={online}
          total={total}
          isSelected={selectedId === undefined}
          onSelect={() => onSelect(undefined)}
        />
        {groups.map(({ area, name, cameras, online: groupOnline }) =>
          area === undefined ? null : (
            <AreaItem
              key={area.id}
              name={name ?? area.name}
              online={groupOnline}
              total={cameras.length}
              isSelected={selectedId === area.id}
              onSelect={() => onSelect(area.id)}
            />
          ),
        )}
      </ul>
    </nav>
  );
}

interface AreaItemProps {
  readonly name: string;
  readonly online: number;
  readonly total: number;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}

function AreaItem({ name, online, total, isSelected, onSelect }: AreaItemProps) {
  const { t } = useText();
  return (
    <li className="shrink-0">
      <button
        type="button"
        aria-pressed={isSelected}
        onClick={onSelect}
        className={classNames(
          'relative flex min-h-11 w-full items-center gap-2.5 rounded-full border px-4 text-sm transition-colors',
          'lg:justify-between lg:rounded-control lg:border-transparent lg:px-3 lg:text-left',
          isSelected
            ? 'border-accent bg-accent-soft font-semibold'
            : 'border-line bg-surface hover:bg-raised lg:bg-transparent',
        )}
      >
        <span className="whitespace-nowrap lg:whitespace-normal">{name}</span>
        <span className="text-xs whitespace-nowrap text-ink-soft">
          <span aria-hidden="true">
            {online}/{total}
          </span>
          <span className="sr-only">{t('areas.count', { live: online, total })}</span>
        </span>
      </button>
    </li>
  );
}
