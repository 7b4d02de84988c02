import { describe, expect, it } from 'vitest';
import { safeReturnPath } from './return-path.ts';

describe('the page to return to', () => {
  it.each(['/admin', '/admin/akun', '/admin/pengguna?buka=3', '/admin/aktivitas?cari=a%20b'])(
    'is kept: %s',
    (path) => expect(safeReturnPath(path)).toBe(path),
  );

  it.each([
    undefined,
    null,
    7,
    ['/admin/akun'],
    '',
    '/',
    'admin/akun',
    '//evil.example/admin',
    '/\\evil.example/admin',
    '\\\\evil.example',
    '/admin\\..\\..\\x',
    '/admin/\t/evil.example',
    '/admin/../../kamera/1',
    '/admin/%2e%2e/%2e%2e/x',
    'https://evil.example/admin',
    'javascript:alert(1)',
    '/administrator',
    '/admin@evil.example',
    '/admin/masuk',
    '/admin/masuk/',
    '/admin/masuk?kembali=/admin/masuk',
    '/admin/siapkan',
    `/admin/${'a'.repeat(600)}`,
  ])('is the first page instead of %j', (path) => expect(safeReturnPath(path)).toBe('/admin'));

  it('loses its fragment: a setup link is no place to return to', () => {
    expect(safeReturnPath('/admin/akun#x')).toBe('/admin/akun');
  });
});
