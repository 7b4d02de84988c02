import { useEffect, useState } from 'react';
import { Check, Copy } from 'lucide-react';
import { browserClock } from '../../lib/clock.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from './button.tsx';

const SHOWN_MS = 2_500;

/** Copies a text; says so, also to screen readers. Where the browser forbids it (plain HTTP), the text can be selected. */
export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }) {
  const { t } = useAdminText();
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = browserClock.setTimer(SHOWN_MS, () => setState('idle'));
    return () => timer.cancel();
  }, [state]);
  const words = {
    idle: label ?? t('action.copy'),
    copied: t('action.copied'),
    failed: t('action.copyFailed'),
  };
  return (
    <Button
      onClick={() => void copyText(text).then((isCopied) => setState(isCopied ? 'copied' : 'failed'))}
      icon={
        state === 'copied' ? <Check size={18} aria-hidden="true" /> : <Copy size={18} aria-hidden="true" />
      }
    >
      <span aria-live="polite">{words[state]}</span>
    </Button>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The older way, which also works without https. An open dialog makes the rest of the page inert, so the text goes into it. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.className = 'sr-only';
  const opener = document.activeElement;
  const host = opener?.closest('dialog') ?? document.body;
  host.append(area);
  area.select();
  let isCopied = false;
  try {
    isCopied = document.execCommand('copy');
  } catch {
    // Not allowed: the person selects it by hand.
  }
  area.remove();
  if (opener instanceof HTMLElement) opener.focus();
  return isCopied;
}
