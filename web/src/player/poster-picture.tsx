import { splitAge } from '../lib/format.ts';
import { useText } from '../locales/use-text.ts';
import { classNames } from '../ui/class-names.ts';
import type { PosterHandle } from './use-poster.ts';

/** The still picture itself, inside a box of known size. What it shows is said beside it, so it has no words of its own. */
export function PosterPicture({
  poster,
  sizes,
  isLazy = false,
}: {
  readonly poster: PosterHandle;
  /** How wide it is shown, for `sizes` of the image. */
  readonly sizes: string;
  readonly isLazy?: boolean;
}) {
  const { url, isOld, onFailed } = poster;
  return (
    <img
      src={`${url}&w=320`}
      srcSet={`${url}&w=320 320w, ${url}&w=960 960w`}
      sizes={sizes}
      alt=""
      loading={isLazy ? 'lazy' : 'eager'}
      decoding="async"
      onError={onFailed}
      data-poster={isOld ? 'old' : 'fresh'}
      className={classNames(
        'pointer-events-none absolute inset-0 size-full object-contain',
        isOld && 'picture-stale',
      )}
    />
  );
}

/** How old a picture is that does not move: never left out. */
export function PictureAge({ ageS }: { readonly ageS: number }) {
  const { t } = useText();
  const { unit, count } = splitAge(ageS);
  return (
    <span className="rounded-full bg-scrim px-2.5 py-1 text-xs text-on-video">
      {t('card.age', { age: t(`age.${unit}`, { count }) })}
    </span>
  );
}
