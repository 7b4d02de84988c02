import type { StreamRendition } from '@pantau/contract/stream';
import { useText } from '../locales/use-text.ts';
import { MenuChoice } from './menu-choice.tsx';
import { QUALITY_WISHES, type QualityWish, type RenditionName } from './rendition-choice.ts';

export interface QualityChoicesProps {
  readonly renditions: readonly StreamRendition[];
  readonly wanted: QualityWish;
  /** The size that is shown. */
  readonly used: RenditionName | undefined;
  readonly onChoose: (quality: QualityWish) => void;
}

const HINTS = {
  auto: 'player.quality.auto.hint',
  main: 'player.quality.main.hint',
  sub: 'player.quality.sub.hint',
} as const;

/** The sizes of a camera that has more than one: by itself, each by its height, the small one as what saves data. */
export function QualityChoices({ renditions, wanted, used, onChoose }: QualityChoicesProps) {
  const { t } = useText();
  const nameOf = (name: RenditionName): string => {
    const height = renditions.find((rendition) => rendition.name === name)?.video?.height;
    return height === undefined
      ? t(name === 'main' ? 'player.quality.main' : 'player.quality.sub')
      : t('player.quality.height', { height });
  };
  return (
    <div role="radiogroup" aria-label={t('player.quality')} className="mt-1.5 border-t border-line pt-1.5">
      {QUALITY_WISHES.map((wish) => (
        <MenuChoice
          key={wish}
          label={wish === 'auto' ? t('player.quality.auto') : nameOf(wish)}
          hint={
            wish === 'auto' && used !== undefined
              ? t('player.quality.auto.now', { size: nameOf(used) })
              : t(HINTS[wish])
          }
          isChosen={wish === wanted}
          onChoose={() => onChoose(wish)}
        />
      ))}
    </div>
  );
}
