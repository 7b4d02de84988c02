import { WifiOff } from 'lucide-react';
import { formatMoment } from '../../lib/format.ts';
import { useText } from '../../locales/use-text.ts';
import { useNow } from '../../ui/use-now.ts';
import { useOnline } from '../../ui/use-online.ts';

/** Above a list that is kept while the server does not answer: since when, and that somebody is on it. */
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
      className="flex items-center gap-3 rounded-control border border-degraded bg-surface px-4 py-3 text-sm"
    >
      <WifiOff size={18} className="shrink-0 text-degraded" aria-hidden="true" />
      {t(isOnline ? 'cameras.offline' : 'cameras.noNetwork', { time })}
    </p>
  );
}
