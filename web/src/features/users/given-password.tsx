import { Dices } from 'lucide-react';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { CopyButton } from '../../ui/admin/copy-button.tsx';
import { Notice } from '../../ui/admin/notice.tsx';
import { NewPasswordField, type NewPasswordFieldProps } from '../account/new-password-field.tsx';
import { randomPassword } from '../account/random-password.ts';

/** A first password for somebody else, who must change it: typed, or made by chance. */
export function GivenPasswordField({
  onGenerate,
  ...field
}: Omit<NewPasswordFieldProps, 'label'> & { readonly onGenerate: (password: string) => void }) {
  const { t } = useAdminText();
  return (
    <div className="grid gap-2">
      <NewPasswordField label={t('given.label')} hint={t('given.hint')} {...field} />
      <div>
        <Button icon={<Dices size={18} aria-hidden="true" />} onClick={() => onGenerate(randomPassword())}>
          {t('given.generate')}
        </Button>
      </div>
    </div>
  );
}

/** The password just given, shown once more so that it can be passed on. */
export function GivenPassword({
  username,
  password,
  onClose,
}: {
  readonly username: string;
  readonly password: string;
  readonly onClose: () => void;
}) {
  const { t } = useAdminText();
  return (
    <>
      <Notice tone="good">
        <p>{t('given.done', { name: username })}</p>
      </Notice>
      <div className="grid gap-2">
        <p className="text-sm font-semibold">{t('given.label')}</p>
        <code className="rounded-control bg-raised px-4 py-3 font-mono text-base break-all select-all">
          {password}
        </code>
        <div>
          <CopyButton text={password} />
        </div>
      </div>
      <Button tone="primary" className="mt-auto" onClick={onClose}>
        {t('given.close')}
      </Button>
    </>
  );
}
