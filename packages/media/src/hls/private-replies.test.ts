import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { COMMON_HEADERS } from '../stream/media-file.ts';
import { headersFor, markPrivate } from './private-replies.ts';

// Only the identity of the reply matters.
const reply = () => ({}) as ServerResponse;

describe('headersFor', () => {
  it('leaves the shared list of a public reply as it is', () => {
    const headers = ['Cache-Control', 'public', ...COMMON_HEADERS];
    expect(headersFor(reply(), headers)).toBe(headers);
  });

  it('takes caches and other sites out of a private one, and nothing else', () => {
    const response = reply();
    markPrivate(response);
    const headers = [
      'Content-Type',
      'video/mp4',
      'Cache-Control',
      'public',
      'ETag',
      '"x"',
      ...COMMON_HEADERS,
    ];
    const before = [...headers];
    const shown = headersFor(response, headers);
    expect(shown).toEqual([
      'Cache-Control',
      'private, no-store',
      'Content-Type',
      'video/mp4',
      'ETag',
      '"x"',
      'X-Content-Type-Options',
      'nosniff',
      'Vary',
      'Cookie',
    ]);
    expect(headers).toEqual(before);
  });

  it('adds to what the reply varies by', () => {
    const response = reply();
    markPrivate(response);
    expect(headersFor(response, ['Vary', 'Accept-Encoding'])).toEqual([
      'Cache-Control',
      'private, no-store',
      'Vary',
      'Accept-Encoding, Cookie',
    ]);
  });
});
