import { Check, Share2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { browserClock } from '../../lib/clock.ts';
import { useText } from '../../locales/use-text.ts';
import { IconButton } from '../../ui/icon-button.tsx';

const COPIED_SHOWN_MS = 2_500;

/** Shares the present address with the phone's own sheet, or copies it. */
export function ShareButton({ title }: { readonly title: string }) {
  const { t } = useText();
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = browserClock.setTimer(COPIED_SHOWN_MS, () => setIsCopied(false));
    return () => timer.cancel();
  }, [isCopied]);
  const canShare = typeof navigator.share === 'function';
  // Copying needs a secure page: on plain http without a share sheet there is nothing to offer.
  if (!canShare && navigator.clipboard === undefined) return null;
  const share = async () => {
    const url = location.origin + location.pathname;
    if (canShare) await navigator.share({ title, url });
    else {
      await navigator.clipboard.writeText(url);
      setIsCopied(true);
    }
  };
  return (
    <IconButton
      label={t(isCopied ? 'camera.share.copied' : 'camera.share')}
      // Closing the sheet without sharing is no error.
      onClick={() => void share().catch(() => {})}
    >
      {isCopied ? <Check size={20} aria-hidden="true" /> : <Share2 size={20} aria-hidden="true" />}
      <span role="status" className={isCopied ? 'ml-2 text-sm' : 'sr-only'}>
        {isCopied ? t('camera.share.copied') : ''}
      </span>
    </IconButton>
  );
}
