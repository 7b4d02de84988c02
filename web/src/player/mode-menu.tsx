import { Settings2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../locales/use-text.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { canUse, capabilitiesFor, DELIVERY_MODES, type DeliveryMode } from './delivery-mode.ts';
import type { StreamAddresses } from './delivery-session.ts';
import { MenuChoice } from './menu-choice.tsx';
import { readCapabilities } from './open-session.ts';
import { QualityChoices, type QualityChoicesProps } from './quality-choices.tsx';

export interface ModeMenuProps {
  readonly wanted: DeliveryMode;
  readonly used: DeliveryMode | undefined;
  readonly addresses: StreamAddresses;
  readonly onChoose: (mode: DeliveryMode) => void;
  /** Undefined for a camera of one size. */
  readonly quality: QualityChoicesProps | undefined;
}

/** A sheet at the bottom of a phone, where a picture leaves no room above the button; else above the button, and never higher than the window. */
const PANEL =
  'fixed inset-x-2 bottom-2 z-40 max-h-[calc(100dvh-5rem)] overflow-y-auto overscroll-contain rounded-picture border border-line bg-surface p-1.5 text-ink shadow-one ' +
  'sm:absolute sm:inset-x-auto sm:right-0 sm:bottom-full sm:mb-2 sm:max-h-[calc(100dvh-9rem)] sm:w-72';

/** "How to watch": data saver, smooth or fast, each with what it costs, and in which size. Radio groups in a small panel. */
export function ModeMenu({ wanted, used, addresses, onChoose, quality }: ModeMenuProps) {
  const { t } = useText();
  const [isOpen, setIsOpen] = useState(false);
  const rootRef = useRef<HTMLDivElement>(null);
  const buttonRef = useRef<HTMLButtonElement>(null);
  const capabilities = capabilitiesFor(readCapabilities(), addresses);

  useEffect(() => {
    if (!isOpen) return;
    const abort = new AbortController();
    const { signal } = abort;
    rootRef.current?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
    document.addEventListener(
      'pointerdown',
      ({ target }) => {
        if (target instanceof Node && !rootRef.current?.contains(target)) setIsOpen(false);
      },
      { signal },
    );
    return () => abort.abort();
  }, [isOpen]);

  const close = () => {
    setIsOpen(false);
    buttonRef.current?.focus();
  };
  const modes = DELIVERY_MODES.filter((mode) => canUse(mode, capabilities)).toReversed();
  // What was chosen for another site or day may not be had here.
  const chosen = modes.includes(wanted) ? wanted : used;
  return (
    <div
      ref={rootRef}
      className="sm:relative"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && isOpen) {
          event.stopPropagation();
          close();
        }
        if (isOpen && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
          event.preventDefault();
          event.stopPropagation();
          moveFocus(rootRef.current, event.key === 'ArrowDown' ? 1 : -1);
        }
      }}
    >
      <IconButton
        ref={buttonRef}
        tone="video"
        label={t('player.settings')}
        aria-haspopup="true"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Settings2 size={20} aria-hidden="true" />
        <span className="ml-2 hidden text-sm sm:inline">{t(`player.mode.${used ?? wanted}`)}</span>
      </IconButton>
      {isOpen && (
        <div className={PANEL}>
          <div role="radiogroup" aria-label={t('player.settings')}>
            {modes.map((mode) => (
              <MenuChoice
                key={mode}
                label={t(`player.mode.${mode}`)}
                hint={t(`player.mode.${mode}.hint`)}
                isChosen={mode === chosen}
                onChoose={() => {
                  onChoose(mode);
                  close();
                }}
              />
            ))}
          </div>
          {quality !== undefined && (
            <QualityChoices
              {...quality}
              onChoose={(wish) => {
                quality.onChoose(wish);
                close();
              }}
            />
          )}
        </div>
      )}
    </div>
  );
}

function moveFocus(root: HTMLElement | null, step: number): void {
  const items = [...(root?.querySelectorAll<HTMLElement>('[role="radio"]') ?? [])];
  const at = items.findIndex((item) => item === document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
}
