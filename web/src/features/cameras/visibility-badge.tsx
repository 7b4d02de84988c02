import type { StreamCamera } from '@pantau/contract/stream';
import { EyeOff, Lock } from 'lucide-react';
import { useText } from '../../locales/use-text.ts';

/** Says of a camera that not everybody sees it; nothing of a public one. */
export function VisibilityBadge({ visibility }: { readonly visibility: StreamCamera['visibility'] }) {
  const { t } = useText();
  if (visibility === 'public') return null;
  const isPrivate = visibility === 'private';
  const Shape = isPrivate ? Lock : EyeOff;
  return (
    <span
      data-visibility={visibility}
      className="mt-0.5 inline-flex w-fit items-center gap-1 rounded-full border border-line px-2 py-0.5 text-xs font-semibold text-ink-soft"
    >
      <Shape size={12} aria-hidden="true" />
      {t(isPrivate ? 'visibility.private' : 'visibility.unlisted')}
    </span>
  );
}
