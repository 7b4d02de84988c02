/** The pages of the administration and who sees them. */
import type { Right } from '@pantau/contract/access';
import type { CurrentUser } from '@pantau/contract/auth';
import { CircleUser, KeySquare, ScrollText, ShieldCheck, Users, type LucideIcon } from 'lucide-react';
import type { AdminMessageId } from '../locales/admin-texts.ts';

export interface NavEntry {
  readonly to: '/admin/pengguna' | '/admin/kunci' | '/admin/aktivitas' | '/admin/pengaturan' | '/admin/akun';
  readonly words: AdminMessageId;
  readonly icon: LucideIcon;
  /** Without one, every account has the page. */
  readonly right?: Right;
}

export const NAV: readonly NavEntry[] = [
  { to: '/admin/pengguna', words: 'users.title', icon: Users, right: 'users:manage' },
  { to: '/admin/kunci', words: 'keys.title', icon: KeySquare, right: 'keys:manage' },
  { to: '/admin/aktivitas', words: 'audit.title', icon: ScrollText, right: 'audit:read' },
  { to: '/admin/pengaturan', words: 'frame.settings', icon: ShieldCheck, right: 'settings:manage' },
  { to: '/admin/akun', words: 'account.title', icon: CircleUser },
];

/** What somebody may open: one task while the account is restricted, else what their rights allow. */
export function navFor(me: Pick<CurrentUser, 'rights' | 'restriction'>): readonly NavEntry[] {
  if (me.restriction !== null) return NAV.filter(({ to }) => to === '/admin/akun');
  return NAV.filter(({ right }) => right === undefined || me.rights.includes(right));
}

/** Where the day begins: the first page they may open. */
export function homeFor(me: Pick<CurrentUser, 'rights' | 'restriction'>): NavEntry['to'] {
  return navFor(me)[0]?.to ?? '/admin/akun';
}
