import { Download, Printer } from 'lucide-react';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { CopyButton } from '../../ui/admin/copy-button.tsx';
import { Dialog } from '../../ui/admin/dialog.tsx';
import { Notice } from '../../ui/admin/notice.tsx';

export interface RecoveryCodesDialogProps {
  readonly codes: readonly string[];
  readonly username: string;
  readonly onClose: () => void;
}

/** Recovery codes, shown this once: to copy, to save, to print. Only the button ends it, so that no slip loses them. */
export function RecoveryCodesDialog({ codes, username, onClose }: RecoveryCodesDialogProps) {
  const { t } = useAdminText();
  const site = location.host;
  const text = [t('recovery.file', { name: username, site }), '', ...codes, ''].join('\r\n');
  return (
    <Dialog title={t('recovery.title')} onClose={onClose} isModalOnly>
      <Notice tone="warning" title={t('recovery.once')}>
        <p>{t('recovery.why')}</p>
      </Notice>
      <div className="print-only-this grid gap-3">
        <p className="hidden text-base print:block">{t('recovery.file', { name: username, site })}</p>
        <ul className="grid grid-cols-2 gap-x-6 gap-y-2 rounded-control bg-raised p-4 font-mono text-base select-all max-[22rem]:grid-cols-1">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
      <div className="flex flex-wrap gap-3">
        <CopyButton text={codes.join('\n')} />
        <Button
          icon={<Download size={18} aria-hidden="true" />}
          onClick={() => saveText(text, `pantau-${username}.txt`)}
        >
          {t('recovery.download')}
        </Button>
        <Button icon={<Printer size={18} aria-hidden="true" />} onClick={() => print()}>
          {t('recovery.print')}
        </Button>
      </div>
      <Button tone="primary" className="mt-1" onClick={onClose}>
        {t('recovery.kept')}
      </Button>
    </Dialog>
  );
}

function saveText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
