import { useEffect, useId, useRef, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { useAdminText } from '../../locales/admin-texts.ts';
import { classNames } from '../class-names.ts';
import { IconButton } from '../icon-button.tsx';

const PLACES = { middle: 'dialog-middle', side: 'dialog-side', start: 'dialog-start' } as const;

export interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly onClose: () => void;
  /** In the middle, for one question; at the side, for the one thing selected; at the start, for the menu. On phones they fill the width. */
  readonly place?: keyof typeof PLACES;
  /** Only a button inside ends it: what is shown is shown once. */
  readonly isModalOnly?: boolean;
}

/** A native dialog: the browser traps focus, gives it back afterwards, and closes it with Esc. */
export function Dialog({ title, children, onClose, place = 'middle', isModalOnly = false }: DialogProps) {
  const { t } = useAdminText();
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return undefined;
    const opener = document.activeElement;
    dialog.showModal();
    const first =
      dialog.querySelector<HTMLElement>('[data-first]') ?? dialog.querySelector<HTMLElement>('h2');
    first?.focus();
    return () => {
      dialog.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      className={classNames('dialog', PLACES[place])}
      onCancel={(event) => {
        event.preventDefault();
        if (!isModalOnly && event.target === event.currentTarget) onClose();
      }}
      // The browser may close it despite `cancel`, on a second Esc.
      onClose={(event) => {
        if (event.target !== event.currentTarget || !event.currentTarget.isConnected) return;
        if (isModalOnly) event.currentTarget.showModal();
        else onClose();
      }}
      onPointerDown={(event) => {
        if (!isModalOnly && event.target === event.currentTarget) onClose();
      }}
    >
      <div className="flex max-h-[inherit] min-h-full flex-col">
        <header className="sticky top-0 z-10 flex items-center gap-3 border-b border-line bg-surface py-2 pr-2 pl-5">
          <h2 id={titleId} tabIndex={-1} className="min-w-0 flex-1 py-2 text-lg">
            {title}
          </h2>
          {!isModalOnly && (
            <IconButton label={t('action.close')} onClick={onClose}>
              <X size={20} aria-hidden="true" />
            </IconButton>
          )}
        </header>
        <div className="flex flex-1 flex-col gap-5 px-5 py-5">{children}</div>
      </div>
    </dialog>
  );
}
