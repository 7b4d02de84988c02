import { ROLE_RIGHTS } from '@pantau/contract/access';
import { describe, expect, it } from 'vitest';
import { homeFor, navFor } from './nav.ts';

const paths = (role: 'administrator' | 'operator' | 'viewer', restriction: null | 'password-change' = null) =>
  navFor({ rights: [...ROLE_RIGHTS[role]], restriction }).map(({ to }) => to);

describe('pages by role', () => {
  it('are all for administrators', () => {
    expect(paths('administrator')).toEqual([
      '/admin/pengguna',
      '/admin/kunci',
      '/admin/aktivitas',
      '/admin/pengaturan',
      '/admin/akun',
    ]);
  });

  it.each(['operator', 'viewer'] as const)('are the own account for a %s', (role) => {
    expect(paths(role)).toEqual(['/admin/akun']);
    expect(homeFor({ rights: [...ROLE_RIGHTS[role]], restriction: null })).toBe('/admin/akun');
  });

  it('are the one task while the account is restricted', () => {
    expect(paths('administrator', 'password-change')).toEqual(['/admin/akun']);
    expect(homeFor({ rights: [...ROLE_RIGHTS.administrator], restriction: 'second-factor' })).toBe(
      '/admin/akun',
    );
  });

  it('begin with users for administrators', () => {
    expect(homeFor({ rights: [...ROLE_RIGHTS.administrator], restriction: null })).toBe('/admin/pengguna');
  });
});
