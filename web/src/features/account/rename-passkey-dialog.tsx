import type { Passkey } from '@pantau/contract/user';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { Dialog } from '../../ui/admin/dialog.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { TextField } from '../../ui/admin/text-field.tsx';
import { useServerForm } from '../../ui/admin/use-server-form.ts';
import { api, queries } from '../auth/session.ts';

export interface RenamePasskeyDialogProps {
  readonly passkey: Passkey;
  readonly listKey: readonly string[];
  readonly onClose: () => void;
}

export function RenamePasskeyDialog({ passkey, listKey, onClose }: RenamePasskeyDialogProps) {
  const { t } = useAdminText();
  const { form, problem, submit, errorOf } = useServerForm<{ name: string }>({
    defaultValues: { name: passkey.name },
  });
  return (
    <Dialog title={t('passkey.rename.title')} onClose={onClose}>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={submit(async ({ name }) => {
          await api.call('PUT', `/api/users/profile/passkeys/${passkey.id}`, { name: name.trim() });
          await queries.invalidateQueries({ queryKey: listKey });
          onClose();
        })}
      >
        <ProblemNote problem={problem} />
        <TextField
          label={t('passkey.name')}
          hint={t('passkey.name.hint')}
          autoComplete="off"
          maxLength={100}
          data-first
          error={errorOf('name')}
          {...form.register('name', {
            required: t('field.required'),
            validate: (name) => name.trim() !== '' || t('field.required'),
          })}
        />
        <div className="flex flex-wrap justify-end gap-3">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" tone="primary" isBusy={form.formState.isSubmitting}>
            {t('action.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
