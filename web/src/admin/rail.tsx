import { Link } from '@tanstack/react-router';
import { LayoutGrid, LogOut } from 'lucide-react';
import type { CurrentUser } from '@pantau/contract/auth';
import { signOut } from '../features/auth/session.ts';
import { ROLE_WORDS } from '../features/users/role-words.ts';
import { useAdminText } from '../locales/admin-texts.ts';
import { ProblemNote } from '../ui/admin/problem-note.tsx';
import { useAction } from '../ui/admin/use-action.ts';
import { BrandMark } from '../ui/brand-mark.tsx';
import { classNames } from '../ui/class-names.ts';
import { LanguageMenu } from '../ui/language-menu.tsx';
import { ThemeMenu } from '../ui/theme-menu.tsx';
import type { NavEntry } from './nav.ts';

export interface RailProps {
  readonly me: CurrentUser;
  readonly entries: readonly NavEntry[];
  /** In the phone's menu, which has a head of its own. */
  readonly isInMenu?: boolean;
  readonly onGo?: () => void;
}

const ROW =
  'flex min-h-11 w-full items-center gap-3 rounded-control px-3 text-sm font-semibold transition-colors hover:bg-raised';

/** Where one can go; who one is; the way out. */
export function Rail({ me, entries, isInMenu = false, onGo }: RailProps) {
  const { t } = useAdminText();
  return (
    <div
      className={classNames('flex h-full flex-col gap-1', isInMenu ? '-mx-2 flex-1' : 'overflow-y-auto p-3')}
    >
      {!isInMenu && (
        <Link
          to="/admin"
          className="mb-4 flex h-12 items-center gap-2.5 rounded-control px-2 font-display text-lg font-extrabold tracking-tight"
        >
          <BrandMark />
          {t('app.name')}
        </Link>
      )}
      <nav aria-label={t('frame.pages')}>
        <ul className="grid gap-1">
          {entries.map(({ to, words, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                onClick={onGo}
                className={ROW}
                activeProps={{ className: 'bg-accent-soft text-accent', 'aria-current': 'page' }}
                inactiveProps={{ className: 'text-ink' }}
              >
                <Icon size={20} className="shrink-0" aria-hidden="true" />
                {t(words)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="mt-auto grid gap-1 pt-4">
        <a href="/" className={classNames(ROW, 'text-ink-soft')}>
          <LayoutGrid size={20} className="shrink-0" aria-hidden="true" />
          {t('auth.toCameras')}
        </a>
        <SignOut />
        <div className="mt-2 flex items-center gap-1 border-t border-line pt-3">
          <div className="min-w-0 flex-1 px-3">
            <p className="truncate text-sm font-semibold">{me.username}</p>
            <p className="truncate text-xs text-ink-soft">{t(ROLE_WORDS[me.role])}</p>
          </div>
          <LanguageMenu />
          <ThemeMenu />
        </div>
      </div>
    </div>
  );
}

function SignOut() {
  const { t } = useAdminText();
  const leave = useAction(signOut);
  return (
    <>
      <button
        type="button"
        className={classNames(ROW, 'text-ink-soft')}
        disabled={leave.isBusy}
        onClick={() => leave.run()}
      >
        <LogOut size={20} className="shrink-0" aria-hidden="true" />
        {t('frame.signOut')}
      </button>
      <ProblemNote problem={leave.problem} />
    </>
  );
}
