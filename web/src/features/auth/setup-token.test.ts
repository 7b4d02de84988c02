import { afterEach, describe, expect, it, vi } from 'vitest';
import { dropSetupToken, takeSetupToken } from './setup-token.ts';

function open(pathname: string, hash: string) {
  const replaceState = vi.fn();
  const token = takeSetupToken({ pathname, search: '?x=1', hash }, { state: { key: 'a' }, replaceState });
  return { token, replaceState };
}

describe('the setup token', () => {
  afterEach(dropSetupToken);

  it('is read from the fragment and taken out of the address', () => {
    const { token, replaceState } = open('/admin/siapkan', '#abc-_1');
    expect(token).toBe('abc-_1');
    expect(replaceState).toHaveBeenCalledWith({ key: 'a' }, '', '/admin/siapkan?x=1');
  });

  it('is still known afterwards, until it is used', () => {
    open('/admin/siapkan/', '#abc');
    expect(open('/admin/siapkan', '').token).toBe('abc');
    dropSetupToken();
    expect(open('/admin/siapkan', '').token).toBeUndefined();
  });

  it('is replaced by that of a newer link', () => {
    open('/admin/siapkan', '#old');
    expect(open('/admin/siapkan', '#new').token).toBe('new');
  });

  it('is looked for on its own page only', () => {
    const { token, replaceState } = open('/admin/akun', '#abc');
    expect(token).toBeUndefined();
    expect(replaceState).not.toHaveBeenCalled();
  });

  it('may be damaged: the server refuses it then', () => {
    expect(open('/admin/siapkan', '#%zz').token).toBe('%zz');
  });
});
