import { Link } from 'wouter';
import { useText } from '../locales/use-text.ts';
import { BrandMark } from './brand-mark.tsx';

/** The mark and the name: the way home. */
export function Brand() {
  const { t } = useText();
  return (
    <Link
      href="/"
      className="flex h-11 shrink-0 items-center gap-2.5 rounded-control pr-1 font-display text-lg font-extrabold tracking-tight"
    >
      <BrandMark />
      {t('app.name')}
    </Link>
  );
}
