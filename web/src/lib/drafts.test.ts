import { describe, expect, it } from 'vitest';
import { createDrafts } from './drafts.ts';

describe('drafts of forms', () => {
  it('come back to the same account, and never to another', () => {
    const drafts = createDrafts();
    drafts.own(1);
    drafts.write('user-new', { username: 'operator-2' });
    drafts.own(1);
    expect(drafts.read('user-new')).toEqual({ username: 'operator-2' });
    drafts.own(2);
    expect(drafts.read('user-new')).toBeUndefined();
  });

  it('are forgotten on sign-out', () => {
    const drafts = createDrafts();
    drafts.own(1);
    drafts.write('a', { x: 1 });
    drafts.forget();
    expect(drafts.read('a')).toBeUndefined();
  });

  it('are bounded: the oldest goes', () => {
    const drafts = createDrafts();
    for (let i = 0; i < 25; i++) drafts.write(`form-${i}`, { i });
    expect(drafts.read('form-4')).toBeUndefined();
    expect(drafts.read('form-5')).toEqual({ i: 5 });
  });
});
