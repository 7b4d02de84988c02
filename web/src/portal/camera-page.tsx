import type { StreamCamera } from '@pantau/contract/stream';
import { useQueryClient } from '@tanstack/react-query';
import { ChevronLeft, ServerOff } from 'lucide-react';
import { Link } from 'wouter';
import { CameraCard } from '../features/cameras/camera-card.tsx';
import { CameraFacts } from '../features/cameras/camera-facts.tsx';
import { parseCameraSlug, parseStreamKey } from '../features/cameras/camera-path.ts';
import { ShareButton } from '../features/cameras/share-button.tsx';
import { VisibilityBadge } from '../features/cameras/visibility-badge.tsx';
import { ReplyError } from '../features/streams/conditional-fetch.ts';
import { LostServerNote } from '../features/streams/lost-server-note.tsx';
import { refreshStreams, useLinkedCamera, useStreams } from '../features/streams/stream-query.ts';
import { browserClock } from '../lib/clock.ts';
import { useText } from '../locales/use-text.ts';
import { Player } from '../player/player.tsx';
import { MessagePanel, PRIMARY_BUTTON } from '../ui/message-panel.tsx';
import { usePageTitle } from '../ui/use-page-title.ts';
import { MissingPage } from './missing-page.tsx';

const NEIGHBOURS_MAX = 6;

/** One camera, large: from the list by its number, or by the link of a camera that no list has. */
export function CameraPage({ slug }: { readonly slug: string }) {
  const streamKey = parseStreamKey(slug);
  if (streamKey !== undefined) return <LinkedCamera streamKey={streamKey} />;
  return <ListedCamera id={parseCameraSlug(slug)} />;
}

function ListedCamera({ id }: { readonly id: number | undefined }) {
  const streams = useStreams();
  const camera = streams.data?.find((candidate) => candidate.id === id);
  if (camera !== undefined && streams.data !== undefined) {
    return (
      <>
        {streams.isError && (
          <LostServerNote lastAnswerMs={streams.dataUpdatedAt} timezone={camera.timezone} />
        )}
        <CameraView camera={camera} others={neighboursOf(camera, streams.data)} />
      </>
    );
  }
  if (streams.data !== undefined || id === undefined) return <MissingCamera />;
  return streams.isError ? <LostServer onRetry={() => void streams.refetch()} /> : <Loading />;
}

function LinkedCamera({ streamKey }: { readonly streamKey: string }) {
  const streams = useStreams();
  const { data: camera, error, isError, dataUpdatedAt, refetch } = useLinkedCamera(streamKey);
  if (error instanceof ReplyError && error.status === 404) return <MissingCamera />;
  if (camera !== undefined) {
    return (
      <>
        {isError && <LostServerNote lastAnswerMs={dataUpdatedAt} timezone={camera.timezone} />}
        <CameraView camera={camera} others={neighboursOf(camera, streams.data ?? [])} />
      </>
    );
  }
  return isError ? <LostServer onRetry={() => void refetch()} /> : <Loading />;
}

function MissingCamera() {
  return <MissingPage title="camera.missing.title" hint="camera.missing.hint" />;
}

function LostServer({ onRetry }: { readonly onRetry: () => void }) {
  const { t } = useText();
  return (
    <MessagePanel icon={<ServerOff size={28} />} title={t('cameras.error.title')} role="alert" isPage>
      <p>{t('cameras.error.hint')}</p>
      <button type="button" className={PRIMARY_BUTTON} onClick={onRetry}>
        {t('cameras.error.retry')}
      </button>
    </MessagePanel>
  );
}

function Loading() {
  const { t } = useText();
  return (
    <div className="mx-auto grid max-w-6xl animate-pulse gap-4 pt-4" aria-busy="true">
      <p role="status" className="sr-only">
        {t('cameras.loading')}
      </p>
      <div className="h-11 w-1/2 rounded bg-raised" />
      <div className="player-box rounded-picture bg-raised" />
    </div>
  );
}

function CameraView({
  camera,
  others,
}: {
  readonly camera: StreamCamera;
  readonly others: readonly StreamCamera[];
}) {
  const { t } = useText();
  const queries = useQueryClient();
  usePageTitle(`${camera.name} · ${t('app.name')}`);
  const backTo = camera.area_id === null ? '/' : `/?wilayah=${camera.area_id}`;
  return (
    <div className="grid items-start gap-x-8 gap-y-8 pt-2 md:pt-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="grid min-w-0 gap-3">
        <div className="flex items-center gap-3">
          <div className="min-w-0 flex-1">
            <Link
              href={backTo}
              className="-ml-1 inline-flex min-h-11 items-center gap-0.5 text-sm font-semibold text-accent md:min-h-8"
            >
              <ChevronLeft size={18} aria-hidden="true" />
              {camera.area_name ?? t('camera.back')}
            </Link>
            <h1 className="text-lg leading-tight md:text-xl">{camera.name}</h1>
            <VisibilityBadge visibility={camera.visibility} />
          </div>
          <ShareButton title={camera.name} />
        </div>
        <Player
          key={camera.id}
          camera={camera}
          onFailed={() => refreshStreams(queries, browserClock.now())}
        />
        <CameraFacts camera={camera} />
      </div>
      {others.length > 0 && (
        <aside className="grid min-w-0 gap-4">
          <h2 className="text-lg">
            {camera.area_name === null
              ? t('camera.othersNoArea')
              : t('camera.others', { area: camera.area_name })}
          </h2>
          <ul className="grid gap-x-5 gap-y-6 sm:grid-cols-2 xl:grid-cols-1">
            {others.map((other) => (
              <li key={other.id}>
                <CameraCard camera={other} />
              </li>
            ))}
          </ul>
        </aside>
      )}
    </div>
  );
}

function neighboursOf(camera: StreamCamera, all: readonly StreamCamera[]): readonly StreamCamera[] {
  return all
    .filter(({ id, area_id }) => id !== camera.id && area_id === camera.area_id)
    .slice(0, NEIGHBOURS_MAX);
}
