import { useState, type ReactNode } from 'react';
import { DeclinedError } from '../../lib/api-client.ts';
import { browserClock } from '../../lib/clock.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ProblemNote } from './problem-note.tsx';
import type { Problem } from './use-server-form.ts';

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
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setIsBusy] = useState(false);
  const onYes = async () => {
    setProblem(undefined);
    setIsBusy(true);
    try {
      await act();
      onClose();
    } catch (error) {
      if (!(error instanceof DeclinedError)) setProblem({ error, atMs: browserClock.now() });
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p className="text-base text-ink-soft">{text}</p>
      {children}
      <ProblemNote problem={problem} />
      <div className="flex flex-wrap justify-end gap-3">
        <Button data-first onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button tone="danger" isBusy={isBusy} onClick={() => void onYes()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
