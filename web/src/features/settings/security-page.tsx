import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { SecuritySettings, UpdateSecuritySettingsInput } from '@pantau/contract/settings';
import { useAdminText } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { CheckField } from '../../ui/admin/check-field.tsx';
import { Field, INPUT_CLASS } from '../../ui/admin/field.tsx';
import { Notice } from '../../ui/admin/notice.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { QueryGate } from '../../ui/admin/query-gate.tsx';
import { PageHead, Section } from '../../ui/admin/section.tsx';
import { TextField } from '../../ui/admin/text-field.tsx';
import { useServerForm } from '../../ui/admin/use-server-form.ts';
import { classNames } from '../../ui/class-names.ts';
import { api, queries, refreshMe, useMe } from '../auth/session.ts';
import { readOriginLines } from './origin-lines.ts';

const SETTINGS = ['settings', 'security'];

/** Rules of access for the whole site. */
export function SecurityPage() {
  const { t } = useAdminText();
  const settings = useQuery({
    queryKey: SETTINGS,
    queryFn: ({ signal }) => api.call<SecuritySettings>('GET', '/api/settings/security', undefined, signal),
  });
  return (
    <>
      <PageHead title={t('settings.title')} hint={t('settings.hint')} />
      <QueryGate query={settings}>{(saved) => <SecurityForm saved={saved} />}</QueryGate>
    </>
  );
}

interface SecurityValues {
  factor: boolean;
  expires: boolean;
  days: string;
  warning: string;
  origins: string;
}

/** Suggested when expiry is switched on. */
const USUAL_DAYS = 90;

function SecurityForm({ saved }: { readonly saved: SecuritySettings }) {
  const { t } = useAdminText();
  const me = useMe().data;
  const [before, setBefore] = useState<SecuritySettings>();
  const { form, problem, submit, errorOf } = useServerForm<SecurityValues>({
    defaultValues: toValues(saved),
    draft: 'settings-security',
    names: {
      require_second_factor: 'factor',
      password_expiry_days: 'days',
      password_warning_days: 'warning',
      embed_origins: 'origins',
    },
  });
  const send = async (changes: UpdateSecuritySettingsInput) => {
    const now = await api.call<SecuritySettings>('PUT', '/api/settings/security', changes);
    queries.setQueryData(SETTINGS, now);
    form.reset(toValues(now));
    await refreshMe();
  };
  const expires = form.watch('expires');
  const isLockingSelf =
    form.watch('factor') && me !== undefined && me !== null && !me.has_totp && me.passkeys === 0;
  const isOpenToAll = readOriginLines(form.watch('origins')).origins.includes('*');
  const wholeDays = (min: number, max: number) => (text: string) =>
    (/^\d{1,4}$/.test(text.trim()) && Number(text) >= min && Number(text) <= max) ||
    t('settings.days.range', { min, max });
  return (
    <form
      noValidate
      onSubmit={submit(async (values) => {
        setBefore(undefined);
        await send(changesOf(saved, values));
        setBefore(saved);
      })}
    >
      <Section title={t('settings.factor.title')} hint={t('settings.factor.hint')}>
        <CheckField label={t('settings.factor.label')} {...form.register('factor')} />
        {isLockingSelf && (
          <Notice tone="warning" role="status">
            <p>{t('settings.factor.self')}</p>
          </Notice>
        )}
      </Section>
      <Section title={t('settings.expiry.title')} hint={t('settings.expiry.hint')}>
        <CheckField label={t('settings.expiry.label')} {...form.register('expires')} />
        {expires && (
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField
              label={t('settings.expiry.days')}
              inputMode="numeric"
              error={errorOf('days')}
              {...form.register('days', { validate: wholeDays(1, 3650) })}
            />
            <TextField
              label={t('settings.expiry.warning')}
              inputMode="numeric"
              error={errorOf('warning')}
              {...form.register('warning', { validate: wholeDays(0, 90) })}
            />
          </div>
        )}
      </Section>
      <Section title={t('settings.embed.title')} hint={t('settings.embed.hint')}>
        <Field label={t('settings.embed.label')} hint={t('settings.embed.lines')} error={errorOf('origins')}>
          {(links) => (
            <textarea
              rows={4}
              spellCheck={false}
              autoCapitalize="none"
              placeholder="https://example.org"
              className={classNames(INPUT_CLASS, 'py-2.5 font-mono text-sm')}
              {...form.register('origins', {
                validate: (text) => {
                  const [first] = readOriginLines(text).bad;
                  return first === undefined || t('settings.embed.bad', { line: first });
                },
              })}
              {...links}
            />
          )}
        </Field>
        {isOpenToAll && (
          <Notice tone="warning" role="status">
            <p>{t('settings.embed.all')}</p>
          </Notice>
        )}
      </Section>
      <div className="grid gap-4 border-t border-line py-6 lg:grid-cols-[16rem_minmax(0,34rem)] lg:gap-x-10">
        <div className="grid gap-4 lg:col-start-2">
          <ProblemNote problem={problem} />
          <div className="flex flex-wrap items-center gap-3">
            <Button
              type="submit"
              tone="primary"
              disabled={!form.formState.isDirty}
              isBusy={form.formState.isSubmitting}
            >
              {t('action.save')}
            </Button>
            {form.formState.isDirty && (
              <Button onClick={() => form.reset(toValues(saved))}>{t('settings.discard')}</Button>
            )}
            <span role="status" className="flex items-center gap-1 text-sm font-medium text-live">
              {before !== undefined && !form.formState.isDirty && t('settings.saved')}
            </span>
            {before !== undefined && !form.formState.isDirty && (
              <Button
                tone="quiet"
                onClick={() => {
                  setBefore(undefined);
                  submitUndo(submit, () => send(before));
                }}
              >
                {t('action.undo')}
              </Button>
            )}
          </div>
        </div>
      </div>
    </form>
  );
}

/** Undo goes the way of a save, so that what fails is shown in the same place. */
function submitUndo(
  submit: (save: () => Promise<void>) => (event: React.FormEvent) => void,
  undo: () => Promise<void>,
): void {
  // The event is only asked to prevent the browser's own sending.
  submit(undo)({ preventDefault: () => {}, persist: () => {} } as React.FormEvent);
}

function toValues(settings: SecuritySettings): SecurityValues {
  return {
    factor: settings.require_second_factor,
    expires: settings.password_expiry_days > 0,
    days: String(settings.password_expiry_days > 0 ? settings.password_expiry_days : USUAL_DAYS),
    warning: String(settings.password_warning_days),
    origins: settings.embed_origins.join('\n'),
  };
}

/** Only what differs: two administrators do not undo each other's changes. */
function changesOf(saved: SecuritySettings, values: SecurityValues): UpdateSecuritySettingsInput {
  const days = values.expires ? Number(values.days) : 0;
  const warning = Number(values.warning);
  const origins = [...readOriginLines(values.origins).origins];
  return {
    ...(values.factor === saved.require_second_factor ? {} : { require_second_factor: values.factor }),
    ...(days === saved.password_expiry_days ? {} : { password_expiry_days: days }),
    ...(values.expires && warning !== saved.password_warning_days ? { password_warning_days: warning } : {}),
    ...(String(origins) === String(saved.embed_origins) ? {} : { embed_origins: origins }),
  };
}
