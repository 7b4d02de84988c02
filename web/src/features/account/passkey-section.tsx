import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import type { Passkey } from '@pantau/contract/user';
import { browserClock } from '../../lib/clock.ts';
import { DeclinedError } from '../../lib/api-client.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { AskDialog } from '../../ui/admin/ask-dialog.tsx';
import { Button } from '../../ui/admin/button.tsx';
import { Notice } from '../../ui/admin/notice.tsx';
import { ProblemNote } from '../../ui/admin/problem-note.tsx';
import { QueryGate } from '../../ui/admin/query-gate.tsx';
import { Section } from '../../ui/admin/section.tsx';
import type { Problem } from '../../ui/admin/use-server-form.ts';
import { useTimeWords } from '../../ui/admin/use-time-words.ts';
import { describeDevice } from '../auth/device-words.ts';
import { isKnownPasskey, makePasskey, passkeyObstacle, wasCancelled } from '../auth/passkey-browser.ts';
import { api, queries, refreshMe, useMe } from '../auth/session.ts';
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx';
import { RenamePasskeyDialog } from './rename-passkey-dialog.tsx';

const PASSKEYS = ['profile', 'passkeys'];

/** Passkeys: this device's finger, face or PIN instead of a password. */
export function PasskeySection() {
  const { t } = useAdminText();
  const obstacle = passkeyObstacle();
  const username = useMe().data?.username ?? '';
  const passkeys = useQuery({
    queryKey: PASSKEYS,
    queryFn: ({ signal }) =>
      api.call<readonly Passkey[]>('GET', '/api/users/profile/passkeys', undefined, signal),
  });
  const add = useAddPasskey();
  return (
    <Section title={t('passkey.title')} hint={t('passkey.hint')}>
      {obstacle !== undefined && (
        <Notice>
          <p>{t(obstacle === 'insecure' ? 'passkey.insecure' : 'passkey.unsupported')}</p>
        </Notice>
      )}
      <ProblemNote problem={add.problem} />
      {add.isKnown && (
        <Notice role="status">
          <p>{t('passkey.known')}</p>
        </Notice>
      )}
      <QueryGate query={passkeys}>{(list) => <PasskeyList passkeys={list} />}</QueryGate>
      {obstacle === undefined && (
        <div>
          <Button
            icon={<KeyRound size={18} aria-hidden="true" />}
            isBusy={add.isBusy}
            onClick={() => void add.start()}
          >
            {t('passkey.add')}
          </Button>
        </div>
      )}
      {add.codes !== undefined && (
        <RecoveryCodesDialog
          codes={add.codes}
          username={username}
          onClose={() => {
            add.dropCodes();
            void refreshMe();
          }}
        />
      )}
    </Section>
  );
}

interface AddedPasskey {
  readonly passkey: Passkey;
  /** With the first second factor of the account. */
  readonly recovery_codes: readonly string[] | null;
}

function useAddPasskey() {
  const { t } = useAdminText();
  const [isBusy, setIsBusy] = useState(false);
  const [isKnown, setIsKnown] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [codes, setCodes] = useState<readonly string[]>();
  const start = async () => {
    setIsBusy(true);
    setIsKnown(false);
    setProblem(undefined);
    try {
      const options = await api.call<{ readonly options: unknown }>(
        'POST',
        '/api/users/profile/passkeys/options',
      );
      const response = await makePasskey(options);
      const { system } = describeDevice(navigator.userAgent);
      const added = await api.call<AddedPasskey>('POST', '/api/users/profile/passkeys', {
        name: system ?? t('passkey.name.default'),
        response,
      });
      await queries.invalidateQueries({ queryKey: PASSKEYS });
      if (added.recovery_codes === null) await refreshMe();
      else setCodes(added.recovery_codes);
    } catch (error) {
      if (isKnownPasskey(error)) setIsKnown(true);
      else if (!wasCancelled(error) && !(error instanceof DeclinedError))
        setProblem({ error, atMs: browserClock.now() });
    } finally {
      setIsBusy(false);
    }
  };
  return { isBusy, isKnown, problem, codes, start, dropCodes: () => setCodes(undefined) };
}

function PasskeyList({ passkeys }: { readonly passkeys: readonly Passkey[] }) {
  const { t } = useAdminText();
  const { ago, day } = useTimeWords();
  const [removing, setRemoving] = useState<Passkey>();
  const [renaming, setRenaming] = useState<Passkey>();
  if (passkeys.length === 0) return <p className="text-base text-ink-soft">{t('passkey.none')}</p>;
  return (
    <>
      <ul className="grid divide-y divide-line border-y border-line">
        {passkeys.map((passkey) => (
          <li key={passkey.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-3">
            <div className="min-w-0 flex-1 basis-52">
              <p className="font-semibold wrap-anywhere">{passkey.name}</p>
              <p className="text-sm text-ink-soft">
                {t('passkey.added', { day: day(passkey.created_at) })}
                {' · '}
                {passkey.last_used_at === null
                  ? t('passkey.unused')
                  : t('passkey.used', { ago: ago(passkey.last_used_at) })}
                {passkey.synced && ` · ${t('passkey.synced')}`}
              </p>
            </div>
            <div className="flex gap-2">
              <Button onClick={() => setRenaming(passkey)}>{t('action.rename')}</Button>
              <Button tone="danger" onClick={() => setRemoving(passkey)}>
                {t('action.delete')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {renaming !== undefined && (
        <RenamePasskeyDialog passkey={renaming} listKey={PASSKEYS} onClose={() => setRenaming(undefined)} />
      )}
      {removing !== undefined && (
        <AskDialog
          title={t('passkey.remove.title', { name: removing.name })}
          text={t('passkey.remove.text')}
          action={t('action.delete')}
          onClose={() => setRemoving(undefined)}
          act={async () => {
            await api.call('DELETE', `/api/users/profile/passkeys/${removing.id}`);
            await queries.invalidateQueries({ queryKey: PASSKEYS });
            await refreshMe();
          }}
        />
      )}
    </>
  );
}
