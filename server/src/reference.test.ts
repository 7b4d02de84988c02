/** The reference pages say what the code does: compared both ways. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '@pantau/contract/errors';
import { MEDIA_ERROR_KINDS } from '@pantau/media';
import { ONVIF_ERROR_KINDS } from '@pantau/onvif';
import { formatConfigReference, formatEnvExample } from './config/config-reference.ts';
import { SETTINGS } from './config/settings.ts';
import { EXIT_CODES, EXIT_INTERNAL, EXIT_OK, EXIT_SECOND_SIGNAL, EXIT_STOP_FORCED } from './exit-codes.ts';
import { STATUS_BY_KIND } from './http/error-response.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('docs/reference/config.md and .env.example', () => {
  it('are current (node server/src/config/write-reference.ts writes them)', () => {
    expect(Object.keys(SETTINGS).length).toBeGreaterThan(5);
    expect(read('docs/reference/config.md')).toBe(formatConfigReference());
    expect(read('.env.example')).toBe(formatEnvExample());
  });
});

describe('docs/reference/errors.md', () => {
  const rows = [...read('docs/reference/errors.md').matchAll(/^\| `([A-Z_]+)` \| (\d{3}|–) \| \S.*\|$/gm)];
  const [server = '', rest = ''] = read('docs/reference/errors.md').split('## Of cameras and streams');
  const [media = '', onvif = ''] = rest.split('## Of ONVIF devices');
  const codesIn = (text: string) => new Set([...text.matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1]));

  it('has every code of the contract, of the engine and of devices, and no other', () => {
    expect(codesIn(server)).toEqual(new Set(Object.keys(ERROR_CODES)));
    expect(codesIn(media)).toEqual(new Set(Object.keys(MEDIA_ERROR_KINDS)));
    expect(codesIn(onvif)).toEqual(new Set(Object.keys(ONVIF_ERROR_KINDS)));
  });

  it('has the statuses of the codes of engine and devices', () => {
    for (const [code, kind] of Object.entries({ ...MEDIA_ERROR_KINDS, ...ONVIF_ERROR_KINDS })) {
      const statuses = rows.filter((row) => row[1] === code).map((row) => Number(row[2]));
      expect([code, ...new Set(statuses)]).toEqual([code, STATUS_BY_KIND[kind]]);
    }
  });
});

describe('docs/reference/cli.md', () => {
  it('has every exit code', () => {
    const rows = [...read('docs/reference/cli.md').matchAll(/^\| (\d+) \| (.*) \|$/gm)];
    const documented = rows.flatMap(([, exit, text = '']) =>
      [...text.matchAll(/`([A-Z_]+)`/g)].map((match) => [match[1], Number(exit)]),
    );
    expect(Object.fromEntries(documented)).toEqual(EXIT_CODES);
    const numbers = new Set(rows.map((row) => Number(row[1])));
    for (const exit of [EXIT_OK, EXIT_INTERNAL, EXIT_STOP_FORCED, EXIT_SECOND_SIGNAL])
      expect(numbers).toContain(exit);
  });
});
