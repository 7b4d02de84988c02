import { useState } from 'react';
import type { KeyScope } from '@pantau/contract/access';
import type { CreateApiKeyInput, CreatedApiKey } from '@pantau/contract/api-key';
import { drafts } from '../../lib/drafts.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { CheckField } from '../../ui/admin/check-field.tsx';
import { CopyButton } from '../../ui/admin/copy-button.tsx';
import { Dialog } from '../../ui/admin/dialog.tsx';
import { Notice } from '../../ui/admin/notice.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { SelectField } from '../../ui/admin/select-field.tsx';
import { TextField } from '../../ui/admin/text-field.tsx';
import { useServerForm } from '../../ui/admin/use-server-form.ts';
import { api } from '../auth/session.ts';
import { RIGHT_WORDS, SCOPE_LIST } from '../users/role-words.ts';

const DRAFT = 'key-new';
/** Days; 0: never. */
const LIFETIMES = [30, 90, 180, 365, 0] as const;

interface NewKeyValues {
  name: string;
  scopes: KeyScope[];
  days: string;
}

export interface NewKeyPanelProps {
  readonly onMade: () => Promise<void>;
  readonly onClose: () => void;
}

export function NewKeyPanel({ onMade, onClose }: NewKeyPanelProps) {
  const { t } = useAdminText();
  const [made, setMade] = useState<CreatedApiKey>();
  const { form, problem, submit, errorOf } = useServerForm<NewKeyValues>({
    defaultValues: { name: '', scopes: [], days: '90' },
    draft: DRAFT,
  });
  if (made !== undefined) return <MadeKey apiKey={made} onClose={onClose} />;
  const close = () => {
    drafts.drop(DRAFT);
    onClose();
  };
  const scopeError = errorOf('scopes');
  return (
    <Dialog title={t('keys.add')} onClose={close} place="side">
      <form
        noValidate
        className="flex flex-1 flex-col gap-5"
        onSubmit={submit(async ({ name, scopes, days }) => {
          const lifetime = Number(days);
          const input: CreateApiKeyInput = {
            name: name.trim(),
            scopes,
            ...(lifetime > 0 ? { expires_in_days: lifetime } : {}),
          };
          const key = await api.call<CreatedApiKey>('POST', '/api/admin/api-keys', input);
          setMade(key);
          await onMade();
        })}
      >
        <ProblemNote problem={problem} />
        <TextField
          label={t('keys.name')}
          hint={t('keys.name.hint')}
          autoComplete="off"
          maxLength={100}
          data-first
          error={errorOf('name')}
          {...form.register('name', {
            required: t('field.required'),
            validate: (name) => name.trim() !== '' || t('field.required'),
          })}
        />
        <fieldset className="grid" aria-describedby={scopeError === undefined ? undefined : 'scopes-error'}>
          <legend className="pb-1 text-sm font-semibold">{t('keys.scopes.label')}</legend>
          {SCOPE_LIST.map((scope) => (
            <CheckField
              key={scope}
              value={scope}
              label={t(RIGHT_WORDS[scope])}
              {...form.register('scopes', {
                validate: (scopes) => scopes.length > 0 || t('keys.scopes.needed'),
              })}
            />
          ))}
          {scopeError !== undefined && (
            <p id="scopes-error" className="text-sm font-medium text-down">
              {scopeError}
            </p>
          )}
        </fieldset>
        <SelectField label={t('keys.lifetime')} hint={t('keys.lifetime.hint')} {...form.register('days')}>
          {LIFETIMES.map((days) => (
            <option key={days} value={days}>
              {days === 0 ? t('keys.expires.never') : t('keys.lifetime.days', { days })}
            </option>
          ))}
        </SelectField>
        <div className="mt-auto flex flex-wrap justify-end gap-3 pt-2">
          <Button onClick={close}>{t('action.cancel')}</Button>
          <Button type="submit" tone="primary" isBusy={form.formState.isSubmitting}>
            {t('keys.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function MadeKey({ apiKey, onClose }: { readonly apiKey: CreatedApiKey; readonly onClose: () => void }) {
  const { t } = useAdminText();
  return (
    <Dialog
      key="made"
      title={t('keys.made', { name: apiKey.name })}
      onClose={onClose}
      place="side"
      isModalOnly
    >
      <Notice tone="warning" title={t('keys.once')}>
        <p>{t('keys.once.hint')}</p>
      </Notice>
      <code className="rounded-control bg-raised px-4 py-3 font-mono text-base break-all select-all">
        {apiKey.key}
      </code>
      <div>
        <CopyButton text={apiKey.key} />
      </div>
      <div className="grid gap-1.5">
        <p className="text-sm font-semibold">{t('keys.use')}</p>
        <code className="rounded-control bg-raised px-4 py-3 font-mono text-sm break-all">
          {`curl -H "X-API-Key: ${apiKey.prefix}…" ${location.origin}/api/…`}
        </code>
      </div>
      <Button tone="primary" className="mt-auto" onClick={onClose}>
        {t('keys.kept')}
      </Button>
    </Dialog>
  );
}
