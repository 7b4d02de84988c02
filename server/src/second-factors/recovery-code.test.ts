import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createRecoveryCodes,
  formatRecoveryCode,
  hashRecoveryCode,
  parseRecoveryCode,
} from './recovery-code.ts';

describe('recovery codes', () => {
  it('come as ten different ones in four groups of four', () => {
    const codes = createRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  it.each([
    ['00000000000000000000', '0000-0000-0000-0000'],
    ['ffffffffffffffffffff', 'ZZZZ-ZZZZ-ZZZZ-ZZZZ'],
    ['00443214c74254b635cf', '0123-4567-89AB-CDEF'],
    ['80000000000000000001', 'G000-0000-0000-0001'],
  ])('carry all 80 bits: %s', (hex, code) => {
    expect(formatRecoveryCode(Buffer.from(hex, 'hex'))).toBe(code);
  });

  it.each([
    '0123-4567-89AB-CDEF',
    '0123456789abcdef',
    ' 0123 4567 89ab cdef\n',
    'o123–4567—89ab‑cdef',
    'OI23-4567-89AB-CDEF',
    'ol23-4567-89ab-cdef',
    '0-1-2-3-4-5-6-7-8-9-a-b-c-d-e-f',
  ])('are read as people type them: %j', (text) => {
    expect(parseRecoveryCode(text)).toBe('0123456789ABCDEF');
  });

  it.each([
    '',
    '----',
    '0123-4567-89AB-CDE',
    '0123-4567-89AB-CDEF-0',
    '0123-4567-89AB-CDEU',
    '0123-4567-89AB-CDE☕',
    "' or 1=1 --     ",
    '0'.repeat(100_000),
  ])('are nothing else: %#', (text) => {
    expect(parseRecoveryCode(text)).toBeUndefined();
    expect(hashRecoveryCode(text)).toBeUndefined();
  });

  it('are stored as SHA-256 of their letters, however they were typed', () => {
    const hash = createHash('sha256').update('0123456789ABCDEF').digest('hex');
    expect(hashRecoveryCode('0123-4567-89ab-cdef')).toBe(hash);
    expect(hashRecoveryCode('O123 4567 89AB CDEF')).toBe(hash);
  });
});
