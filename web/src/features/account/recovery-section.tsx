import { useState } from 'react';
import type { RecoveryCodes } from '@pantau/contract/user';
import { useAdminText } from '../../locales/admin-texts.ts';
import { AskDialog } from '../../ui/admin/ask-dialog.tsx';
import { Button } from '../../ui/admin/button.tsx';
import { Section } from '../../ui/admin/section.tsx';
import { StateLine } from '../../ui/admin/state-line.tsx';
import { api, refreshMe, useMe } from '../auth/session.ts';
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx';

/** How many recovery codes are left; new ones make the old ones worthless. */
export function RecoverySection({ left }: { readonly left: number }) {
  const { t } = useAdminText();
  const username = useMe().data?.username ?? '';
  const [isAsking, setIsAsking] = useState(false);
  const [codes, setCodes] = useState<readonly string[]>();
  return (
    <Section title={t('recovery.title')} hint={t('recovery.hint')}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <StateLine isOn={left > 0}>{t('recovery.left', { count: left })}</StateLine>
        <Button onClick={() => setIsAsking(true)}>{t('recovery.new')}</Button>
      </div>
      {isAsking && (
        <AskDialog
          title={t('recovery.new.title')}
          text={t('recovery.new.text')}
          action={t('recovery.new')}
          onClose={() => setIsAsking(false)}
          act={async () => {
            const reply = await api.call<RecoveryCodes>('POST', '/api/users/profile/recovery-codes');
            setCodes(reply.recovery_codes);
          }}
        />
      )}
      {codes !== undefined && (
        <RecoveryCodesDialog
          codes={codes}
          username={username}
          onClose={() => {
            setCodes(undefined);
            void refreshMe();
          }}
        />
      )}
    </Section>
  );
}
