import { WifiOff } from 'lucide-react';
import { formatMoment } from '../../lib/format.ts';
import { useText } from '../../locales/use-text.ts';
import { useNow } from '../../ui/use-now.ts';
import { useOnline } from '../../ui/use-online.ts';

/** While the server does not answer and the last list is kept: since when, and that somebody is on it. At the screen's edge, so that nothing jumps. */
export function LostServerNote({
  lastAnswerMs,
  timezone,
}: {
  readonly lastAnswerMs: number;
  readonly timezone: string;
}) {
  const { t, language } = useText();
  const nowMs = useNow(30_000);
  const isOnline = useOnline();
  const time = formatMoment(lastAnswerMs, nowMs, timezone, language);
  return (
    <p
      role="status"
      className="fixed inset-x-4 bottom-4 z-20 mx-auto flex max-w-xl items-center gap-3 rounded-control border border-degraded bg-surface px-4 py-3 text-sm shadow-one"
    >
      <WifiOff size={18} className="shrink-0 text-degraded" aria-hidden="true" />
      {t(isOnline ? 'cameras.offline' : 'cameras.noNetwork', { time })}
    </p>
  );
}
