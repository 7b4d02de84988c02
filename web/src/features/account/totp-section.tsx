import { useState } from 'react';
import { Smartphone } from 'lucide-react';
import type { CurrentUser } from '@pantau/contract/auth';
import type { RecoveryCodes, TotpEnrolment } from '@pantau/contract/user';
import { useAdminText } from '../../locales/admin-texts.ts';
import { AskDialog } from '../../ui/admin/ask-dialog.tsx';
import { Button } from '../../ui/admin/button.tsx';
import { Dialog } from '../../ui/admin/dialog.tsx';
import { CopyButton } from '../../ui/admin/copy-button.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { Section } from '../../ui/admin/section.tsx';
import { StateLine } from '../../ui/admin/state-line.tsx';
import { TextField } from '../../ui/admin/text-field.tsx';
import { useAction } from '../../ui/admin/use-action.ts';
import { useServerForm } from '../../ui/admin/use-server-form.ts';
import { api, refreshMe } from '../auth/session.ts';
import { QrCode } from './qr-code.tsx';
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx';

/** The code app (TOTP): added by a QR code and proven with a first code. */
export function TotpSection({ me }: { readonly me: CurrentUser }) {
  const { t } = useAdminText();
  const [enrolment, setEnrolment] = useState<TotpEnrolment>();
  const [codes, setCodes] = useState<readonly string[]>();
  const [isAsking, setIsAsking] = useState(false);
  const begin = useAction(async () => {
    setEnrolment(await api.call<TotpEnrolment>('POST', '/api/users/profile/totp'));
  });
  return (
    <Section title={t('totp.title')} hint={t('totp.hint')}>
      <ProblemNote problem={begin.problem} />
      <div className="flex flex-wrap items-center justify-between gap-3">
        <StateLine isOn={me.has_totp}>{t(me.has_totp ? 'totp.on' : 'totp.off')}</StateLine>
        {me.has_totp ? (
          <Button tone="danger" onClick={() => setIsAsking(true)}>
            {t('totp.remove')}
          </Button>
        ) : (
          <Button
            tone="primary"
            icon={<Smartphone size={18} aria-hidden="true" />}
            isBusy={begin.isBusy}
            onClick={() => begin.run()}
          >
            {t('totp.add')}
          </Button>
        )}
      </div>
      {enrolment !== undefined && (
        <EnrolDialog
          enrolment={enrolment}
          onClose={() => setEnrolment(undefined)}
          onDone={(made) => {
            setEnrolment(undefined);
            if (made.length > 0) setCodes(made);
            else void refreshMe();
          }}
        />
      )}
      {codes !== undefined && (
        <RecoveryCodesDialog
          codes={codes}
          username={me.username}
          onClose={() => {
            setCodes(undefined);
            void refreshMe();
          }}
        />
      )}
      {isAsking && (
        <AskDialog
          title={t('totp.remove.title')}
          text={t('totp.remove.text')}
          action={t('totp.remove')}
          onClose={() => setIsAsking(false)}
          act={async () => {
            await api.call('DELETE', '/api/users/profile/totp');
            await refreshMe();
          }}
        />
      )}
    </Section>
  );
}

function EnrolDialog({
  enrolment,
  onClose,
  onDone,
}: {
  readonly enrolment: TotpEnrolment;
  readonly onClose: () => void;
  readonly onDone: (codes: readonly string[]) => void;
}) {
  const { t } = useAdminText();
  const { form, problem, submit, errorOf } = useServerForm<{ code: string }>({
    defaultValues: { code: '' },
    fieldOfCode: { SECOND_FACTOR_FAILED: 'code' },
  });
  const spaced = enrolment.secret.replaceAll(/(.{4})(?=.)/g, '$1 ');
  return (
    <Dialog title={t('totp.add')} onClose={onClose}>
      <ol className="grid list-none gap-5">
        <li className="grid gap-3">
          <p className="text-base">{t('totp.step1')}</p>
          <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
            <QrCode text={enrolment.uri} label={t('totp.qr')} />
            <div className="grid min-w-0 flex-1 basis-40 gap-2">
              <p className="text-sm text-ink-soft">{t('totp.byHand')}</p>
              <code className="font-mono text-base break-words select-all">{spaced}</code>
              <div>
                <CopyButton text={enrolment.secret} />
              </div>
            </div>
          </div>
        </li>
        <li>
          <form
            noValidate
            className="grid gap-4"
            onSubmit={submit(async ({ code }) => {
              const digits = code.replaceAll(/\D/g, '');
              const reply = await api.call<RecoveryCodes>('POST', '/api/users/profile/totp/confirm', {
                code: digits,
              });
              onDone(reply.recovery_codes);
            })}
          >
            <ProblemNote problem={problem} />
            <TextField
              label={t('totp.step2')}
              autoComplete="one-time-code"
              inputMode="numeric"
              error={errorOf('code')}
              inputClassName="max-w-52 font-mono text-lg tracking-[0.15em]"
              {...form.register('code', {
                required: t('field.required'),
                validate: (code) => /^\d{6}$/.test(code.replaceAll(/\s/g, '')) || t('factor.code.six'),
              })}
            />
            <div className="flex flex-wrap justify-end gap-3">
              <Button onClick={onClose}>{t('action.cancel')}</Button>
              <Button type="submit" tone="primary" isBusy={form.formState.isSubmitting}>
                {t('totp.confirm')}
              </Button>
            </div>
          </form>
        </li>
      </ol>
    </Dialog>
  );
}
