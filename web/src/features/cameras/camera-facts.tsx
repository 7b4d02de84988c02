import type { StreamCamera } from '@pantau/contract/stream';
import type { ReactNode } from 'react';
import { formatCount, formatDecimal } from '../../lib/format.ts';
import { useText } from '../../locales/use-text.ts';

/** What is known of a camera, for people: where it is, what it shows, who watches. */
export function CameraFacts({ camera }: { readonly camera: StreamCamera }) {
  const { t, language } = useText();
  const { video, audio } = camera;
  const fps = video?.fps;
  return (
    <section aria-label={t('camera.about')} className="grid gap-4 pt-2">
      {camera.description !== null && <p className="max-w-prose text-base">{camera.description}</p>}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 text-sm sm:grid-cols-3 lg:grid-cols-4">
        {camera.location !== null && <Fact name={t('camera.place')}>{camera.location}</Fact>}
        {camera.area_name !== null && <Fact name={t('camera.area')}>{camera.area_name}</Fact>}
        <Fact name={t('camera.viewers')}>
          {t('camera.viewers.count', {
            count: language === 'en' ? camera.viewers : formatCount(camera.viewers, language),
          })}
        </Fact>
        {video !== null && (
          <Fact name={t('camera.picture')}>
            {video.width}×{video.height}
            {fps !== null && fps !== undefined && `, ${formatDecimal(Math.round(fps), language)} fps`}
          </Fact>
        )}
        {video !== null && (
          <Fact name={t('camera.sound')}>{audio === null ? t('camera.sound.none') : audio.codec}</Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="grid content-start gap-0.5">
      <dt className="text-ink-soft">{name}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  );
}
