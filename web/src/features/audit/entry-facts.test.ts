import { describe, expect, it } from 'vitest';
import { entryFacts } from './entry-facts.ts';

describe('facts of an entry', () => {
  it('are what changed, old and new, and the rest', () => {
    expect(
      entryFacts({
        changes: {
          name: ['Simpang', 'Simpang Lima'],
          password: ['***', '***'],
          area_ids: [[1], [1, 2]],
          url: [null, ''],
        },
        method: 'password',
        count: 3,
      }),
    ).toEqual({
      changes: [
        { field: 'name', before: 'Simpang', after: 'Simpang Lima' },
        { field: 'password', before: '***', after: '***' },
        { field: 'area_ids', before: '1', after: '1, 2' },
        { field: 'url', before: '–', after: '–' },
      ],
      others: [
        ['method', 'password'],
        ['count', '3'],
      ],
    });
  });

  it.each([
    [{}, { changes: [], others: [] }],
    [{ changes: null }, { changes: [], others: [['changes', '–']] }],
    [
      { changes: { a: 'only new' } },
      { changes: [{ field: 'a', before: '–', after: 'only new' }], others: [] },
    ],
    [{ deep: { a: [1] } }, { changes: [], others: [['deep', '{"a":[1]}']] }],
    [{ on: false }, { changes: [], others: [['on', 'false']] }],
  ])('survive %j', (details, facts) => expect(entryFacts(details)).toEqual(facts));
});
