import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Trouble } from './player-trouble.ts';
import { reasonWords, troubleWords, type TroubleFacts } from './trouble-words.ts';

const FACTS: TroubleFacts = {
  offlineSince: undefined,
  reasonCode: undefined,
  codec: undefined,
  hasNetwork: true,
};

describe('troubleWords', () => {
  it.each<[string, Trouble, Partial<TroubleFacts>, object]>([
    [
      'a camera that is away, since when',
      { kind: 'camera' },
      { offlineSince: '10.42 WIB', reasonCode: 'SOURCE_UNREACHABLE' },
      { title: 'trouble.cameraSince', hint: 'reason.unreachable', values: { time: '10.42 WIB' } },
    ],
    [
      'the session knows better than the list',
      { kind: 'camera', detail: 'SOURCE_TIMEOUT' },
      { reasonCode: 'SOURCE_UNREACHABLE' },
      { title: 'trouble.camera', hint: 'reason.silent' },
    ],
    [
      'a codec by the name people know',
      { kind: 'codec', detail: 'video/mp4; codecs="hvc1.1.6.L93.B0"' },
      {},
      { title: 'trouble.codec', values: { codec: 'H.265' } },
    ],
    [
      'a codec that only the list knows',
      { kind: 'codec' },
      { codec: 'H.264' },
      { values: { codec: 'H.264' } },
    ],
    ['no network', { kind: 'network' }, { hasNetwork: false }, { title: 'trouble.noNetwork' }],
    [
      'no network, noticed as a picture that stopped',
      { kind: 'stalled' },
      { hasNetwork: false },
      { title: 'trouble.noNetwork' },
    ],
    ['a picture that stopped', { kind: 'stalled' }, {}, { title: 'trouble.stalled' }],
    ['a server that does not answer', { kind: 'network' }, {}, { title: 'trouble.network' }],
    ['giving up asks for a person', { kind: 'gave-up' }, {}, { title: 'trouble.gaveUp', needsPerson: true }],
  ])('%s', (_name, trouble, facts, words) => {
    expect(troubleWords(trouble, { ...FACTS, ...facts })).toMatchObject(words);
  });
});

describe('reasonWords', () => {
  it('has words for every code of the engine, and for one it does not know', () => {
    // Read as text: the page must not depend on the engine, not even in a test.
    const engine = readFileSync(
      new URL('../../../packages/media/src/media-error.ts', import.meta.url),
      'utf8',
    );
    const codes = [...engine.matchAll(/^ {2}([A-Z_]+): '/gm)].map((match) => match[1]);
    expect(codes).toContain('SOURCE_TIMEOUT');
    for (const code of [...codes, 'SOMETHING_NEW']) {
      expect(reasonWords(code), code).toMatch(/^reason\./);
    }
    expect(reasonWords(undefined)).toBeUndefined();
  });
});
