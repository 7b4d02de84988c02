import type { StreamCamera } from '@pantau/contract/stream';
import { SearchX, ServerOff } from 'lucide-react';
import { AreaNav } from '../features/areas/area-nav.tsx';
import { countOnline, groupByArea, type AreaGroup } from '../features/areas/group-by-area.ts';
import { CameraGrid, CameraGridSkeleton } from '../features/cameras/camera-grid.tsx';
import { searchCameras } from '../features/cameras/camera-search.ts';
import { FirstRun } from '../features/cameras/first-run.tsx';
import { useListFilter } from '../features/cameras/use-list-filter.ts';
import { LostServerNote } from '../features/streams/lost-server-note.tsx';
import { useAreas, useStreams } from '../features/streams/stream-query.ts';
import { useText } from '../locales/use-text.ts';
import { MessagePanel, PRIMARY_BUTTON } from '../ui/message-panel.tsx';
import { usePageTitle } from '../ui/use-page-title.ts';

/** The town at a glance: areas, and a picture of every camera. */
export function LandingPage() {
  const { t } = useText();
  const streams = useStreams();
  usePageTitle(`${t('app.name')} · ${t('app.tagline')}`);
  return (
    <>
      <h1 className="sr-only">{`${t('app.name')}: ${t('app.tagline')}`}</h1>
      {streams.data === undefined ? (
        <ListNotYet isFailed={streams.isError} onRetry={() => void streams.refetch()} />
      ) : (
        <CameraList cameras={streams.data} isLost={streams.isError} answeredAtMs={streams.dataUpdatedAt} />
      )}
    </>
  );
}

function ListNotYet({ isFailed, onRetry }: { readonly isFailed: boolean; readonly onRetry: () => void }) {
  const { t } = useText();
  if (isFailed) {
    return (
      <MessagePanel icon={<ServerOff size={28} />} title={t('cameras.error.title')} role="alert">
        <p>{t('cameras.error.hint')}</p>
        <button type="button" className={PRIMARY_BUTTON} onClick={onRetry}>
          {t('cameras.error.retry')}
        </button>
      </MessagePanel>
    );
  }
  return (
    <div className="pt-6 lg:pl-[16.5rem]" aria-busy="true">
      <p role="status" className="sr-only">
        {t('cameras.loading')}
      </p>
      <CameraGridSkeleton />
    </div>
  );
}

interface CameraListProps {
  readonly cameras: readonly StreamCamera[];
  readonly isLost: boolean;
  readonly answeredAtMs: number;
}

function CameraList({ cameras, isLost, answeredAtMs }: CameraListProps) {
  const areas = useAreas().data ?? [];
  const { query, areaId, setAreaId } = useListFilter();
  const note = isLost && (
    <LostServerNote lastAnswerMs={answeredAtMs} timezone={cameras[0]?.timezone ?? 'Asia/Jakarta'} />
  );
  if (cameras.length === 0) {
    return (
      <div className="grid gap-4 pt-5">
        {note}
        <FirstRun />
      </div>
    );
  }
  const everywhere = groupByArea(cameras, areas, true);
  const found = searchCameras(cameras, query);
  const groups = groupByArea(found, areas).filter(
    (group) => areaId === undefined || group.area?.id === areaId,
  );
  const area = everywhere.find((group) => group.area?.id === areaId);
  return (
    <div className="grid items-start gap-x-8 gap-y-5 pt-4 lg:grid-cols-[14.5rem_minmax(0,1fr)] lg:pt-6">
      <div className="min-w-0 lg:sticky lg:top-24">
        <AreaNav
          groups={everywhere}
          online={countOnline(cameras)}
          total={cameras.length}
          selectedId={areaId}
          onSelect={setAreaId}
        />
      </div>
      <div className="grid min-w-0 gap-8">
        {note}
        <SearchResultCount
          query={query}
          count={groups.reduce((sum, group) => sum + group.cameras.length, 0)}
        />
        {groups.length === 0 ? (
          <NothingFound query={query} areaName={area?.name} />
        ) : (
          <AreaSections groups={groups} />
        )}
      </div>
    </div>
  );
}

function AreaSections({ groups }: { readonly groups: readonly AreaGroup[] }) {
  const { t } = useText();
  return groups.map((group) => {
    const name = group.name ?? t('areas.none');
    const district = group.area?.kecamatan;
    return (
      <section key={group.area?.id ?? name} aria-label={name} className="grid gap-4">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <h2 className="text-lg">{name}</h2>
          <p className="text-sm text-ink-soft">
            {district !== undefined && district !== null && district !== name && (
              <>{t('areas.district', { name: district })} · </>
            )}
            {t('areas.count', { live: group.online, total: group.cameras.length })}
          </p>
        </div>
        <CameraGrid cameras={group.cameras} />
      </section>
    );
  });
}

function SearchResultCount({ query, count }: { readonly query: string; readonly count: number }) {
  const { t } = useText();
  if (query.trim() === '' || count === 0) return null;
  return (
    <p role="status" className="-mb-4 text-sm text-ink-soft">
      {t('cameras.found', { count })}
    </p>
  );
}

function NothingFound({
  query,
  areaName,
}: {
  readonly query: string;
  readonly areaName: string | undefined;
}) {
  const { t } = useText();
  const { clear } = useListFilter();
  const isSearch = query.trim() !== '';
  const title = isSearch
    ? t('cameras.notFound.title', { query: query.trim() })
    : (areaName ?? t('areas.title'));
  return (
    <MessagePanel icon={<SearchX size={28} />} title={title}>
      <p>{t(isSearch ? 'cameras.notFound.hint' : 'cameras.areaEmpty')}</p>
      <button type="button" className={PRIMARY_BUTTON} onClick={clear}>
        {t('cameras.notFound.clear')}
      </button>
    </MessagePanel>
  );
}
