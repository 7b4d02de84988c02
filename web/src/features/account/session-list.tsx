import { Monitor, Smartphone, Tablet, TerminalSquare } from 'lucide-react';
import type { UserSession } from '@pantau/contract/user';
import { useAdminText, type AdminTextOf } from '../../locales/admin-texts.ts';
import { Button } from '../../ui/admin/button.tsx';
import { useTimeWords } from '../../ui/admin/use-time-words.ts';
import { describeDevice } from '../auth/device-words.ts';

const ICONS = { phone: Smartphone, tablet: Tablet, computer: Monitor, program: TerminalSquare } as const;

export interface SessionListProps {
  readonly sessions: readonly UserSession[];
  readonly onEnd?: (session: UserSession) => void;
}

/** Where an account is signed in: device in words, address, last use. */
export function SessionList({ sessions, onEnd }: SessionListProps) {
  const { t } = useAdminText();
  const { ago, moment } = useTimeWords();
  return (
    <ul className="grid divide-y divide-line border-y border-line">
      {sessions.map((session) => {
        const Icon = ICONS[describeDevice(session.user_agent).kind];
        return (
          <li key={session.id} className="flex items-center gap-3 py-3">
            <Icon size={22} className="shrink-0 text-ink-soft" aria-hidden="true" />
            <div className="min-w-0 flex-1">
              <p className="font-semibold">
                <span title={session.user_agent ?? undefined}>{deviceText(session.user_agent, t)}</span>
                {session.current && (
                  <span className="ml-2 inline-block rounded-full bg-accent-soft px-2 py-px text-xs font-semibold text-accent">
                    {t('session.current')}
                  </span>
                )}
              </p>
              <p className="text-sm text-ink-soft wrap-anywhere">
                {t('session.used', { ago: ago(session.last_used_at) })}
                {session.ip !== null && ` · ${session.ip}`}
                {' · '}
                {t('session.until', { time: moment(session.expires_at) })}
              </p>
            </div>
            {onEnd !== undefined && !session.current && (
              <Button
                aria-label={t('session.endOne', { device: deviceText(session.user_agent, t) })}
                onClick={() => onEnd(session)}
              >
                {t('session.end')}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** `Chrome di Android`. */
export function deviceText(userAgent: string | null, t: AdminTextOf): string {
  const { program, system } = describeDevice(userAgent);
  if (program === undefined) return system ?? t('device.unknown');
  return system === undefined ? program : t('device.on', { program, system });
}
