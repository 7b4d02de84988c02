import { useEffect, useState, type ReactNode } from 'react';
import { Check } from 'lucide-react';
import { browserClock } from '../../lib/clock.ts';
import { useAdminText } from '../../locales/admin-texts.ts';

const SHOWN_MS = 6_000;

/** "Saved", beside the button that saved, for a while. @param saves counts up with each save */
export function SavedNote({ saves, children }: { readonly saves: number; readonly children?: ReactNode }) {
  const { t } = useAdminText();
  const [seen, setSeen] = useState(saves);
  const isShown = saves !== seen;
  useEffect(() => {
    if (!isShown) return undefined;
    const timer = browserClock.setTimer(SHOWN_MS, () => setSeen(saves));
    return () => timer.cancel();
  }, [isShown, saves]);
  return (
    <span role="status" className="text-sm font-medium text-live">
      {isShown && (
        <span className="inline-flex items-center gap-1.5">
          <Check size={18} aria-hidden="true" />
          {children ?? t('action.saved')}
        </span>
      )}
    </span>
  );
}
