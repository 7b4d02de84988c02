import type { ReactNode } from 'react';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ProblemNote } from './problem-note.tsx';
import { useAction } from './use-action.ts';

export interface AskDialogProps {
  readonly title: string;
  readonly text: string;
  /** The verb on the button. */
  readonly action: string;
  readonly children?: ReactNode;
  readonly onClose: () => void;
  /** What is done on yes; what it throws is shown, and the question stays. */
  readonly act: () => Promise<void>;
}

/** Asks before something that cannot be undone. The safe answer has the focus. */
export function AskDialog({ title, text, action, children, onClose, act }: AskDialogProps) {
  const { t } = useAdminText();
  const yes = useAction(async () => {
    await act();
    onClose();
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <p className="text-base text-ink-soft">{text}</p>
      {children}
      <ProblemNote problem={yes.problem} />
      <div className="flex flex-wrap justify-end gap-3">
        <Button data-first onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button tone="danger" isBusy={yes.isBusy} onClick={() => yes.run()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
