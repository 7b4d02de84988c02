import { AUDIT_EVENT_TYPES, AuditQuery } from '@pantau/contract/audit';
import { describe, expect, it } from 'vitest';
import { auditQuery, hasFilter, readAuditSearch } from './audit-search.ts';
import { EVENT_GROUPS, EVENT_WORDS, eventWords, isRefusal } from './event-words.ts';

/** `maxLength` of `type` in the contract's `AuditQuery`. */
const TYPES_LENGTH_MAX = 400;

describe('the address of the audit page', () => {
  it('is read with what is known, and nothing else', () => {
    expect(
      readAuditSearch({ jenis: 'masuk', orang: ' operator-1 ', cari: '', alamat: 7, x: 'y', sebelum: '30' }),
    ).toEqual({ jenis: 'masuk', orang: 'operator-1', sebelum: '30' });
  });

  it('knows a filter from a page or an entry', () => {
    expect(hasFilter({ sebelum: '30', entri: '29' })).toBe(false);
    expect(hasFilter({ cari: 'x' })).toBe(true);
  });
});

describe('the query for the API', () => {
  const read = (search: Parameters<typeof auditQuery>[0], isPage?: boolean) =>
    Object.fromEntries(new URLSearchParams(auditQuery(search, isPage)));

  it("has the API's names", () => {
    const query = read({
      jenis: 'AUTH_FAILURE',
      orang: 'operator-1',
      alamat: '203.0.113.7',
      cari: 'simpang & lima',
      dari: '2026-11-24',
      sampai: '2026-11-25',
      sebelum: '812',
    });
    expect(query).toMatchObject({
      type: 'AUTH_FAILURE',
      actor: 'operator-1',
      ip: '203.0.113.7',
      q: 'simpang & lima',
      before: '812',
      limit: '50',
    });
    expect(Object.keys(AuditQuery.properties)).toEqual(expect.arrayContaining(Object.keys(query)));
    expect(Date.parse(query['to'] ?? '') - Date.parse(query['from'] ?? '')).toBe(2 * 86_400_000 - 1);
  });

  it('asks for a group by its types, within what the API takes', () => {
    for (const group of Object.keys(EVENT_GROUPS)) {
      const { type } = read({ jenis: group });
      expect(type?.split(',').length, group).toBeGreaterThan(1);
      expect(type?.length, group).toBeLessThanOrEqual(TYPES_LENGTH_MAX);
    }
  });

  it('leaves out what makes no sense', () => {
    expect(read({ jenis: 'constructor', sebelum: '-1', dari: 'x' })).toEqual({ limit: '50' });
    expect(read({ sebelum: '1; drop' })).toEqual({ limit: '50' });
  });

  it('has no page for the export', () => {
    expect(read({ cari: 'x', sebelum: '5' }, false)).toEqual({ q: 'x' });
  });
});

describe('words for events', () => {
  const types = Object.keys(AUDIT_EVENT_TYPES).toSorted();

  it('exist for every type, and each is in one group', () => {
    expect(Object.keys(EVENT_WORDS).toSorted()).toEqual(types);
    expect(Object.values(EVENT_GROUPS).flat().toSorted()).toEqual(types);
  });

  it('are missing, not wrong, for a type of a newer server', () => {
    expect(eventWords('SOMETHING_NEW')).toBeUndefined();
    expect(eventWords('toString')).toBeUndefined();
    expect(isRefusal('AUTH_FAILURE')).toBe(true);
    expect(isRefusal('AUTH_SUCCESS')).toBe(false);
  });
});
